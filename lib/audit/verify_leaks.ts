/**
 * Recomputes leak results from the recorded samples of their trends and what the witnesses beside
 * them saw: channels, rates, intervals, limits of detection and verdicts.
 *
 * @module
 */

import { judgeChannels, toEstimate } from "./leak_channels.ts";
import { decideLeak } from "./leak_decision.ts";
import type { LeakWitness } from "./measure_leak.ts";
import type { LeakResult, Severity } from "./results.ts";
import { type SeverityLimits, severityOf, worstSeverity } from "./severity.ts";
import { judgeSurvivors } from "./survivor_judgement.ts";

/** What was recorded of one measurement of a target. */
export interface LeakRecord {
  readonly samples: Readonly<Record<string, Float64Array>>;
  readonly witness: LeakWitness;
}

/** Returns the result with everything that follows from its record computed anew. */
export function recomputeLeak(
  result: LeakResult,
  { samples, witness }: LeakRecord,
  limits: SeverityLimits,
): LeakResult {
  const { warmupCycles, confidence } = result;
  const columns = Object.fromEntries(
    Object.entries(samples).map(([name, column]) => [name, Array.from(column)]),
  );
  const channels = judgeChannels({ samples: columns }, { warmupCycles, confidence });
  const { survivors, holders, cycles, askedCycles, concern } = witness;
  const decision = decideLeak({
    channels,
    cycles,
    askedCycles,
    concern,
    ...(survivors === null
      ? {}
      // What judging does not look at was not recorded.
      : { survivors: judgeSurvivors(survivors as Parameters<typeof judgeSurvivors>[0]) }),
    ...(holders === null ? {} : { holders }),
  });
  const { channel } = decision;
  const verdict = result.validity.valid ? decision.verdict : "error";
  const bytes = channel.unit === "bytes" ? channel.bytesPerCycle : 0;
  return {
    ...result,
    verdict,
    severity: severityOfVerdict(verdict, bytes, limits),
    channel: channel.channel,
    growth: channel.growth,
    bytesPerCycle: channel.bytesPerCycle,
    interval: channel.interval,
    limitOfDetection: channel.limitOfDetection,
    cycles,
    channels: channels.map((judged) => toEstimate(judged, confidence)),
  };
}

function severityOfVerdict(
  verdict: LeakResult["verdict"],
  bytesPerCycle: number,
  limits: SeverityLimits,
): Severity {
  if (verdict !== "leak") return "none";
  return worstSeverity(["minor", severityOf(bytesPerCycle, limits)]);
}
