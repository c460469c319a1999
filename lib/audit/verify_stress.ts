/**
 * Recomputes what a stress result says from its recorded samples.
 *
 * @module
 */

import type { StressResult } from "./results.ts";
import type { SeverityLimits } from "./severity.ts";
import { judgeStressSeries } from "./stress_judgement.ts";

/** Returns the result with everything that follows from the samples computed anew. */
export function recomputeStress(
  result: StressResult,
  columns: Readonly<Record<string, Float64Array>>,
  limits: Required<SeverityLimits>,
): StressResult {
  const { cycle, rss_bytes: rss, virtual_bytes: virtual, freed_bytes: freed } = columns;
  if (!cycle || !rss || !virtual) return result;
  const series = { cycle, rss, virtual, freedBytes: freed?.[0] ?? 0 };
  const figures = judgeStressSeries(series, result.cycles, limits);
  // A shorter run that is not recorded may take a leak back, and an invalid run proves nothing.
  const isOpen = figures.verdict === "leak" && result.verdict === "inconclusive";
  const { verdict, message } = isOpen || !result.validity.valid ? result : figures;
  return {
    ...result,
    ...figures,
    verdict,
    message,
    // The peak between two samples is known to the system only: samples bound it from below.
    peakRssBytes: Math.max(result.peakRssBytes, figures.peakRssBytes),
  };
}
