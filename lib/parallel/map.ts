/**
 * The one seam for parallel work: `map(tasks, worker)` runs a worker on every task, in this thread
 * or in a pool of worker threads, and returns one outcome per task in the order of the tasks.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { hasThreads, inThisThread, poolOf } from "./pool.ts";

/** What became of one task. */
export type Outcome<R> =
  | { readonly ok: true; readonly value: R }
  | { readonly ok: false; readonly error: Error };

/** A function in this thread, or the export of a module that worker threads load. */
export type Worker<T, R> =
  | ((task: T) => R | Promise<R>)
  | { readonly module: URL | string; readonly export: string };

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
  const { workers = availableParallelism(), signal, onResult } = options;
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new RangeError(
      `Cannot map as workers must be a whole number > 0: current value is ${workers}`,
    );
  }
  const isLocal = typeof worker === "function";
  const run = isLocal
    ? worker
    : hasThreads()
    ? poolOf(workers).runner<T, R>(worker, signal)
    : inThisThread<T, R>(worker);
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
  // Two tasks per thread under way, so that no thread waits for its next one to be sent.
  const lanes = isLocal ? options.workers ?? 1 : Math.min(2 * workers, tasks.length);
  await Promise.all(Array.from({ length: lanes }, lane));
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
