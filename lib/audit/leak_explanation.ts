/**
 * Explains a leak by place and holder: from the objects that stay and what holds them, or, where it
 * left none, from probes that see where the memory rises, and last from the source of what ran.
 *
 * @module
 */

import type {
  GrowthPlacesResult,
  HeapGrowthResult,
  ProbedGauge,
  SurvivorResult,
  TrendResult,
} from "../measure/mod.ts";
import type { LeakDecision, LeakEvidence } from "./leak_decision.ts";
import { guessSites, type LeakSites, nameSites } from "./leak_sites.ts";
import {
  type LeakTask,
  runCoverage,
  runGrowthPlaces,
  runLongCoverage,
  type StageEnd,
} from "./leak_stages.ts";
import { namePlaces } from "./probed_sites.ts";
import { reachedIn } from "./reach.ts";
import type { Channel, StageRecord } from "./results.ts";

/** What the stages beside the trend returned so far. */
export interface Witnesses {
  evidence: LeakEvidence;
  survivors: SurvivorResult | undefined;
  holders: HeapGrowthResult | undefined;
  places: GrowthPlacesResult | undefined;
}

const LONGER = 4; // times the cycles, for what may grow rarely
const EXPLAINING_SECONDS = 1.5;

/** Returns what a stage returned, where it ended. */
export function completed<T>({ outcome }: StageEnd<T>): T | undefined {
  return outcome.status === "completed" ? outcome.result : undefined;
}

/** Names the places and holders of a leak; of a clean target, its live allocations. */
export async function explainLeak(
  task: LeakTask,
  seen: TrendResult,
  decision: LeakDecision,
  witnesses: Witnesses,
  stages: StageRecord[],
): Promise<LeakSites> {
  const { workerScripts } = seen;
  const { survivors, holders, evidence } = witnesses;
  const isLeak = decision.verdict === "leak";
  const inWorker = decision.channel.place !== undefined;
  // What the main thread allocates says nothing of a worker.
  const leaking = inWorker ? [] : evidence.survivors?.leaking.map(({ group }) => group) ?? [];
  const groups = isLeak && leaking.length > 0 ? leaking : survivors?.groups ?? [];
  const known = {
    module: task.spec.module,
    groups: isLeak && leaking.length === 0 ? [] : groups,
    holders: isLeak ? holders?.holders ?? [] : [],
    files: inWorker ? workerScripts : [],
    sourceMaps: { ...survivors?.sourceMaps, ...holders?.sourceMaps },
  };
  const sites = nameSites(known);
  const isSeen = sites.allocations.some(({ bytes }) => bytes > 0) &&
    decision.channel.channel !== "wasm";
  // A test holds many functions: its source says nothing about the one that was measured.
  const isModule = task.run === undefined;
  if (isLeak && isModule && !inWorker && isSeen && sites.isRead) {
    // A name, or one line of several alike, says little where the line may never have run.
    const rate = Math.max(0, decision.channel.bytesPerCycle);
    const end = await runLongCoverage(task, explainedCycles(task, seen), rate);
    stages.push(end.record);
    const coverage = completed(end);
    if (coverage === undefined) return sites;
    const ran = coverage.scripts.map(({ url }) => url);
    return nameSites({ ...known, isReached: reachedIn(coverage), ran });
  }
  if (!isLeak || isSeen || !isModule) return sites;
  if (inWorker) {
    const [script] = workerScripts.filter((url) => url.startsWith("file:"));
    return withGuess(sites, guessSites(script ?? task.spec.module, decision.channel.channel));
  }
  return await probe(task, decision, witnesses, stages, sites);
}

/** Looks where growth rises that left no object, and guesses from what ran where that fails. */
async function probe(
  task: LeakTask,
  { channel: { channel, unit } }: LeakDecision,
  witnesses: Witnesses,
  stages: StageRecord[],
  sites: LeakSites,
): Promise<LeakSites> {
  const gauge = gaugeOf(channel, unit);
  if (gauge !== null) {
    const end = await runGrowthPlaces(task, LONGER * task.cycles, gauge);
    stages.push(end.record);
    witnesses.places = completed(end);
  }
  const { places } = witnesses;
  const seen = places === undefined ? null : namePlaces(places, task.spec.module);
  if (seen !== null && seen.allocations.length > 0) {
    const retainers = seen.retainers.length > 0 ? seen.retainers : sites.retainers;
    return { allocations: seen.allocations, retainers };
  }
  if (sites.allocations.length > 0 && channel !== "wasm") return sites;
  const end = await runCoverage(task);
  stages.push(end.record);
  const guess = guessSites(task.spec.module, channel, completed(end));
  return withGuess(sites, guess);
}

/** A place that was guessed beside holders that were seen. */
function withGuess(sites: LeakSites, guess: LeakSites): LeakSites {
  const retainers = guess.retainers.length > 0 ? guess.retainers : sites.retainers;
  return { ...guess, retainers };
}

/** What to read for growth in a channel; null where objects of the heap tell of it. */
function gaugeOf(channel: Channel, unit: string): ProbedGauge | null {
  if (unit === "open files") return "files";
  if (unit === "threads") return "threads";
  if (channel === "arrayBuffers" || channel === "external") return "external";
  return channel === "wasm" || channel === "native" ? channel : null;
}

/** Rare large steps need a longer look; as many cycles as take no more time than the snapshots. */
export function explainedCycles(task: LeakTask, { cycles, cycleSeconds }: TrendResult): number {
  const affordable = Math.floor(EXPLAINING_SECONDS * cycles / Math.max(cycleSeconds, 1e-6));
  return Math.max(
    task.cycles,
    Math.min(cycles - task.warmupCycles, LONGER * task.cycles, affordable),
  );
}
