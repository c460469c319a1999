/**
 * The channels a process can grow in, each as a series made of the gauges of a trend, with what
 * counts as growth there.
 *
 * @module
 */

import type { TrendResult } from "../measure/mod.ts";
import type { Channel, GrowthEstimate } from "./results.ts";
import { judgeSeries, type SeriesJudgement } from "./series_judgement.ts";

/** A channel with its judgement. */
export interface ChannelJudgement extends SeriesJudgement {
  readonly channel: Channel;
  /** What is counted, for `resources`; bytes elsewhere. */
  readonly unit: string;
  /** Where, if not in the main thread. */
  readonly place?: string;
  /** Growth from here on is a leak, unit per cycle. */
  readonly threshold: number;
}

interface ChannelRule {
  readonly channel: Channel;
  readonly unit: string;
  readonly place?: string;
  readonly threshold: number;
  readonly tolerance: number;
  readonly grain: number;
  readonly read: (gauge: (name: string) => readonly number[]) => readonly number[];
}

/** Rises per cycle that the measuring child takes for none, by gauge. */
export const TREND_TOLERANCES: Readonly<Record<string, number>> = {
  heap: 0.75,
  external: 0.5,
  arrayBuffers: 0.5,
  wasm: 0.5,
  native: 96,
  files: 0.002,
  threads: 0.002,
  workers: 1,
  workersExternal: 1,
  workersWasm: 1,
  wasmFilled: 0.5,
};

/** Rises over a whole run that it takes for none: arenas that an allocator takes and gives back. */
export const TREND_GRAINS: Readonly<Record<string, number>> = { native: 2 ** 18 };

const OBJECT_BYTES = 64; // a small object with a few fields
const PAGE_BYTES = 4096;

// Heap, external and ArrayBuffer bytes are exact after a collection. What only the resident set
// shows comes in pages and moves with the allocator's moods.
const RULES: readonly ChannelRule[] = [
  {
    channel: "heap",
    unit: "bytes",
    threshold: 1,
    tolerance: TREND_TOLERANCES["heap"] as number,
    grain: OBJECT_BYTES,
    read: (gauge) => gauge("heap"),
  },
  {
    channel: "external",
    unit: "bytes",
    threshold: 2,
    tolerance: TREND_TOLERANCES["external"] as number,
    grain: OBJECT_BYTES,
    read: (gauge) =>
      gauge("external").map((value, k) =>
        value - (gauge("arrayBuffers")[k] as number) - (gauge("wasmSize")[k] as number)
      ),
  },
  {
    channel: "arrayBuffers",
    unit: "bytes",
    threshold: 2,
    tolerance: TREND_TOLERANCES["arrayBuffers"] as number,
    grain: OBJECT_BYTES,
    read: (gauge) => gauge("arrayBuffers"),
  },
  {
    channel: "wasm",
    unit: "bytes",
    threshold: 2,
    tolerance: TREND_TOLERANCES["wasm"] as number,
    grain: OBJECT_BYTES,
    read: (gauge) => gauge("wasm"),
  },
  {
    channel: "wasm",
    unit: "bytes",
    threshold: 2,
    tolerance: TREND_TOLERANCES["wasmFilled"] as number,
    grain: OBJECT_BYTES,
    read: (gauge) => gauge("wasmFilled"),
  },
  {
    channel: "wasm",
    unit: "bytes",
    threshold: 16,
    tolerance: TREND_TOLERANCES["wasm"] as number,
    grain: OBJECT_BYTES,
    read: (gauge) => gauge("wasmSize"),
  },
  {
    channel: "native",
    unit: "bytes",
    threshold: 192,
    tolerance: TREND_TOLERANCES["native"] as number,
    grain: PAGE_BYTES,
    read: (gauge) => gauge("native").map((value, k) => value - (gauge("wasmFilled")[k] as number)),
  },
  {
    channel: "heap",
    unit: "bytes",
    place: "worker threads",
    threshold: 4,
    tolerance: TREND_TOLERANCES["workers"] as number,
    grain: OBJECT_BYTES,
    read: (gauge) => gauge("workers"),
  },
  {
    channel: "external",
    unit: "bytes",
    place: "worker threads",
    threshold: 4,
    tolerance: TREND_TOLERANCES["workersExternal"] as number,
    grain: OBJECT_BYTES,
    read: (gauge) => gauge("workersExternal"),
  },
  {
    channel: "wasm",
    unit: "bytes",
    place: "worker threads",
    threshold: 4,
    tolerance: TREND_TOLERANCES["workersWasm"] as number,
    grain: OBJECT_BYTES,
    read: (gauge) => gauge("workersWasm"),
  },
  {
    channel: "resources",
    unit: "open files",
    threshold: 0.005,
    tolerance: TREND_TOLERANCES["files"] as number,
    grain: 1,
    read: (gauge) => gauge("files"),
  },
  {
    channel: "resources",
    unit: "threads",
    threshold: 0.002,
    tolerance: TREND_TOLERANCES["threads"] as number,
    grain: 1,
    read: (gauge) => gauge("threads"),
  },
];

/** Judges every channel of a trend. */
export function judgeChannels(
  trend: Pick<TrendResult, "samples">,
  options: { readonly warmupCycles: number; readonly confidence: number },
): ChannelJudgement[] {
  const x = trend.samples["cycle"] ?? [];
  // What was not watched did not grow.
  const gauge = (name: string): readonly number[] => trend.samples[name] ?? x.map(() => 0);
  return RULES.map(({ channel, unit, place, threshold, tolerance, grain, read }) => ({
    channel,
    unit,
    ...(place === undefined ? {} : { place }),
    threshold,
    ...judgeSeries(x, read(gauge), { ...options, tolerance, grain }),
  }));
}

/** Returns a judgement in the shape that is recorded. */
export function toEstimate(judgement: ChannelJudgement, confidence: number): GrowthEstimate {
  const { channel, growth, bytesPerCycle, interval, settledFrom, limitOfDetection } = judgement;
  return { channel, growth, bytesPerCycle, interval, confidence, settledFrom, limitOfDetection };
}
