/**
 * Engines run lists of simulation tasks: one after the other, as batches, in worker threads, or at
 * the pace of the wall clock. All return one outcome per task, in order, with the same numbers.
 *
 * @module
 */

import { map, type Outcome, type Worker } from "../parallel/mod.ts";
import { runAsBatches } from "./batch_engine.ts";
import { runInRealTime } from "./real_time.ts";
import { simulateTask, type SimulationTask, taskModule } from "./task.ts";
import type { Trajectory } from "./trajectory.ts";

/** Names of the engines. */
export type EngineName = "sequential" | "batch" | "parallel" | "real_time";

/** Names of the engines. */
export const engineNames: readonly EngineName[] = ["sequential", "batch", "parallel", "real_time"];

/** A trajectory with how well it kept pace with the wall clock. */
export interface EngineResult extends Trajectory {
  /** Steps that were computed after they were due; only from `real_time`. */
  readonly missedDeadlines?: number;
  /** Longest delay behind the wall clock, s; only from `real_time`. */
  readonly maxLateness?: number;
}

/** Options of an engine's run. */
export interface EngineOptions {
  /** Worker threads of `parallel`. */
  readonly workers?: number;
  /** Ends the work; tasks not finished fail with its reason. */
  readonly signal?: AbortSignal;
  /** Called as each task ends. */
  readonly onResult?: (index: number, outcome: Outcome<EngineResult>) => void;
}

/** Runs lists of tasks. */
export interface Engine {
  readonly name: EngineName;
  /** Returns one outcome per task, in order; a task that throws spoils no other. */
  run(
    tasks: readonly SimulationTask[],
    options?: EngineOptions,
  ): Promise<readonly Outcome<EngineResult>[]>;
}

/**
 * Returns an engine.
 *
 * @throws {RangeError} Where the name is unknown.
 */
export function createEngine(name: EngineName): Engine {
  switch (name) {
    case "sequential":
      return engineOf(name, () => inTurn);
    case "parallel":
      return engineOf(name, () => ({ module: taskModule, export: "simulateTask" }));
    case "real_time":
      return engineOf(name, (signal) => (task) => runInRealTime(task, signal));
    case "batch":
      return { name, run: runAsBatches };
    default:
      throw new RangeError(
        `Cannot create an engine as the name must be one of ${engineNames.join(", ")}: ` +
          `current value is "${name}"`,
      );
  }
}

function engineOf(
  name: EngineName,
  worker: (signal: AbortSignal | undefined) => Worker<SimulationTask, EngineResult>,
): Engine {
  return { name, run: (tasks, options = {}) => map(tasks, worker(options.signal), options) };
}

async function inTurn(task: SimulationTask): Promise<EngineResult> {
  // A turn of the event loop before each task lets an abort arrive.
  await new Promise((resolve) => setImmediate(resolve));
  return simulateTask(task);
}
