/**
 * Recomputes leak results from the recorded samples of their trends and what the witnesses beside
 * them saw: channels, rates, intervals, limits of detection and verdicts.
 *
 * @module
 */

import { judgeChannels, toEstimate } from "./leak_channels.ts";
import { decideBounded } from "./leak_decision.ts";
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
  const judged = {
    channels,
    cycles,
    askedCycles,
    concern,
    ...(survivors === null ? {} : { survivors: judgeSurvivors(survivors) }),
    ...(holders === null ? {} : { holders }),
  };
  const { evidence, decision } = decideBounded(judged, survivors ?? undefined, confidence);
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
    channels: evidence.channels.map((judgement) => toEstimate(judgement, confidence)),
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
