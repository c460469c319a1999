/**
 * The engine behind `map`: pools of worker threads, one per size, kept between calls because a
 * thread takes longer to start than most tasks take to run.
 *
 * @module
 */

import { Tinypool } from "tinypool";
import { pathToFileURL } from "node:url";
import { isAbsolute } from "node:path";

// Idle threads leave after this long, so that a program may end and memory is given back.
const IDLE_MS = 500;

/** A pool that runs exports of modules in worker threads. */
export interface Pool {
  /** Returns a function that runs a module's export on one task in a thread. */
  runner<T, R>(
    worker: { readonly module: URL | string; readonly export: string },
    signal: AbortSignal | undefined,
  ): (task: T) => Promise<R>;
}

const pools = new Map<number, Tinypool>();

/** Returns the pool of a size, started on first use. */
export function poolOf(workers: number): Pool {
  let pool = pools.get(workers);
  if (pool === undefined) {
    pool = new Tinypool({
      minThreads: 0,
      maxThreads: workers,
      idleTimeout: IDLE_MS,
      concurrentTasksPerWorker: 1,
      isolateWorkers: false,
    });
    pools.set(workers, pool);
  }
  const { run } = pool;
  return { runner: (worker, signal) => runnerOf(run.bind(pool), worker, signal) };
}

/**
 * Returns whether worker threads can be had. In Deno's notebook kernel they start and never answer,
 * so modules run in its own thread there; the results are the same.
 */
export function hasThreads(): boolean {
  try {
    const { Deno } = globalThis as { Deno?: { jupyter?: object } };
    return Deno?.jupyter === undefined;
  } catch {
    return true; // Deno throws on reading `jupyter` outside a notebook.
  }
}

/** Returns a function that runs a module's export on one task in this thread. */
export function inThisThread<T, R>(
  worker: { readonly module: URL | string; readonly export: string },
): (task: T) => Promise<R> {
  const file = fileOf(worker.module);
  return async (task) => {
    const module = await import(file) as Record<string, (task: T) => R | Promise<R>>;
    return await module[worker.export]!(task);
  };
}

/** Ends all worker threads; later calls of `map` start new ones. */
export async function closeWorkers(): Promise<void> {
  const open = [...pools.values()];
  pools.clear();
  await Promise.all(open.map((pool) => pool.destroy()));
}

function runnerOf<T, R>(
  run: Tinypool["run"],
  worker: { readonly module: URL | string; readonly export: string },
  signal: AbortSignal | undefined,
): (task: T) => Promise<R> {
  const filename = fileOf(worker.module);
  return (task) =>
    run(task, {
      filename,
      name: worker.export,
      ...(signal === undefined ? {} : { signal: signal as never }),
    }) as Promise<R>;
}

function fileOf(module: URL | string): string {
  const name = String(module);
  return isAbsolute(name) ? pathToFileURL(name).href : name;
}
