/**
 * An assertion for tests: repeating this leaves nothing behind.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { checkClosure } from "../audit/mod.ts";
import { type CheckResult, describeEvidence, toCheckResult } from "../formats/mod.ts";
import { inProcess } from "./in_process.ts";

/** How {@linkcode expectNoLeak} measures. */
export interface NoLeakOptions {
  /** Cycles measured after the warm-up; more of them find smaller leaks. Default 200. */
  readonly cycles?: number;
  /** Growth that is allowed, bytes per cycle. Default 16. */
  readonly maxBytesPerCycle?: number;
  /** Cycles before the first measured one. Default: as many as are measured, at most 200. */
  readonly warmupCycles?: number;
  /** Name in the message. Default "the function". */
  readonly name?: string;
}

/** Thrown when repeating a function leaves memory behind, or when that could not be told. */
export class LeakFound extends Error {
  override readonly name = "LeakFound";
  /** The verdict with its numbers. */
  readonly result: CheckResult;

  constructor(message: string, result: CheckResult) {
    super(message);
    this.result = result;
  }
}

const MOST_WARMUP = 200;
const GROWTH_FOLLOWED = 4; // times the cycles, while growth goes on

/**
 * Repeats `cycle` and throws if memory grows by more than is allowed per cycle. It measures in the
 * process of the test, so nothing else may run there at the same time; it watches the JS heap,
 * external memory, ArrayBuffers and WebAssembly memory.
 *
 * @throws {LeakFound} with rate, interval, allocation site and retainer.
 * @throws {RangeError} if an option is out of range.
 * @returns the verdict, for those who want its numbers.
 *
 * @example
 * ```ts
 * import { expectNoLeak } from "heapbook/testing";
 *
 * const recent: number[] = [];
 * await expectNoLeak((i) => {
 *   recent.push(i);
 *   if (recent.length > 100) recent.shift();
 * }, { cycles: 200, maxBytesPerCycle: 16 });
 * ```
 */
export async function expectNoLeak(
  cycle: (i: number) => unknown,
  options: NoLeakOptions = {},
): Promise<CheckResult> {
  const { cycles = 200, maxBytesPerCycle = 16, name = "the function" } = options;
  if (!(maxBytesPerCycle > 0)) {
    throw new RangeError(
      `Cannot expect no leak as maxBytesPerCycle must be > 0: current value is ${maxBytesPerCycle}`,
    );
  }
  const module = callerFile();
  const leak = await checkClosure(
    { name, module },
    {
      cycles,
      warmupCycles: options.warmupCycles ?? Math.min(MOST_WARMUP, cycles),
      maxCycles: GROWTH_FOLLOWED * cycles,
      concernBytesPerCycle: maxBytesPerCycle,
    },
    inProcess(cycle),
  );
  const result = toCheckResult(leak, { maxBytesPerCycle });
  if (result.verdict === "clean") return result;
  const checked = { module, result, story: leak.retainers, scenario: "" };
  const evidence = describeEvidence(checked).map((line) => `  ${line}`);
  throw new LeakFound([headline(result, maxBytesPerCycle), ...evidence].join("\n"), result);
}

function headline({ name, verdict, message }: CheckResult, allowed: number): string {
  if (verdict === "leak") return `${name} leaks; ${allowed} B per cycle are allowed. ${message}`;
  if (verdict === "error") return `Cannot tell whether ${name} leaks: ${message}`;
  return `Could not tell whether ${name} leaks, so it does not pass. ${message}`;
}

/** File of the test that called: where the closure was most likely written. */
function callerFile(): string {
  const own = new URL(".", import.meta.url).pathname;
  for (const line of (new Error().stack ?? "").split("\n").slice(1)) {
    const [, place] = /\(?((?:file:\/\/)?(?:\/|[A-Za-z]:[\\/])[^()]*?):\d+:\d+\)?$/.exec(line) ??
      [];
    if (place === undefined || place.includes(own)) continue;
    return place.startsWith("file:") ? fileURLToPath(place) : place;
  }
  return "";
}
