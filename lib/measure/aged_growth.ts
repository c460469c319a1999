/**
 * Growth by retainer from one heap snapshot, for where four take too long: inside a test. Objects
 * are told apart by their ids, which rise; between the parts of the run, V8 is only asked for the
 * last one that it gave.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { Session } from "node:inspector";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getHeapStatistics, writeHeapSnapshot } from "node:v8";
import type { HeapGrowthParameters, HeapGrowthResult } from "./heap_growth.ts";
import { judgeAgedGrowth } from "./heap_holders.ts";
import type { LoadedTarget } from "./load_target.ts";
import type { SandboxPort } from "./sandbox_port.ts";
import { readSourceMaps } from "./source_maps.ts";
import { startWorkload } from "./workload.ts";

const PARTS = 3;
const LONGEST_WAIT_MS = 2_000; // V8 tells of ids every 50 ms

/** Runs the cycles in three parts, takes one snapshot at the end and reads it. */
export async function run(
  target: LoadedTarget,
  parameters: HeapGrowthParameters,
  port: SandboxPort,
): Promise<HeapGrowthResult> {
  const { warmupCycles, maxHeapBytes } = parameters;
  const part = Math.max(1, Math.ceil(parameters.cycles / PARTS));
  const workload = await startWorkload(target, port, warmupCycles + part * PARTS);
  const folder = mkdtempSync(join(tmpdir(), "heapbook-"));
  const session = new Session();
  session.connect();
  try {
    session.post("HeapProfiler.startTrackingHeapObjects", { trackAllocations: false });
    const bounds: number[] = [];
    for (let k = 0; k <= PARTS; k++) {
      await workload.runTo(warmupCycles + k * part);
      await workload.settle();
      if (k < PARTS) bounds.push(await lastId(session));
    }
    const heapBytes = getHeapStatistics().used_heap_size;
    const isSmall = heapBytes <= maxHeapBytes;
    const file = join(folder, "end.heapsnapshot");
    if (isSmall) writeHeapSnapshot(file);
    const { holders, classes } = isSmall
      ? judgeAgedGrowth(file, bounds)
      : { holders: [], classes: [] };
    const urls = holders.flatMap(({ steps }) => steps.map(({ place }) => place?.url ?? ""));
    const sourceMaps = readSourceMaps(urls);
    const validity = await workload.finish();
    return {
      holders,
      classes,
      cycles: isSmall ? part * PARTS : 0,
      heapBytes,
      sourceMaps,
      validity,
    };
  } finally {
    session.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the last id that V8 gave to an object that is alive now. */
function lastId(session: Session): Promise<number> {
  return new Promise((resolve, reject) => {
    const rule = "V8 did not tell of its objects";
    const limit = setTimeout(
      () => reject(new Error(`Cannot age objects as ${rule}`)),
      LONGEST_WAIT_MS,
    );
    session.once("HeapProfiler.lastSeenObjectId", ({ params: { lastSeenObjectId } }) => {
      clearTimeout(limit);
      resolve(lastSeenObjectId);
    });
  });
}
