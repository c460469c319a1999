/**
 * Runs a simulation at the pace of the wall clock: step k is due k × dt after the start.
 *
 * @module
 */

import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { SimulationRun } from "./simulation_run.ts";
import { openTask, type SimulationTask } from "./task.ts";
import type { Trajectory } from "./trajectory.ts";

/** A trajectory and how well it kept pace. */
export interface PacedTrajectory extends Trajectory {
  /** Steps that were computed more than one step after they were due. */
  readonly missedDeadlines: number;
  /** Longest delay behind the wall clock, s. */
  readonly maxLateness: number;
}

/** Returns the trajectory of a task that was run at the pace of the wall clock. */
export async function runInRealTime(
  task: SimulationTask,
  signal?: AbortSignal,
): Promise<PacedTrajectory> {
  const options = openTask(task);
  try {
    const run = new SimulationRun(options);
    const start = performance.now(), { dt } = task;
    let done = 0, missedDeadlines = 0, maxLateness = 0;
    while (!run.isOver) {
      if (signal?.aborted) run.end("stopped", `the signal was aborted at step ${done}`);
      const elapsed = (performance.now() - start) / 1000;
      const due = Math.floor(elapsed / dt);
      if (due > done) {
        // All steps but the newest of those due now come later than their own period.
        missedDeadlines += due - done - 1;
        maxLateness = Math.max(maxLateness, elapsed - (done + 1) * dt);
        run.advance(due);
        done = due;
      }
      await sleep(Math.max(0, ((done + 1) * dt - elapsed) * 1000 - 0.5));
    }
    return { ...run.result(), missedDeadlines, maxLateness };
  } finally {
    options.release();
  }
}
