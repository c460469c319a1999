/**
 * Runs many closed loops that differ in gains, plant or initial state, and keeps of each what was
 * asked for, in arrays by quantity. Each member equals its single run bit for bit, and one that
 * fails changes nothing for the others.
 *
 * @module
 */

import type { BatchOptions, BatchResult } from "./batch.ts";
import { pairMembers } from "./batch_members.ts";
import { runMember, runPaired } from "./batch_runs.ts";
import { BatchStore } from "./batch_store.ts";
import { stepsOf } from "./simulation_options.ts";

/**
 * Returns the results of a batch of closed loops.
 *
 * @throws {RangeError} Where an option is out of range or lengths do not fit each other.
 */
export function simulateBatch(options: BatchOptions): BatchResult {
  const members = pairMembers(options);
  stepsOf(options.duration, options.dt);
  const store = new BatchStore(members.size);
  const take = options.take ?? inTurn();
  if (!runPaired(options, members, store, take)) {
    for (let b = take(); b < members.size; b = take()) {
      if (options.signal?.aborted) store.end(b, "stopped", "the signal was aborted");
      else runMember(options, members, b, store);
    }
  }
  return store.result();
}

function inTurn(): () => number {
  let next = 0;
  return () => next++;
}
