/**
 * Judges survivors by age: a place leaks when objects it made in every part of the settled run are
 * still alive, about as many from the old parts as from the young ones.
 *
 * @module
 */

import {
  isUserCode,
  sampleWeight,
  type SurvivorGroup,
  type SurvivorResult,
} from "../measure/mod.ts";
import { normalQuantile, poissonInterval } from "../statistics/mod.ts";
import type { Interval } from "./results.ts";

/** The part of what survivors were seen that judging looks at. */
export type SurvivorRecord = Pick<
  SurvivorResult,
  "groups" | "slices" | "cyclesPerSlice" | "intervalBytes"
>;

/** A place whose survivors are of all ages. */
export interface LeakingGroup {
  readonly group: SurvivorGroup;
  /** Median over the parts of the run, bytes per cycle. */
  readonly bytesPerCycle: number;
}

/** What the survivors say. */
export interface SurvivorJudgement {
  readonly leaking: readonly LeakingGroup[];
  readonly bytesPerCycle: number;
}

const PARTS = 5;
const YOUNG_SHARE = 0.05; // of the slices; what was just made may yet be dropped
const LEAST_SHARE = 0.5; // of the old parts' count against the young ones', and the reverse
const LEAST_RATE = 0.25; // bytes per cycle
const LEAST_SAMPLES = 8;
const OBJECT_BYTES = 64;
const CHANCE = 0.05; // that ends of one rate look more unlike than is allowed for

/** Returns the places whose survivors come from all parts of the run. */
export function judgeSurvivors(result: SurvivorRecord): SurvivorJudgement {
  const leaking: LeakingGroup[] = [];
  for (const group of result.groups) {
    if (!group.stack.some(({ url }) => isUserCode(url))) continue;
    const bytesPerCycle = leakRate(group, result);
    if (bytesPerCycle > 0) leaking.push({ group, bytesPerCycle });
  }
  leaking.sort((a, b) => b.bytesPerCycle - a.bytesPerCycle);
  const bytesPerCycle = leaking.reduce((sum, place) => sum + place.bytesPerCycle, 0);
  return { leaking, bytesPerCycle };
}

/**
 * Returns the rate that the survivors would have missed with a probability below 1 - confidence,
 * bytes per cycle, for objects of 64 bytes: each part of the run must hold one sample at least.
 */
export function survivorLimit(result: SurvivorRecord, confidence: number): number {
  const [, most] = poissonInterval(0, confidence);
  const samples = Math.max(LEAST_SAMPLES, PARTS * most);
  const objects = samples * sampleWeight(OBJECT_BYTES, result.intervalBytes);
  return objects * OBJECT_BYTES / (result.slices * result.cyclesPerSlice);
}

/** Returns the rate of the survivors of all ages with its interval, bytes per cycle. */
export function survivorRate(
  { leaking, bytesPerCycle }: SurvivorJudgement,
  confidence: number,
): { readonly bytesPerCycle: number; readonly interval: Interval } {
  const samples = leaking.reduce((sum, { group }) => sum + total(group.samples), 0);
  const [least, most] = poissonInterval(samples, confidence);
  const perSample = bytesPerCycle / Math.max(1, samples);
  return { bytesPerCycle, interval: [least * perSample, most * perSample] };
}

function leakRate(group: SurvivorGroup, { slices, cyclesPerSlice }: SurvivorRecord): number {
  const settled = slices - Math.max(1, Math.round(YOUNG_SHARE * slices));
  const samples = inParts(group.samples, settled);
  const objects = inParts(group.objects, settled);
  const bytes = inParts(group.bytes, settled);
  if (Math.min(...samples) < 1 || total(samples) < LEAST_SAMPLES) return 0;
  if (leastShare(objects, samples) < LEAST_SHARE) return 0;
  const cycles = settled * cyclesPerSlice / PARTS;
  const rate = (bytes.sort((a, b) => a - b)[PARTS >> 1] as number) / cycles;
  return rate >= LEAST_RATE ? rate : 0;
}

/**
 * Returns how much the two old parts may hold of what the two young ones do, or the reverse: the
 * share itself where samples abound, and what chance leaves open where they are few.
 */
function leastShare(objects: readonly number[], samples: readonly number[]): number {
  const ends = (values: readonly number[]) =>
    [total(values.slice(0, 2)), total(values.slice(-2))] as const;
  const [old, young] = ends(objects);
  const [oldSamples, youngSamples] = ends(samples);
  // Counts of independent samples are Poisson's: the logarithm of their ratio has this deviation.
  const deviation = Math.sqrt(1 / oldSamples + 1 / youngSamples);
  return Math.min(old / young, young / old) * Math.exp(normalQuantile(1 - CHANCE) * deviation);
}

/** Sums the first `settled` slices into parts of equal length. */
function inParts(values: readonly number[], settled: number): number[] {
  const parts = new Array<number>(PARTS).fill(0);
  for (let slice = 0; slice < settled; slice++) {
    const part = Math.min(PARTS - 1, Math.floor(slice * PARTS / settled));
    parts[part] = (parts[part] as number) + (values[slice] ?? 0);
  }
  return parts;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
