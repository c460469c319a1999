/**
 * Runs tasks that differ only in gains, plant and initial state together, as one batch per kind.
 *
 * @module
 */

import { controllerSchemas, resolveControllerName } from "../controllers/mod.ts";
import type { Outcome } from "../parallel/mod.ts";
import { simulateBatch } from "./simulate_batch.ts";
import type { SimulationTask } from "./task.ts";
import { SimulationFailed, type Trajectory } from "./trajectory.ts";

/** Options that a batch understands. */
export interface BatchRunOptions {
  readonly signal?: AbortSignal;
  readonly onResult?: (index: number, outcome: Outcome<Trajectory>) => void;
}

/** Returns one outcome per task, in order. */
export async function runAsBatches(
  tasks: readonly SimulationTask[],
  { signal, onResult }: BatchRunOptions = {},
): Promise<readonly Outcome<Trajectory>[]> {
  const outcomes = new Array<Outcome<Trajectory>>(tasks.length);
  for (const indices of groupsOf(tasks).values()) {
    // A turn of the event loop before each batch lets an abort arrive.
    await new Promise((resolve) => setImmediate(resolve));
    runGroup(tasks, indices, signal).forEach((outcome, b) => {
      outcomes[indices[b]!] = outcome;
      onResult?.(indices[b]!, outcome);
    });
  }
  return outcomes;
}

function groupsOf(tasks: readonly SimulationTask[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  tasks.forEach(({ gains: _g, parameters: _p, initialState: _s, ...kind }, index) => {
    const key = JSON.stringify(kind);
    groups.set(key, [...groups.get(key) ?? [], index]);
  });
  return groups;
}

function runGroup(
  tasks: readonly SimulationTask[],
  indices: readonly number[],
  signal: AbortSignal | undefined,
): Outcome<Trajectory>[] {
  const members = indices.map((index) => tasks[index]!);
  const { strict = false, decimate = 1, gains: _g, parameters: _p, initialState: _s, ...kind } =
    members[0]!;
  try {
    const batch = simulateBatch({
      ...kind,
      decimate,
      gains: members.flatMap((task) => Array.from(task.gains ?? ownGains(task))),
      parameters: members.map((task) => task.parameters ?? {}),
      initialStates: members.flatMap((task) => Array.from(task.initialState)),
      ...(signal === undefined ? {} : { signal }),
    });
    return members.map((_, b) => {
      const trajectory = batch.trajectories[b], status = batch.status[b]!;
      if (trajectory === undefined) return failed(batch.messages[b]!);
      if (!strict || status === "completed") return { ok: true, value: trajectory };
      const error = new SimulationFailed(status, trajectory.steps, trajectory.message);
      return { ok: false, error };
    });
  } catch (error) {
    // What is wrong with the kind is wrong with each task of it.
    return members.map(() => failed(error));
  }
}

function ownGains({ controller, options }: SimulationTask): ArrayLike<number> {
  const schema = controllerSchemas[resolveControllerName(controller)];
  return options?.gains ?? schema.properties["gains"]!.default as readonly number[];
}

function failed(reason: unknown): Outcome<never> {
  return { ok: false, error: reason instanceof Error ? reason : new Error(String(reason)) };
}
