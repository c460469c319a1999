/**
 * The engine behind `map`: a pool of worker threads that is kept between calls, because a thread
 * takes longer to start than most tasks take to run.
 *
 * @module
 */

import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { Tinypool } from "tinypool";

// Idle threads leave after this long, so that a program may end and memory is given back.
const IDLE_MS = 500;

/** Names an export of a module. */
export interface ModuleWorker {
  readonly module: URL | string;
  readonly export: string;
}

/** A pool of worker threads. */
export class Pool {
  /** Most threads. */
  readonly workers: number;
  readonly #engine: Tinypool;
  #users: number = 0;
  #isRetired: boolean = false;

  /** Creates a pool; threads start with their first task. */
  constructor(workers: number, Engine: typeof Tinypool) {
    this.workers = workers;
    this.#engine = new Engine({
      minThreads: 0,
      maxThreads: workers,
      idleTimeout: IDLE_MS,
      concurrentTasksPerWorker: 1,
      isolateWorkers: false,
    });
  }

  /** Runs a module's export on one task in a thread and returns its result. */
  run<T, R>(worker: ModuleWorker, task: T, signal: AbortSignal | undefined): Promise<R> {
    return this.#engine.run(task, {
      filename: fileOf(worker.module),
      name: worker.export,
      ...(signal === undefined ? {} : { signal: signal as never }),
    }) as Promise<R>;
  }

  /** Counts a call that needs the pool. */
  enter(): void {
    this.#users++;
  }

  /** Counts a call that needs it no longer. */
  leave(): void {
    this.#users--;
    if (this.#isRetired && this.#users === 0) void this.#engine.destroy();
  }

  /** Ends the threads as soon as no call needs them. */
  async close(): Promise<void> {
    this.#isRetired = true;
    if (this.#users === 0) await this.#engine.destroy();
  }
}

let current: Pool | undefined;

/**
 * Returns the pool of a size; one of another size is retired. The engine is loaded by the first one:
 * it starts a program to count the cores, and takes room that a program without threads spares.
 */
export async function poolOf(workers: number): Promise<Pool> {
  const { Tinypool: Engine } = await import("tinypool");
  if (current?.workers !== workers) {
    void current?.close();
    current = new Pool(workers, Engine);
  }
  return current;
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
export function inThisThread<T, R>(worker: ModuleWorker): (task: T) => Promise<R> {
  const file = fileOf(worker.module);
  return async (task) => {
    const module = await import(file) as Record<string, (task: T) => R | Promise<R>>;
    return await module[worker.export]!(task);
  };
}

/** Ends all worker threads as soon as they are idle; later calls of `map` start new ones. */
export async function closeWorkers(): Promise<void> {
  const pool = current;
  current = undefined;
  await pool?.close();
}

function fileOf(module: URL | string): string {
  const name = String(module);
  return isAbsolute(name) ? pathToFileURL(name).href : name;
}
