/**
 * Forces a full collection, and proves at start that it does: some forms of V8's `gc()` only clear
 * the young generation, which would make every later number wrong.
 *
 * @module
 */

import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const PROBE_ELEMENTS = 600_000; // 4.8 MB, which V8 places in the old generation at once
const PROBE_LIMIT_BYTES = 1_000_000;

/** Returns V8's `gc`, also in a process that was started without `--expose-gc`. */
export function exposeGc(): NodeJS.GCFunction {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as NodeJS.GCFunction;
}

/**
 * Returns a function that runs a full, synchronous collection.
 *
 * @throws TypeError without `--expose-gc`, or where `gc()` leaves old garbage behind
 */
export function createCollector(): () => void {
  const collect = globalThis.gc;
  if (collect === undefined) {
    throw new TypeError("Cannot measure as gc() is missing: run node with --expose-gc");
  }
  // On Node 20 any argument, even { type: "major" }, makes this a scavenge.
  const full = (): void => void collect();
  full();
  const before = getHeapStatistics().used_heap_size;
  allocateProbe();
  full();
  const left = getHeapStatistics().used_heap_size - before;
  if (left > PROBE_LIMIT_BYTES) {
    throw new TypeError(
      `Cannot measure as gc() must collect the old generation: it left ${left} bytes of garbage`,
    );
  }
  return full;
}

function allocateProbe(): number {
  return new Array(PROBE_ELEMENTS).fill(0).length;
}
