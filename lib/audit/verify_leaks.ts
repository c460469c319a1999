/**
 * Recomputes the headline of a leak result from what was measured of its channels.
 *
 * @module
 */

import type { LeakResult } from "./results.ts";

/** Returns the result with the figures of the channel that its verdict rests on. */
export function recomputeLeak(result: LeakResult): LeakResult {
  const candidates = result.channels.filter(({ channel }) => channel === result.channel);
  // WebAssembly and handles have two channels each: the one that is closest is meant.
  const [estimate] = candidates.sort((a, b) =>
    Math.abs(a.bytesPerCycle - result.bytesPerCycle) -
    Math.abs(b.bytesPerCycle - result.bytesPerCycle)
  );
  if (!estimate) return result;
  const { bytesPerCycle, interval, growth, confidence, limitOfDetection } = estimate;
  return { ...result, bytesPerCycle, interval, growth, confidence, limitOfDetection };
}
