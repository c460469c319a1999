/**
 * One target's leak verdict: the exact trend first, then as many witnesses as its answer needs,
 * longer where they disagree.
 *
 * @module
 */

import {
  type GrowingHolder,
  type GrowthPlacesResult,
  type HeapGrowthResult,
  isUserCode,
  type SampleColumns,
  type SandboxFailure,
  type SurvivorResult,
  type TrendResult,
} from "../measure/mod.ts";
import { type ChannelJudgement, judgeChannels, toEstimate } from "./leak_channels.ts";
import {
  decideBounded,
  decideLeak,
  type LeakDecision,
  type LeakEvidence,
  needsWitness,
} from "./leak_decision.ts";
import { completed, explainedCycles, explainLeak, type Witnesses } from "./leak_explanation.ts";
import type { LeakSites } from "./leak_sites.ts";
import { type LeakTask, runHeapGrowth, runSurvivors, runTrend } from "./leak_stages.ts";
import { snapshotsOf, tellLeak } from "./leak_record.ts";
import type { LeakResult, Severity, StageRecord, Validity } from "./results.ts";
import { severityOf } from "./severity.ts";
import { judgeSurvivors, type SurvivorRecord } from "./survivor_judgement.ts";

/** How a target is judged. */
export interface LeakJudgementOptions {
  readonly confidence: number;
  /** Limit of concern, bytes per cycle. */
  readonly concern: number;
  /** Growth over 1000 cycles from which a leak is major and critical, MB. */
  readonly majorMb: number;
  readonly criticalMb: number;
  /** Measures survivors also where the trend is clean, for the largest live allocations. */
  readonly alwaysProfile: boolean;
}

/** A verdict with the samples it rests on. */
export interface MeasuredLeak {
  readonly result: LeakResult;
  readonly samples: TrendResult["samples"] | null;
  /** What the witnesses beside the trend said; null where the trend did not end. */
  readonly witness: LeakWitness | null;
}

/** What was seen beside the trend, as far as the verdict rests on it: recorded for verification. */
export interface LeakWitness extends Pick<LeakEvidence, "cycles" | "askedCycles" | "concern"> {
  /** Survivors of the target's own code by place and age. */
  readonly survivors: SurvivorRecord | null;
  readonly holders: readonly GrowingHolder[] | null;
  /** What the snapshots say grew, whether or not the verdict needed them. */
  readonly explained: Pick<HeapGrowthResult, "holders" | "classes"> | null;
  /** Where growth outside the heap was seen to rise; absent where nothing was probed for it. */
  readonly probed?: Pick<GrowthPlacesResult, "places" | "holder"> | null;
  /** Rows of gauges at the snapshot cycles, and instances counted there. */
  readonly snapshots: SampleColumns;
  readonly instances: SurvivorResult["instances"];
}

const LONGER = 4; // times the cycles, where witnesses disagree

/** Measures one target in one scenario. */
export async function measureLeak(
  task: LeakTask,
  options: LeakJudgementOptions,
): Promise<MeasuredLeak> {
  const startedAt = performance.now();
  const stages: StageRecord[] = [];
  const trend = await runTrend(task);
  stages.push(trend.record);
  if (trend.outcome.status !== "completed") {
    return { result: failed(task, trend.outcome, stages, startedAt), samples: null, witness: null };
  }
  const { result: seen } = trend.outcome;
  const channels = judgeChannels(seen, { warmupCycles: task.warmupCycles, ...options });
  const base: LeakEvidence = {
    channels,
    cycles: seen.cycles,
    askedCycles: task.cycles + task.warmupCycles,
    concern: options.concern,
    confidence: options.confidence,
  };
  const witnesses = await askWitnesses(task, options, seen, base, stages);
  const { evidence, decision } = decideBounded(witnesses.evidence, witnesses.survivors);
  witnesses.evidence = evidence;
  const inWorker = decision.channel.place !== undefined;
  const isAsked = !inWorker && stages.some(({ stage }) => stage === "snapshots");
  const isExplained = isAsked || decision.channel.channel === "wasm";
  if (decision.verdict === "leak" && !isExplained) {
    const rate = inWorker ? decision.channel.bytesPerCycle : snapshotRate(channels);
    const end = await runHeapGrowth(task, explainedCycles(task, seen), rate, inWorker);
    stages.push(end.record);
    witnesses.holders = completed(end);
  }
  const sites = await explainLeak(task, seen, decision, witnesses, stages);
  const seconds = (performance.now() - startedAt) / 1000;
  const result = assemble({ task, options, seen, decision, witnesses, sites, stages, seconds });
  return { result, samples: seen.samples, witness: witnessOf(witnesses, seen) };
}

function witnessOf(
  { evidence, survivors, holders: explained, places }: Witnesses,
  { snapshots }: TrendResult,
): LeakWitness {
  const { cycles, askedCycles, concern, holders = null } = evidence;
  return {
    cycles,
    askedCycles,
    concern,
    survivors: survivors === undefined ? null : recordSurvivors(survivors),
    holders,
    explained: explained === undefined
      ? null
      : { holders: explained.holders, classes: explained.classes },
    probed: places === undefined ? null : { places: places.places, holder: places.holder },
    snapshots,
    instances: survivors?.instances ?? {},
  };
}

function recordSurvivors(survivors: SurvivorResult): SurvivorRecord {
  const { slices, cyclesPerSlice, intervalBytes } = survivors;
  const groups = survivors.groups.filter(({ stack }) => stack.some(({ url }) => isUserCode(url)));
  return { groups, slices, cyclesPerSlice, intervalBytes };
}

async function askWitnesses(
  task: LeakTask,
  options: LeakJudgementOptions,
  seen: TrendResult,
  base: LeakEvidence,
  stages: StageRecord[],
): Promise<Witnesses> {
  const heap = base.channels[0] as ChannelJudgement;
  const expected = Math.max(0, ...bytesOf(base.channels));
  const isSuspect = needsWitness(base, task.brief);
  const witnesses: Witnesses = {
    evidence: base,
    survivors: undefined,
    holders: undefined,
    places: undefined,
  };
  const isGrown = decideLeak(base).verdict !== "clean";
  if (!isSuspect && !isGrown && !options.alwaysProfile) return witnesses;

  const ask = async (cycles: number): Promise<void> => {
    const end = await runSurvivors(task, cycles, expected, cycles / task.cycles);
    stages.push(end.record);
    const survivors = completed(end);
    if (survivors === undefined) return; // what a shorter look saw stands
    witnesses.survivors = survivors;
    witnesses.evidence = { ...witnesses.evidence, survivors: judgeSurvivors(survivors) };
  };
  await ask(task.cycles);
  if (!isSuspect) return witnesses;
  const survives = (witnesses.evidence.survivors?.leaking.length ?? 0) > 0;
  const agrees = survives === (heap.state === "growing");
  // What survives a short look, as the youngest tooth of a sawtooth, must survive a long one too.
  const longer = Math.min(LONGER * task.cycles, Math.max(task.maxCycles, task.cycles));
  const isHidden = !survives && longer <= seen.cycles &&
    (heap.state === "flat" || (heap.state !== "growing" && heap.bytesPerCycle >= heap.threshold));
  const isWorthwhile = witnesses.survivors !== undefined && longer > task.cycles;
  if (((survives && !agrees) || isHidden) && isWorthwhile) await ask(longer);
  const { leaking = [] } = witnesses.evidence.survivors ?? {};
  const isOpen = heap.state === "flat"
    ? leaking.length > 0
    : heap.state !== "settling" && heap.bytesPerCycle >= heap.threshold;
  if (isOpen) {
    const end = await runHeapGrowth(task, explainedCycles(task, seen), snapshotRate(base.channels));
    stages.push(end.record);
    witnesses.holders = completed(end);
    const holders = witnesses.holders?.holders;
    if (holders !== undefined) witnesses.evidence = { ...witnesses.evidence, holders };
  }
  return witnesses;
}

/** What a snapshot would have to write: objects and the contents of their buffers. */
function snapshotRate(channels: readonly ChannelJudgement[]): number {
  return channels.filter(({ channel }) => channel === "heap" || channel === "arrayBuffers")
    .reduce((sum, { bytesPerCycle }) => sum + Math.max(0, bytesPerCycle), 0);
}

interface Parts {
  readonly task: LeakTask;
  readonly options: LeakJudgementOptions;
  readonly seen: TrendResult;
  readonly decision: LeakDecision;
  readonly witnesses: Witnesses;
  readonly sites: LeakSites;
  readonly stages: readonly StageRecord[];
  readonly seconds: number;
}

function assemble(parts: Parts): LeakResult {
  const { task, options, seen, decision, witnesses, sites, stages, seconds } = parts;
  const { channel, verdict } = decision;
  const isValid = seen.validity.valid;
  const places = { topAllocations: sites.allocations, retainers: sites.retainers };
  const bytes = channel.unit === "bytes" ? channel.bytesPerCycle : 0;
  return {
    target: task.spec.name,
    scenario: task.scenario,
    verdict: isValid ? verdict : "error",
    severity: isValid && verdict === "leak" ? leakSeverity(bytes, options) : "none",
    channel: channel.channel,
    growth: channel.growth,
    bytesPerCycle: channel.bytesPerCycle,
    interval: channel.interval,
    confidence: options.confidence,
    limitOfDetection: channel.limitOfDetection,
    cycles: seen.cycles,
    warmupCycles: task.warmupCycles,
    seconds,
    channels: witnesses.evidence.channels.map((judged) => toEstimate(judged, options.confidence)),
    snapshots: snapshotsOf(seen.snapshots, witnesses.survivors?.instances ?? {}),
    topAllocations: sites.allocations,
    classGrowth: verdict === "leak" ? witnesses.holders?.classes ?? [] : [],
    retainers: sites.retainers,
    stages,
    validity: validityOf(seen),
    message: isValid
      ? tellLeak(decision, places)
      : `The work was not done: ${seen.validity.message}`,
  };
}

/** A leak of handles has no bytes: the least severity is its own. */
function leakSeverity(bytesPerCycle: number, options: LeakJudgementOptions): Severity {
  const severity = severityOf(bytesPerCycle, options);
  return severity === "none" ? "minor" : severity;
}

function validityOf({ validity }: TrendResult): Validity {
  return { valid: validity.valid, cycles: validity.cycles, message: validity.message };
}

function bytesOf(channels: readonly ChannelJudgement[]): number[] {
  return channels.filter(({ unit }) => unit === "bytes").map(({ bytesPerCycle }) => bytesPerCycle);
}

function failed(
  task: LeakTask,
  { message, cycle, status }: SandboxFailure,
  stages: readonly StageRecord[],
  startedAt: number,
): LeakResult {
  // A target that eats all memory leaks, or needs more than it may have: nobody can tell which.
  return {
    target: task.spec.name,
    scenario: task.scenario,
    verdict: status === "cancelled" ? "inconclusive" : "error",
    severity: "none",
    channel: "heap",
    growth: "flat",
    bytesPerCycle: 0,
    interval: [0, 0],
    confidence: 0,
    limitOfDetection: 0,
    cycles: Math.max(0, cycle),
    warmupCycles: task.warmupCycles,
    seconds: (performance.now() - startedAt) / 1000,
    channels: [],
    snapshots: [],
    topAllocations: [],
    classGrowth: [],
    retainers: [],
    stages,
    validity: { valid: false, cycles: Math.max(0, cycle), message },
    message,
  };
}
