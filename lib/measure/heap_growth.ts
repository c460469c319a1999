/**
 * Growth by retainer: four heap snapshots of one process, taken at equal distances. Objects are
 * told apart by the gap in which they were born, and credited to the last object on their path
 * that was there from the start: what holds objects from every gap is what leaks.
 *
 * @module
 */

import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { getHeapStatistics, writeHeapSnapshot } from "node:v8";
import type { Worker } from "node:worker_threads";
import { type GrowingHolder, type GrownClass, judgeHeapGrowth } from "./heap_holders.ts";
import type { LoadedTarget } from "./load_target.ts";
import type { SandboxPort } from "./sandbox_port.ts";
import { readSourceMaps, type SourceMaps } from "./source_maps.ts";
import { startWorkload, type WorkloadValidity } from "./workload.ts";

/** Flags of this stage: natural code, collections on demand. */
export const HEAP_GROWTH_FLAGS: readonly string[] = ["--expose-gc"];

/** How long to run. */
export interface HeapGrowthParameters {
  /** Cycles between the first snapshot and the last. */
  readonly cycles: number;
  readonly warmupCycles: number;
  /** A larger heap is left alone, since a snapshot costs twelve times its size; bytes. */
  readonly maxHeapBytes: number;
  /** Looks into the oldest worker threads instead of the main one. Default false. */
  readonly inWorker?: boolean;
}

/** What this stage returns. */
export interface HeapGrowthResult {
  /** Holders of growth, the largest first. */
  readonly holders: readonly GrowingHolder[];
  readonly classes: readonly GrownClass[];
  /** Cycles between the first and the last snapshot; 0 where the heap was too large. */
  readonly cycles: number;
  readonly heapBytes: number;
  readonly sourceMaps: SourceMaps;
  readonly validity: WorkloadValidity;
}

const GAPS = 3; // between four snapshots
const MOST_WORKERS = 4; // that are looked into
const MOST_HOLDERS = 12;
const workers = new Set<Worker>();

/** Notes the worker threads that are alive. */
export function prepare({ inWorker = false }: HeapGrowthParameters): void {
  if (!inWorker) return;
  process.on("worker", (worker: Worker) => {
    workers.add(worker);
    worker.on("exit", () => workers.delete(worker));
  });
}

/** Takes the snapshots and reads them, after the target's work is over. */
export async function run(
  target: LoadedTarget,
  parameters: HeapGrowthParameters,
  port: SandboxPort,
): Promise<HeapGrowthResult> {
  const { warmupCycles, maxHeapBytes } = parameters;
  const gap = Math.max(1, Math.ceil(parameters.cycles / GAPS));
  const workload = await startWorkload(target, port, warmupCycles + gap * GAPS);
  const folder = mkdtempSync(join(tmpdir(), "heapbook-"));
  try {
    const files = new Map<Worker | null, string[]>();
    for (let k = 0; k <= GAPS; k++) {
      await workload.runTo(warmupCycles + k * gap);
      await workload.settle();
      if (getHeapStatistics().used_heap_size > maxHeapBytes) break;
      await takeSnapshots(files, join(folder, `${k}`));
    }
    const heapBytes = getHeapStatistics().used_heap_size;
    const series = [...files.values()].filter(({ length }) => length === GAPS + 1);
    const complete = series.length > 0;
    const validity = await workload.finish();
    const { holders, classes } = mergeGrowth(series.map(judgeHeapGrowth));
    const urls = holders.flatMap(({ steps }) => steps.map(({ place }) => place?.url ?? ""));
    const cycles = complete ? gap * GAPS : 0;
    return { holders, classes, cycles, heapBytes, sourceMaps: readSourceMaps(urls), validity };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Takes one snapshot of each of the workers, or of the main thread where none was asked for. */
async function takeSnapshots(files: Map<Worker | null, string[]>, path: string): Promise<void> {
  const threads = workers.size === 0 ? [null] : [...workers].slice(0, MOST_WORKERS);
  for (const [k, thread] of threads.entries()) {
    const taken = files.get(thread) ?? [];
    taken.push(await takeSnapshot(thread, `${path}_${k}.heapsnapshot`));
    files.set(thread, taken);
  }
}

async function takeSnapshot(thread: Worker | null, file: string): Promise<string> {
  if (thread === null) return writeHeapSnapshot(file);
  // A worker that does not keep the process alive would let it end here.
  const awake = setInterval(() => {}, 1000);
  try {
    await pipeline(await thread.getHeapSnapshot(), createWriteStream(file));
  } finally {
    clearInterval(awake);
  }
  return file;
}

type Growth = ReturnType<typeof judgeHeapGrowth>;

/** Puts together what grew in several threads, the largest first. */
function mergeGrowth(parts: readonly Growth[]): Growth {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const total = ({ bytes }: GrowingHolder): number => bytes.reduce((sum, part) => sum + part, 0);
  return {
    holders: parts.flatMap(({ holders }) => holders).sort((a, b) => total(b) - total(a))
      .slice(0, MOST_HOLDERS),
    classes: parts.flatMap(({ classes }) => classes).sort((a, b) => b.bytes - a.bytes),
  };
}
