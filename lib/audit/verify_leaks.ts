/**
 * Recomputes leak results from the recorded samples of their trends and what the witnesses beside
 * them saw: channels, rates, intervals, limits of detection, verdicts, snapshots, and the bytes that
 * each place and holder is said to keep.
 *
 * @module
 */

import { judgeChannels, toEstimate } from "./leak_channels.ts";
import { decideBounded } from "./leak_decision.ts";
import { snapshotsOf, tellLeak } from "./leak_record.ts";
import type { LeakWitness } from "./measure_leak.ts";
import type { AllocationSite, LeakResult, RetainerPath, Severity } from "./results.ts";
import { bytesOfHolder } from "./retainer_words.ts";
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
    confidence,
    ...(survivors === null ? {} : { survivors: judgeSurvivors(survivors) }),
    ...(holders === null ? {} : { holders }),
  };
  const { evidence, decision } = decideBounded(judged, survivors ?? undefined);
  const { channel } = decision;
  const verdict = result.validity.valid ? decision.verdict : "error";
  const bytes = channel.unit === "bytes" ? channel.bytesPerCycle : 0;
  const topAllocations = result.topAllocations.map((site) => recomputeSite(site, witness));
  const retainers = result.retainers.map((retainer) => recomputeRetainer(retainer, witness));
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
    snapshots: snapshotsOf(witness.snapshots, witness.instances),
    topAllocations,
    classGrowth: decision.verdict === "leak" ? witness.explained?.classes ?? [] : [],
    retainers,
    message: result.validity.valid
      ? tellLeak(decision, { topAllocations, retainers })
      : result.message,
  };
}

/** What a place keeps is the sum over survivors, over what a holder holds, or what it grew by. */
function recomputeSite(site: AllocationSite, witness: LeakWitness): AllocationSite {
  const probed = witness.probed?.places.map(({ bytes }) => ({ bytes: [bytes], objects: [0] }));
  const groups = [
    ...witness.survivors?.groups ?? [],
    ...witness.explained?.holders ?? [],
    ...probed ?? [],
  ];
  return {
    ...site,
    bytes: nearest(site.bytes, groups.map(({ bytes }) => Math.round(sum(bytes)))),
    objects: nearest(site.objects, groups.map(({ objects }) => Math.round(sum(objects)))),
  };
}

function recomputeRetainer(retainer: RetainerPath, witness: LeakWitness): RetainerPath {
  const memory = witness.probed?.holder ?? null;
  const holders = [...witness.explained?.holders ?? [], ...memory === null ? [] : [memory]];
  const kept = holders.map(bytesOfHolder);
  return { ...retainer, bytes: nearest(retainer.bytes, kept) };
}

/** The candidate that comes closest; a place that was only guessed keeps nothing. */
function nearest(value: number, candidates: readonly number[]): number {
  return candidates.reduce(
    (best, other) => Math.abs(other - value) < Math.abs(best - value) ? other : best,
    0,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function severityOfVerdict(
  verdict: LeakResult["verdict"],
  bytesPerCycle: number,
  limits: SeverityLimits,
): Severity {
  if (verdict !== "leak") return "none";
  return worstSeverity(["minor", severityOf(bytesPerCycle, limits)]);
}
