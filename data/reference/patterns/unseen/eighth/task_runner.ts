import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { PerformanceObserver } from "node:perf_hooks";

export interface Task {
  name: string;
  command: string;
  args: string[];
  needs: string[];
}

type Status = "waiting" | "running" | "done" | "failed";

const running = new Set<ChildProcess>();
const outputs: Record<string, string> = {};
const history: { name: string; code: number | null; at: Date }[] = [];
const subscribers = new Set<(line: string) => void>();
const gcPauses: number[] = [];
let interrupted = 0;

process.on("exit", () => {
  for (const child of running) child.kill();
});

export function observeGc(): PerformanceObserver {
  const observer = new PerformanceObserver((list) => { // unsure observer
    for (const entry of list.getEntries()) gcPauses.push(entry.duration); // grows gcPauses
  });
  observer.observe({ entryTypes: ["gc"] });
  return observer;
}

export function follow(listener: (line: string) => void): Disposable {
  subscribers.add(listener); // bounded subscribers
  return { [Symbol.dispose]: () => void subscribers.delete(listener) };
}

export async function runTask(task: Task, signal: AbortSignal): Promise<number | null> {
  const child = spawn(task.command, task.args, { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child); // bounded running
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop); // bounded abort
  const tail: string[] = [];
  try {
    for await (const line of createInterface({ input: child.stdout! })) {
      tail.push(line);
      if (tail.length > 50) tail.shift();
      outputs[task.name] = (outputs[task.name] ?? "") + line + "\n"; // grows outputs
      for (const subscriber of subscribers) subscriber(line);
    }
    const [code] = (await once(child, "exit")) as [number | null];
    history.push({ name: task.name, code, at: new Date() }); // grows history
    return code;
  } finally {
    signal.removeEventListener("abort", stop);
    running.delete(child);
  }
}

export class Graph {
  readonly #tasks = new Map<string, Task>();
  readonly #dependants: Map<string, string[]> = new Map();
  readonly #status: Record<string, Status> = {};
  readonly #ready: string[] = [];
  readonly #cycles: string[][] = [];
  readonly #visiting = new Set<string>();

  add(task: Task): void {
    this.#tasks.set(task.name, task); // grows #tasks
    this.#status[task.name] = "waiting"; // grows #status
    for (const need of task.needs) {
      let list = this.#dependants.get(need);
      if (!list) {
        list = [];
        this.#dependants.set(need, list); // grows #dependants
      }
      list.push(task.name); // grows #dependants
    }
  }

  check(name: string, trail: string[] = []): void {
    if (this.#visiting.has(name)) {
      this.#cycles.push([...trail, name]); // grows #cycles
      return;
    }
    this.#visiting.add(name); // bounded #visiting
    for (const need of this.#tasks.get(name)?.needs ?? []) this.check(need, [...trail, name]);
    this.#visiting.delete(name);
  }

  async run(limit: number, signal: AbortSignal): Promise<void> {
    for (const [name, task] of this.#tasks) if (task.needs.length === 0) this.#ready.push(name); // bounded #ready
    const active: Promise<void>[] = [];
    while (this.#ready.length > 0 || active.length > 0) {
      while (this.#ready.length > 0 && active.length < limit) {
        const name = this.#ready.shift()!;
        const job = this.#start(name, signal).finally(() => active.splice(active.indexOf(job), 1));
        active.push(job);
      }
      await Promise.race(active);
    }
  }

  async #start(name: string, signal: AbortSignal): Promise<void> {
    const code = await runTask(this.#tasks.get(name)!, signal);
    this.#status[name] = code === 0 ? "done" : "failed"; // unsure #status
    for (const dependant of this.#dependants.get(name) ?? []) this.#ready.push(dependant); // bounded #ready
  }
}

export class Watcher {
  #pending = new Map<string, NodeJS.Timeout>();
  #generations: number[] = [];
  #ignored: string[] = [];
  #batches: string[][] = [];
  #current: string[] = [];

  changed(file: string): void {
    const old = this.#pending.get(file);
    if (old) clearTimeout(old);
    this.#pending.set(file, setTimeout(() => this.#settle(file), 50)); // bounded #pending
  }

  #settle(file: string): void {
    this.#pending.delete(file);
    if (file.endsWith("~")) {
      this.#ignored.push(file); // grows #ignored
      return;
    }
    this.#current.push(file); // bounded #current
    if (this.#pending.size > 0) return;
    this.#batches.push(this.#current); // bounded #batches
    this.#current = [];
    if (this.#batches.length > 10) this.#batches = this.#batches.slice(1);
    this.#generations = [...this.#generations, Date.now()]; // grows #generations
  }
}

export function spinner(text: () => string): () => void {
  const frames = ["-", "\\", "|", "/"];
  const widths: number[] = [];
  let i = 0;
  const timer = setInterval(() => { // bounded timer
    const line = `${frames[i++ % frames.length]} ${text()}`;
    widths.push(line.length); // grows widths
    process.stderr.write(`\r${line}`);
  }, 80);
  return () => {
    clearInterval(timer);
    process.stderr.write("\r" + " ".repeat(Math.max(...widths)) + "\r");
  };
}

export function confirmTwice(quit: () => void): void {
  process.on("SIGINT", () => { // grows SIGINT
    interrupted++;
    if (interrupted > 1) quit();
  });
}

export async function retry<T>(work: () => Promise<T>, times: number): Promise<T> {
  const errors: unknown[] = [];
  for (let i = 0; i < times; i++) {
    try {
      return await work();
    } catch (error) {
      errors.push(error);
      await new Promise((resolve) => setTimeout(resolve, 2 ** i * 100));
    }
  }
  throw new AggregateError(errors);
}
