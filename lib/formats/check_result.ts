/**
 * One line that a machine can read per target: what `heapbook check --json` prints.
 *
 * @module
 */
import type { Interval, LeakResult, RetainerPath, Site, Verdict } from "../audit/results.ts";

/** A place and the live bytes that it allocated. Line and column from 1. */
export interface CheckSite extends Site {
  readonly bytes: number;
}

/** The verdict on one target. Its schema is {@linkcode checkResultSchema}. */
export interface CheckResult {
  readonly name: string;
  readonly verdict: Verdict;
  /** Growth of the leading channel; null where nothing was measured. */
  readonly bytesPerCycle: number | null;
  readonly interval: readonly [number | null, number | null];
  /** Coverage of `interval`, 0 … 1. */
  readonly confidence: number;
  readonly channel: "heap" | "external" | "arrayBuffers" | "wasm" | "native";
  readonly growth: "flat" | "step" | "saturating" | "linear" | "quadratic" | "sawtooth";
  readonly cycles: number;
  readonly seconds: number;
  /** Smallest rate that this run could have found, bytes per cycle. */
  readonly limitOfDetection: number | null;
  /** Where what stays alive is allocated, most bytes first. */
  readonly sites: readonly CheckSite[];
  /** Why it stays alive: steps from a root to what grew. */
  readonly retainers: readonly (readonly string[])[];
  readonly message: string;
  /** The node it was measured on, where the user asked for one. */
  readonly runtime?: string;
}

/** A verdict with what only the richer formats show. */
export interface CheckedTarget {
  /** Path of the module as it should appear in reports. */
  readonly module: string;
  readonly result: CheckResult;
  /** The retainer paths in words. */
  readonly story: readonly RetainerPath[];
  /** Which of several scenarios speaks for the target; empty where there is one. */
  readonly scenario: string;
}

/** Growth that a user allows, bytes per cycle. */
export interface Allowance {
  readonly maxBytesPerCycle: number;
}

/** Returns the machine-readable verdict for a measured target. */
export function toCheckResult(leak: LeakResult, allowance?: Allowance): CheckResult {
  const finite = (value: number) => Number.isFinite(value) ? value : null;
  const { verdict, message } = withAllowance(leak, allowance);
  return {
    name: leak.target,
    verdict,
    bytesPerCycle: finite(leak.bytesPerCycle),
    interval: [finite(leak.interval[0]), finite(leak.interval[1])],
    confidence: leak.confidence,
    // Live handles are held by the runtime, outside the heap.
    channel: leak.channel === "resources" ? "native" : leak.channel,
    growth: leak.growth,
    cycles: leak.cycles,
    seconds: leak.seconds,
    limitOfDetection: finite(leak.limitOfDetection),
    sites: leak.topAllocations.map(({ file, line, column, function: name, bytes }) => ({
      file,
      line,
      column,
      function: name,
      bytes,
    })),
    retainers: leak.retainers.map(({ words }) => words.split(" → ")),
    message,
  };
}

/** Returns the verdict on a target that could not even be measured. */
export function failedCheck(name: string, message: string, seconds: number): CheckResult {
  return {
    name,
    verdict: "error",
    bytesPerCycle: null,
    interval: [null, null],
    confidence: 0,
    channel: "heap",
    growth: "flat",
    cycles: 0,
    seconds,
    limitOfDetection: null,
    sites: [],
    retainers: [],
    message,
  };
}

/** From the one that matters most to the one that matters least. */
const GRAVITY: readonly Verdict[] = ["leak", "error", "inconclusive", "clean"];

/**
 * Returns the scenario of a target that speaks for it: the gravest verdict, then the fastest growth.
 */
export function gravest(scenarios: readonly LeakResult[]): LeakResult | undefined {
  const rank = ({ verdict }: LeakResult) => GRAVITY.indexOf(verdict);
  return [...scenarios].sort((a, b) => rank(a) - rank(b) || b.bytesPerCycle - a.bytesPerCycle)[0];
}

/** Growth that is allowed is no leak when the whole interval stays within it. */
function withAllowance(
  { verdict, interval, message }: LeakResult,
  allowance: Allowance | undefined,
): { verdict: Verdict; message: string } {
  if (allowance === undefined || verdict !== "leak") return { verdict, message };
  const { maxBytesPerCycle } = allowance;
  const limit = `the ${maxBytesPerCycle} B per cycle that are allowed`;
  if (interval[1] <= maxBytesPerCycle) {
    return { verdict: "clean", message: `Grows, but stays within ${limit}. ${message}` };
  }
  if (interval[0] > maxBytesPerCycle) return { verdict, message };
  return { verdict: "inconclusive", message: `May grow by more than ${limit}. ${message}` };
}

/** Returns the name of a target with the scenario and the runtime that the verdict is about. */
export function titleOf({ result: { name, runtime = "" }, scenario }: CheckedTarget): string {
  const details = [scenario, runtime].filter((text) => text !== "").join(", ");
  return details === "" ? name : `${name} (${details})`;
}

/** Exit code of a check: 1 if anything leaks, else 2 if anything is undecided or failed, else 0. */
export function exitCodeOf(results: readonly { readonly verdict: Verdict }[]): number {
  if (results.some(({ verdict }) => verdict === "leak")) return 1;
  return results.length > 0 && results.every(({ verdict }) => verdict === "clean") ? 0 : 2;
}

/** Returns an interval in words, for example `71.80 … 72.30`. */
export function describeInterval([low, high]: CheckResult["interval"] | Interval): string {
  return `${formatBytes(low)} … ${formatBytes(high)}`;
}

/** Returns bytes per cycle with two decimals and a true minus sign, or `?`. */
export function formatBytes(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes)) return "?";
  const text = Math.abs(bytes) >= 1000
    ? Math.round(Math.abs(bytes)).toLocaleString("en-US").replaceAll(",", " ")
    : Math.abs(bytes).toFixed(2);
  return bytes < 0 && Number(text) !== 0 ? `−${text}` : text;
}
