/**
 * Makes one result of a target's repetitions: they must agree, or nothing is established.
 *
 * @module
 */

import type { LeakResult, Verdict } from "./results.ts";

/** Worst first: an error hides everything, a disagreement is not a verdict. */
const ORDER: readonly Verdict[] = ["error", "leak", "inconclusive", "clean"];

/** Combines the results of one target and scenario, of which there is at least one. */
export function combineRepetitions(results: readonly LeakResult[]): LeakResult {
  const sorted = [...results].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  const worst = sorted[0] as LeakResult;
  if (results.length === 1) return worst;
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  const stages = results.flatMap((result) => result.stages);
  const limitOfDetection = Math.max(...results.map((result) => result.limitOfDetection));
  const all = { ...worst, seconds, stages, limitOfDetection };
  const verdicts = new Set(results.map(({ verdict }) => verdict));
  if (verdicts.size === 1 || worst.verdict === "error") {
    const low = Math.min(...results.map(({ interval }) => interval[0]));
    const high = Math.max(...results.map(({ interval }) => interval[1]));
    return worst.verdict === "error" ? all : { ...all, interval: [low, high] };
  }
  const said = results.map(({ verdict }) => verdict).join(", ");
  return {
    ...all,
    verdict: "inconclusive",
    severity: "none",
    message: `Repetitions disagree: ${said}`,
  };
}
