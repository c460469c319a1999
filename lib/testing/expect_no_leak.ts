/**
 * An assertion for tests: repeating this leaves nothing behind.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { checkClosure } from "../audit/mod.ts";
import { CountedCycle } from "../measure/mod.ts";
import { type CheckResult, describeEvidence, toCheckResult } from "../formats/mod.ts";
import { inProcess } from "./in_process.ts";
import { openBudget, type TimeBudget } from "./time_budget.ts";

/** How {@linkcode expectNoLeak} measures. */
export interface NoLeakOptions {
  /**
   * Cycles measured after the warm-up; more of them find smaller leaks. Default 200, and fewer where
   * these would take too long, but at least 20.
   */
  readonly cycles?: number;
  /** Growth that is allowed, bytes per cycle. Default 16. */
  readonly maxBytesPerCycle?: number;
  /** Cycles before the first measured one. Default: as many as are measured, at most 200. */
  readonly warmupCycles?: number;
  /** Name in the message. Default "the function". */
  readonly name?: string;
  /**
   * Time that measuring and explaining may take, s. Default: under vitest four fifths of what is left
   * of the test's timeout, under Node's runner 20, elsewhere 1.6, since mocha's timeout is 2 s.
   * A larger one needs a larger timeout of the test, and gives smaller leaks and longer reasons.
   */
  readonly budgetSeconds?: number;
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
const CYCLES = 200;
const LEAST_CYCLES = 20;
const PROBED = 5; // cycles that tell how long one takes
const MEASURED_SHARE = 0.4; // of the time, for warm-up and measured cycles

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
  const { maxBytesPerCycle = 16, name = "the function" } = options;
  checkPositive("maxBytesPerCycle", maxBytesPerCycle);
  if (options.budgetSeconds !== undefined) checkPositive("budgetSeconds", options.budgetSeconds);
  const module = callerFile();
  const budget = openBudget(options.budgetSeconds);
  const counted = new CountedCycle(cycle);
  const cycles = options.cycles ?? await affordableCycles(counted, budget);
  const { run, skipped } = inProcess(counted, budget);
  const leak = await checkClosure(
    { name, module },
    {
      cycles,
      warmupCycles: options.warmupCycles ?? Math.min(MOST_WARMUP, cycles),
      maxCycles: GROWTH_FOLLOWED * cycles,
      brief: true,
      concernBytesPerCycle: maxBytesPerCycle,
    },
    run,
  );
  const judged = toCheckResult(leak, { maxBytesPerCycle });
  // A place without bytes was only guessed from the source, where a test holds many functions.
  const sites = judged.sites.filter(({ bytes }) => bytes > 0);
  const result = { ...judged, sites };
  if (result.verdict === "clean") return result;
  const checked = { module, result, story: leak.retainers, scenario: "" };
  const evidence = [...describeEvidence(checked), ...missing(skipped, budget)];
  const lines = [
    headline(result, maxBytesPerCycle, leak.verdict === "leak"),
    ...evidence.map((line) => `  ${line}`),
  ];
  throw new LeakFound(lines.join("\n"), result);
}

function checkPositive(name: string, value: number): void {
  if (value > 0) return;
  throw new RangeError(`Cannot expect no leak as ${name} must be > 0: current value is ${value}`);
}

/** As many cycles as usual, or as fit into a share of the time where one takes long. */
async function affordableCycles(cycle: CountedCycle, budget: TimeBudget): Promise<number> {
  const startedAt = performance.now();
  try {
    for (let i = 0; i < PROBED; i++) await cycle.run();
  } catch {
    cycle.takeBack();
    return CYCLES; // the measurement says in which cycle it threw
  }
  const seconds = (performance.now() - startedAt) / 1000 / PROBED;
  const most = Math.floor(MEASURED_SHARE * budget.seconds / 2 / seconds);
  return Math.max(LEAST_CYCLES, Math.min(CYCLES, most));
}

/** Says what the time did not suffice for, and how to get it. */
function missing(skipped: ReadonlySet<string>, { seconds }: TimeBudget): readonly string[] {
  if (skipped.size === 0) return [];
  const what = skipped.has("survivors")
    ? "where it is allocated and what keeps it"
    : "what keeps it";
  return [
    `No time was left to find ${what}: set budgetSeconds above ${+seconds.toFixed(1)}, and the ` +
    "timeout of the test accordingly",
  ];
}

function headline(
  { name, verdict, message }: CheckResult,
  allowed: number,
  isLeak: boolean,
): string {
  if (verdict === "leak") return `${name} leaks; ${allowed} B per cycle are allowed. ${message}`;
  if (verdict === "error") return `Cannot tell whether ${name} leaks: ${message}`;
  // In a short run the rate is less certain than the leak.
  if (isLeak) {
    return `${name} leaks, perhaps by more than the ${allowed} B per cycle allowed. ${message}`;
  }
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
