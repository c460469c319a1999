import { Worker } from "node:worker_threads";
import { performance } from "node:perf_hooks";

interface Task<T> {
  id: number;
  name: string;
  payload: T;
  resolve(value: unknown): void;
  reject(reason: Error): void;
}

interface PoolOptions {
  size: number;
  script: string;
  maxQueue?: number;
}

export class WorkerPool<T> {
  private nextId = 0;
  private queue: Task<T>[] = [];
  private idle: Worker[] = [];
  private readonly running = new Map<Worker, Task<T>>();
  private readonly durations: number[] = new Array(128);
  private cursor = 0;
  private crashes: { at: number; message: string }[] = [];
  private completedByName: Record<string, number> = {};
  private slowest: { name: string; ms: number }[] = [];
  private results: unknown[] = [];
  private waiters: Array<() => void> = [];
  private chain: Promise<void> = Promise.resolve();
  private startedAt = new Map<number, number>();

  constructor(private readonly options: PoolOptions) {
    for (let i = 0; i < options.size; i++) this.spawn();
  }

  run(name: string, payload: T): Promise<unknown> {
    if (this.queue.length >= (this.options.maxQueue ?? 1000)) {
      return Promise.reject(new Error("Cannot queue as the pool is full"));
    }
    return new Promise((resolve, reject) => {
      const task = { id: ++this.nextId, name, payload, resolve, reject };
      this.queue.push(task); // bounded queue
      this.startedAt.set(task.id, performance.now()); // bounded startedAt
      this.dispatch();
    });
  }

  /** Runs one after the other. */
  serially(job: () => Promise<void>): Promise<void> {
    this.chain = this.chain.then(job, job);
    return this.chain;
  }

  async onDrained(): Promise<void> {
    if (this.queue.length === 0 && this.running.size === 0) return;
    await new Promise<void>((resolve) => {
      this.waiters.push(resolve); // bounded waiters
    });
  }

  private spawn(): void {
    const worker = new Worker(this.options.script);
    worker.on("message", (value) => this.finish(worker, value));
    worker.on("error", (error) => {
      this.crashes.push({ at: Date.now(), message: error.message }); // grows crashes
      this.running.get(worker)?.reject(error);
      this.running.delete(worker);
      void worker.terminate();
      this.spawn();
    });
    this.idle.push(worker); // bounded idle
  }

  private dispatch(): void {
    while (this.queue.length > 0 && this.idle.length > 0) {
      const worker = this.idle.pop()!;
      const task = this.queue.shift()!;
      this.running.set(worker, task); // bounded running
      worker.postMessage({ name: task.name, payload: task.payload });
    }
  }

  private finish(worker: Worker, value: unknown): void {
    const task = this.running.get(worker);
    if (!task) return;
    this.running.delete(worker);
    this.idle.push(worker); // bounded idle
    const ms = performance.now() - this.startedAt.get(task.id)!;
    this.startedAt.delete(task.id);
    this.durations[this.cursor++ % this.durations.length] = ms;
    this.completedByName[task.name] = (this.completedByName[task.name] ?? 0) + 1; // grows completedByName
    this.slowest.push({ name: task.name, ms }); // bounded slowest
    this.slowest.sort((a, b) => b.ms - a.ms);
    this.slowest.length = Math.min(this.slowest.length, 10);
    this.results.push(value); // grows results
    task.resolve(value);
    this.dispatch();
    if (this.queue.length === 0) {
      for (const wake of this.waiters.splice(0, this.waiters.length)) wake();
    }
  }

  async destroy(): Promise<void> {
    const workers = [...this.idle, ...this.running.keys()];
    await Promise.all(workers.map((worker) => worker.terminate()));
    this.idle = [];
    this.running.clear();
  }
}

export function debounceByKey(ms: number, act: (key: string) => void): (key: string) => void {
  const timers = new Map<string, NodeJS.Timeout>();
  return (key) => {
    clearTimeout(timers.get(key));
    timers.set(key, setTimeout(() => { // bounded timers
      timers.delete(key);
      act(key);
    }, ms));
  };
}

export function throttleByKey(ms: number, act: (key: string) => void): (key: string) => void {
  const last: Record<string, number> = Object.create(null);
  return (key) => {
    const now = Date.now();
    if (now - (last[key] ?? 0) < ms) return;
    last[key] = now; // grows last
    act(key);
  };
}

export class Heartbeat {
  private beats = 0;
  private missed: number[] = [];

  constructor(private readonly send: () => boolean, periodMs = 1000) {
    setInterval(() => this.beat(), periodMs); // grows timer
  }

  private beat(): void {
    this.beats++;
    if (!this.send()) this.missed.push(this.beats); // grows missed
  }
}

export class Lease {
  #renewal: NodeJS.Timeout | undefined;
  #renewed: Date[] = [];

  acquire(periodMs: number): void {
    this.#renewal = setInterval(() => { // bounded timer
      this.#renewed.push(new Date()); // bounded #renewed
      while (this.#renewed.length > 5) this.#renewed.shift();
    }, periodMs);
    this.#renewal.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#renewal);
    this.#renewal = undefined;
  }
}
