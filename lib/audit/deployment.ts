/**
 * How long a target may run in a given memory budget: the budget over the upper bound of its growth
 * rate. A clean target is bounded by what the measurement could have missed, not by zero.
 *
 * @module
 */

import type { LeakPhase, VerdictPhase } from "./results.ts";

/** Returns one row per target, the shortest run first. */
export function deploymentLimits(
  leaks: LeakPhase | null,
  budgetBytes: number,
): VerdictPhase["deployment"] {
  const upper = new Map<string, number>();
  for (const { target, interval, limitOfDetection, validity, verdict } of leaks?.results ?? []) {
    const bound = validity.valid && verdict !== "error"
      ? Math.max(interval[1], limitOfDetection)
      : Infinity;
    upper.set(target, Math.max(upper.get(target) ?? 0, bound));
  }
  return [...upper].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    .map(([target, bytesPerCycle]) => ({
      target,
      // JSON has no infinity: an unknown rate allows no run at all.
      bytesPerCycleUpper: Number.isFinite(bytesPerCycle) ? bytesPerCycle : Number.MAX_VALUE,
      budgetBytes,
      maxCycles: Number.isFinite(bytesPerCycle)
        ? Math.min(Number.MAX_SAFE_INTEGER, Math.floor(budgetBytes / bytesPerCycle))
        : 0,
    }));
}
