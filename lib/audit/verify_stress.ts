/**
 * Recomputes what a stress result says from its recorded samples.
 *
 * @module
 */

import { classifyGrowth } from "../statistics/mod.ts";
import type { GrowthEstimate, StressPhase, StressResult } from "./results.ts";

/** Columns of a recorded stress series. */
export type StressColumns = Readonly<Record<string, Float64Array>>;

const PAGE_BYTES = 4096;
/** Fewer samples during the cycles show no settled part; then no rate is recorded. */
const LEAST_SAMPLES = 24;

/** Returns the result with its growth and mean computed anew from samples. */
export function recomputeStress(result: StressResult, columns: StressColumns): StressResult {
  const { cycle, rss_bytes: rss, virtual_bytes: virtual } = columns;
  if (!cycle || !rss || !virtual) return result;
  const kept = duringCycles(cycle);
  const pick = (column: Float64Array) => Float64Array.from(kept, (i) => column[i]!);
  const settled = { cycle: pick(cycle), rss: pick(rss), virtual: pick(virtual) };
  const mean = settled.rss.reduce((sum, value) => sum + value, 0) / settled.rss.length;
  return {
    ...result,
    meanRssBytes: kept.length > 0 ? mean : 0,
    // The peak between two samples is known to the system only: samples bound it from below.
    peakRssBytes: Math.max(result.peakRssBytes, ...settled.rss),
    peakVirtualBytes: Math.max(0, ...settled.virtual),
    rss: recomputeEstimate(result.rss, settled.cycle, settled.rss),
    virtual: recomputeEstimate(result.virtual, settled.cycle, settled.virtual),
  };
}

/** Returns the ranking of results, leanest first; names of equal figures keep their order. */
export function recomputeRanking(results: readonly StressResult[]): StressPhase["ranking"] {
  const counted = results.filter(({ verdict }) => verdict !== "error");
  const by = (figure: (result: StressResult) => number) =>
    [...counted].sort((a, b) => figure(a) - figure(b)).map(({ target }) => target);
  return {
    byPeak: by((result) => result.peakRssBytes),
    byAllocation: by((result) => result.allocatedBytesPerStep),
    byRetained: by((result) => result.retainedBytesPerInstance),
  };
}

/** Samples before the first cycle, after the last, or without progress between them do not count. */
function duringCycles(cycle: Float64Array): number[] {
  const kept: number[] = [];
  let reached = -1;
  cycle.forEach((value, i) => {
    if (!(value > reached)) return;
    reached = value;
    kept.push(i);
  });
  return kept;
}

function recomputeEstimate(
  recorded: GrowthEstimate,
  cycle: Float64Array,
  bytes: Float64Array,
): GrowthEstimate {
  if (cycle.length < LEAST_SAMPLES) return recorded;
  const { confidence } = recorded;
  const fit = classifyGrowth(cycle, bytes, {
    quantum: PAGE_BYTES,
    ...(confidence > 0 && confidence < 1 ? { confidence } : {}),
  });
  return {
    channel: recorded.channel,
    growth: fit.growth,
    bytesPerCycle: fit.slope,
    interval: fit.interval,
    confidence: fit.confidence,
    settledFrom: fit.settledFrom,
    limitOfDetection: fit.limitOfDetection,
  };
}
