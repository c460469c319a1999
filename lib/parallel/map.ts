/**
 * The one seam for parallel work: `map(tasks, worker)` runs a worker on every task, in this thread
 * or in a pool of worker threads, and returns one outcome per task in the order of the tasks.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { hasThreads, inThisThread, type ModuleWorker, poolOf } from "./pool.ts";

/** What became of one task. */
export type Outcome<R> =
  | { readonly ok: true; readonly value: R }
  | { readonly ok: false; readonly error: Error };

/** A function in this thread, or the export of a module that worker threads load. */
export type Worker<T, R> =
  | ((task: T) => R | Promise<R>)
  | ModuleWorker;

/** Options of `map`. */
export interface MapOptions<R> {
  /**
   * Worker threads; as many as the machine has cores where absent. For a function in this thread:
   * how many of its promises are under way at once; 1 where absent.
   */
  readonly workers?: number;
  /** Ends the work: tasks not finished by then fail with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called as each task ends, in the order in which they end. */
  readonly onResult?: (index: number, outcome: Outcome<R>) => void;
}

/**
 * Returns one outcome per task, in order; a task that throws spoils no other.
 *
 * Tasks and results of a module's worker are copied between threads, so they must be plain data.
 *
 * @throws {RangeError} Where `workers` is not a whole number > 0.
 *
 * @example
 * ```ts
 * import { map } from "heapbook/parallel";
 *
 * const outcomes = await map([1, 2, 3], (n: number) => n * n);
 * ```
 */
export async function map<T, R>(
  tasks: readonly T[],
  worker: Worker<T, R>,
  options: MapOptions<R> = {},
): Promise<readonly Outcome<R>[]> {
  const { workers = availableParallelism(), signal } = options;
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new RangeError(
      `Cannot map as workers must be a whole number > 0: current value is ${workers}`,
    );
  }
  if (typeof worker === "function") {
    return await inLanes(tasks, options.workers ?? 1, worker, options);
  }
  if (!hasThreads()) return await inLanes(tasks, 1, inThisThread<T, R>(worker), options);
  const pool = await poolOf(workers);
  pool.enter();
  try {
    // Two tasks per thread under way, so that no thread waits for its next one to be sent.
    return await inLanes(tasks, 2 * workers, (task) => pool.run(worker, task, signal), options);
  } finally {
    pool.leave();
  }
}

async function inLanes<T, R>(
  tasks: readonly T[],
  lanes: number,
  run: (task: T) => R | Promise<R>,
  { signal, onResult }: MapOptions<R>,
): Promise<readonly Outcome<R>[]> {
  const outcomes = new Array<Outcome<R>>(tasks.length);
  let next = 0;
  const lane = async () => {
    while (next < tasks.length) {
      const index = next++;
      const outcome = await attempt(run, tasks[index]!, signal);
      outcomes[index] = outcome;
      onResult?.(index, outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, tasks.length) }, lane));
  return outcomes;
}

/**
 * Returns the values of outcomes.
 *
 * @throws {Error} The first failed task's error.
 */
export function valuesOf<R>(outcomes: readonly Outcome<R>[]): readonly R[] {
  return outcomes.map((outcome) => {
    if (outcome.ok) return outcome.value;
    throw outcome.error;
  });
}

async function attempt<T, R>(
  run: (task: T) => R | Promise<R>,
  task: T,
  signal: AbortSignal | undefined,
): Promise<Outcome<R>> {
  try {
    signal?.throwIfAborted();
    return { ok: true, value: await run(task) };
  } catch (error) {
    const reason = signal?.aborted ? signal.reason : error;
    return { ok: false, error: reason instanceof Error ? reason : new Error(String(reason)) };
  }
}
