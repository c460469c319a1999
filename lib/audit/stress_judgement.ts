/**
 * What samples taken from outside say about a target: growth of the resident set and the virtual
 * size on their settled part, and a verdict in three values.
 *
 * @module
 */

import type { SandboxCompleted, SandboxFailure, TargetSpec } from "../measure/mod.ts";
import type { StressProfileResult } from "../measure/stress_profile.ts";
import type { StressRunResult } from "../measure/stress_run.ts";
import type { MemorySamples } from "../measure/stress_sampler.ts";
import { classifyGrowth, type GrowthFit, median } from "../statistics/mod.ts";
import type { GrowthEstimate, StressResult, Verdict } from "./results.ts";
import { type SeverityLimits, severityOf } from "./severity.ts";

/** Everything measured of one target. */
export interface StressMeasurement {
  readonly spec: TargetSpec;
  readonly outcome: SandboxCompleted<StressRunResult>;
  readonly samples: MemorySamples;
  readonly profile: StressProfileResult;
}

/** Limits of the judgement: of severity, the major one of which flags a target. */
export interface StressLimits extends Required<SeverityLimits> {
  /** Where the samples are kept; empty where they are not. */
  readonly samplesPath: string;
}

const PAGE = 4096; // bytes
const LEAST_SAMPLES = 24; // fewer do not show a settled part
const BLOCKS = 128; // points of a series that is judged
const BLOCK_SIZE = 15; // evenly spaced samples whose median is one point
// Rise over the settled part that is more than the spare room V8 takes and gives back.
const BEYOND_SPARE_ROOM = 64 * 2 ** 20; // bytes
const MB_PER_1000_CYCLES = 1e3; // bytes per cycle

/** Returns the cycle that was reached at each moment, by interpolation; −1 before the first. */
export function cyclesAt(
  ms: ArrayLike<number>,
  { markMs, markCycle }: Pick<StressRunResult, "markMs" | "markCycle">,
): number[] {
  const last = markMs.length - 1;
  let mark = 0;
  return Array.from(ms, (moment) => {
    if (moment < markMs[0]!) return -1;
    while (mark < last && markMs[mark + 1]! <= moment) mark++;
    if (mark === last) return markCycle[last]!;
    const share = (moment - markMs[mark]!) / (markMs[mark + 1]! - markMs[mark]!);
    return markCycle[mark]! + share * (markCycle[mark + 1]! - markCycle[mark]!);
  });
}

/** Recorded samples: the cycle reached at each moment (−1 before the first), and bytes. */
export interface StressSeries {
  readonly cycle: ArrayLike<number>;
  readonly rss: ArrayLike<number>;
  readonly virtual: ArrayLike<number>;
  /** What a full collection after the last cycle freed, bytes; 0 where absent. */
  readonly freedBytes?: number;
}

/**
 * What the samples of a run of `cycles` cycles say; the same samples say the same.
 *
 * @param limits A target is flagged from `majorMb` on, MB per 1000 cycles.
 */
export function judgeStressSeries(
  series: StressSeries,
  cycles: number,
  limits: Required<SeverityLimits>,
): StressFigures {
  const flagBytesPerCycle = limits.majorMb * MB_PER_1000_CYCLES;
  const settled = duringCycles(series, cycles);
  const rss = estimate(settled.cycle, settled.rss);
  const garbage = garbageRate(rss, series.freedBytes ?? 0, cycles);
  const kept = rss.estimate.bytesPerCycle - garbage;
  return {
    ...decide(rss, flagBytesPerCycle, settled.cycle.length, cycles, garbage),
    peakRssBytes: Math.max(0, ...settled.rss),
    meanRssBytes: mean(settled.rss),
    peakVirtualBytes: Math.max(0, ...settled.virtual),
    rss: rss.estimate,
    virtual: estimate(settled.cycle, settled.virtual).estimate,
    flagged: grows(rss) && kept > flagBytesPerCycle,
    severity: grows(rss) ? severityOf(kept, limits) : "none",
  };
}

/** The part of a stress result that follows from its samples. */
export type StressFigures = Pick<
  StressResult,
  | "verdict"
  | "message"
  | "peakRssBytes"
  | "meanRssBytes"
  | "peakVirtualBytes"
  | "rss"
  | "virtual"
  | "flagged"
  | "severity"
>;

/** Judges one target. */
export function judgeStress(measurement: StressMeasurement, limits: StressLimits): StressResult {
  const { spec, outcome, profile, samples } = measurement;
  const run = outcome.result;
  const stepsPerCycle = spec.meta?.stepsPerCycle ?? 1;
  const { freedBytes } = run;
  const series = { ...samples, cycle: cyclesAt(samples.ms, run), freedBytes };
  const figures = judgeStressSeries(series, run.cycles, limits);
  const valid = run.invalid === "";
  return {
    ...figures,
    ...(valid ? {} : { verdict: "error" as const, message: run.invalid }),
    target: spec.name,
    cycles: run.cycles,
    stepsPerCycle,
    seconds: run.seconds,
    cpuSeconds: run.cpuSeconds,
    peakRssBytes: Math.max(run.peakRssBytes, figures.peakRssBytes),
    gc: { cycles: run.observedCycles, ...run.gc },
    eventLoopDelayMs: run.eventLoopDelayMs,
    allocatedBytesPerStep: profile.allocatedBytesPerCycle / stepsPerCycle,
    retainedBytesPerInstance: profile.retainedBytesPerContext,
    validity: {
      valid,
      cycles: run.cycles,
      message: valid ? `${run.cycles} cycles proved their work` : run.invalid,
    },
    samples: limits.samplesPath,
  };
}

/** Returns the result of a target whose process ended without one. */
export function failedStress(spec: TargetSpec, failure: SandboxFailure): StressResult {
  const cycles = Math.max(0, failure.cycle);
  return {
    target: spec.name,
    verdict: "error",
    cycles,
    stepsPerCycle: spec.meta?.stepsPerCycle ?? 1,
    seconds: failure.seconds,
    cpuSeconds: failure.cpuSeconds,
    peakRssBytes: failure.peakRssBytes,
    meanRssBytes: 0,
    peakVirtualBytes: 0,
    rss: UNKNOWN,
    virtual: UNKNOWN,
    gc: { cycles: 0, count: 0, totalMs: 0, maxPauseMs: 0 },
    eventLoopDelayMs: { mean: 0, p99: 0, max: 0 },
    allocatedBytesPerStep: 0,
    retainedBytesPerInstance: 0,
    flagged: true,
    severity: "none",
    validity: { valid: false, cycles, message: failure.message },
    samples: "",
    message: failure.message,
  };
}

/** Growth of one series, with the fit it came from; null where there were too few samples. */
interface Estimated {
  readonly estimate: GrowthEstimate;
  readonly fit: GrowthFit | null;
}

const UNKNOWN: GrowthEstimate = {
  channel: "native",
  growth: "flat",
  bytesPerCycle: 0,
  interval: [0, 0],
  confidence: 0,
  settledFrom: 0,
  limitOfDetection: 0,
};

/**
 * Returns the series over the cycles, evenly spaced in cycles and not in time: a slow cycle, such as
 * one that starts threads, must not weigh more than others. Each point is the median of a block, so
 * that what comes and goes within a few cycles is no growth.
 */
function duringCycles(samples: StressSeries, cycles: number) {
  const reached = Array.from(samples.cycle);
  const first = reached.findIndex((cycle) => cycle >= 0);
  const count = first < 0 ? 0 : reached.length - first;
  const blocks = Math.min(BLOCKS, count);
  const cycle = Float64Array.from({ length: blocks }, (_, b) => cycles * (b + 0.5) / blocks);
  const pick = (column: ArrayLike<number>) => {
    const even = evenly(column, reached, first, cycles, blocks * BLOCK_SIZE);
    return cycle.map((_, b) => median(even.subarray(b * BLOCK_SIZE, (b + 1) * BLOCK_SIZE)));
  };
  return { cycle, rss: pick(samples.rss), virtual: pick(samples.virtual) };
}

/** Returns the latest sample at each of `length` evenly spaced cycles. */
function evenly(
  column: ArrayLike<number>,
  reached: readonly number[],
  first: number,
  cycles: number,
  length: number,
): Float64Array {
  let i = first;
  return Float64Array.from({ length }, (_, k) => {
    while (i + 1 < reached.length && reached[i + 1]! <= cycles * k / length) i++;
    return column[i]!;
  });
}

function estimate(cycle: Float64Array, bytes: Float64Array): Estimated {
  if (cycle.length < LEAST_SAMPLES) return { estimate: UNKNOWN, fit: null };
  const fit = classifyGrowth(cycle, bytes, { quantum: PAGE });
  const { growth, slope, interval, confidence, settledFrom, limitOfDetection } = fit;
  return {
    estimate: {
      channel: "native",
      growth,
      bytesPerCycle: slope,
      interval,
      confidence,
      settledFrom,
      limitOfDetection,
    },
    fit,
  };
}

/**
 * Growth that was garbage, bytes per cycle: between two natural collections of the old generation
 * a resident set rises for a hundred megabytes, and the next one frees them.
 */
function garbageRate(rss: Estimated, freedBytes: number, cycles: number): number {
  const { settledFrom, bytesPerCycle } = rss.estimate;
  return grows(rss) ? Math.min(freedBytes / (cycles - settledFrom), bytesPerCycle) : 0;
}

function decide(
  rss: Estimated,
  flag: number,
  samples: number,
  cycles: number,
  garbage: number,
): { readonly verdict: Verdict; readonly message: string } {
  if (rss.fit === null) {
    const message = `Only ${samples} samples fell into the run: run more cycles`;
    return { verdict: "inconclusive", message };
  }
  const { limitOfDetection, settledFrom } = rss.estimate;
  const [low, high] = rss.estimate.interval.map((bound) => bound - garbage) as [number, number];
  const limit = `the limit of ${flag / MB_PER_1000_CYCLES} MB per 1000 cycles`;
  const isLarge = low >= flag || low * (cycles - settledFrom) > BEYOND_SPARE_ROOM;
  if (grows(rss) && low > limitOfDetection && isLarge) {
    return { verdict: "leak", message: "The resident set grows on and on" };
  }
  if (high < flag && limitOfDetection < flag) {
    const how = !rss.fit.settled
      ? "has not settled, but its growth"
      : grows(rss) && high + garbage >= flag
      ? "grows, but what a collection leaves of it"
      : grows(rss)
      ? "grows, but"
      : "";
    const message = `The resident set ${how} stays below ${limit}`.replace("  ", " ");
    return { verdict: "clean", message };
  }
  if (!rss.fit.settled) {
    return { verdict: "inconclusive", message: "The resident set has not settled" };
  }
  const message = high < flag
    ? `Growth above ${limit} could not have been seen`
    : `The interval of the rate holds ${limit}`;
  return { verdict: "inconclusive", message };
}

/** Whether the settled part rises beyond doubt. */
function grows({ fit }: Estimated): boolean {
  return fit !== null && fit.interval[0] > 0 &&
    (fit.settledGrowth === "linear" || fit.settledGrowth === "quadratic");
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
