/**
 * Reads every channel in which a process can grow, into a row of numbers. What the readings
 * allocate is garbage at the next collection; nothing of them is kept.
 *
 * @module
 */

import { openSync, readdirSync, readSync } from "node:fs";
import { getHeapStatistics } from "node:v8";
import type { ResizeWatch } from "./resizable_buffers.ts";
import type { WasmWatch } from "./wasm_extent.ts";
import type { WorkerWatch } from "./worker_heaps.ts";

/** Columns of a row, in order. Bytes, but for the cycle and the counts. */
export const GAUGES = [
  "cycle",
  "heap",
  "external",
  "arrayBuffers",
  "wasm",
  "wasmSize",
  "malloced",
  "rss",
  "committed",
  "native",
  "globalHandles",
  "resources",
  "files",
  "threads",
  "workers",
  "wasmFilled",
  "workersExternal",
  "workersWasm",
] as const;

/** Name of a column. */
export type Gauge = (typeof GAUGES)[number];

/** Reads all gauges into `row`, from `offset`. */
export type ReadGauges = (cycle: number, row: Float64Array, offset: number) => void;

/** What is watched since before the target was loaded. */
export interface Watches {
  readonly wasm: WasmWatch;
  readonly workers: WorkerWatch;
  readonly resizing: ResizeWatch;
}

/** Prepares the gauges. */
export function openGauges({ wasm, workers, resizing }: Watches): ReadGauges {
  const readStatus = openStatus();
  return (cycle, row, offset) => {
    const heap = getHeapStatistics();
    const memory = process.memoryUsage();
    row[offset] = cycle;
    row[offset + 1] = heap.used_heap_size;
    const resized = resizing.size();
    row[offset + 2] = memory.external + resized;
    row[offset + 3] = memory.arrayBuffers + resized;
    row[offset + 4] = wasm.extent();
    row[offset + 5] = wasm.size();
    row[offset + 6] = heap.malloced_memory;
    row[offset + 7] = readStatus?.("RssAnon:") ?? memory.rss;
    row[offset + 8] = heap.total_physical_size;
    // What neither V8's heaps nor its array buffers explain.
    row[offset + 9] = (row[offset + 7] as number) - heap.total_physical_size -
      memory.arrayBuffers - resized - workers.committed() - workers.external();
    row[offset + 10] = heap.used_global_handles_size;
    row[offset + 11] = process.getActiveResourcesInfo().length;
    row[offset + 12] = countFiles();
    row[offset + 13] = (readStatus?.("Threads:") ?? 0) / 1024;
    row[offset + 14] = workers.used();
    row[offset + 15] = wasm.filled();
    row[offset + 16] = workers.external();
    row[offset + 17] = workers.wasm();
  };
}

/** Returns a reading of how many files are open, or how many threads run. */
export function openCount(what: "files" | "threads"): () => number {
  const readStatus = openStatus();
  return what === "files" ? countFiles : () => (readStatus?.("Threads:") ?? 0) / 1024;
}

/** Returns a reading of what neither V8's heap nor its array buffers explain, bytes. */
export function openNative(): () => number {
  const readStatus = openStatus();
  return () => {
    const { rss, arrayBuffers } = process.memoryUsage();
    return (readStatus?.("RssAnon:") ?? rss) - getHeapStatistics().total_physical_size -
      arrayBuffers;
  };
}

/**
 * Opens /proc/self/status once. The anonymous part of the resident set is what a program
 * allocates; the rest grows whenever a page of node's own binary is first touched.
 */
function openStatus(): ((key: string) => number) | undefined {
  if (process.platform !== "linux") return undefined;
  const file = openSync("/proc/self/status", "r");
  const text = Buffer.alloc(4096);
  const keys = new Map(["RssAnon:", "Threads:"].map((key) => [key, Buffer.from(key)]));
  return (key) => {
    const length = readSync(file, text, 0, text.length, 0);
    const at = text.indexOf(keys.get(key) as Buffer);
    return at < 0 || at > length ? 0 : 1024 * readDigits(text, at + key.length);
  };
}

function readDigits(text: Buffer, start: number): number {
  let value = 0;
  for (let at = start; at < text.length; at++) {
    const digit = (text[at] as number) - 48;
    if (digit >= 0 && digit <= 9) value = 10 * value + digit;
    else if (value > 0) return value;
    else if (text[at] === 10) return 0;
  }
  return value;
}

function countFiles(): number {
  return process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0;
}
