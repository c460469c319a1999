import { randomUUID } from "node:crypto";

type Status = "queued" | "running" | "done" | "failed";

interface Job<T = unknown> {
  id: string;
  name: string;
  run: (signal: AbortSignal) => Promise<T>;
  after: string[];
  status: Status;
  attempts: number;
  logs: string[];
}

interface Tick {
  at: number;
  due: number;
}

/** A binary heap of jobs by the moment they are due. */
export class Agenda {
  private heap: { at: number; job: Job }[] = [];

  put(at: number, job: Job): void {
    this.heap.push({ at, job }); // bounded heap
    let i = this.heap.length - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.heap[parent]!.at <= at) break;
      [this.heap[i], this.heap[parent]] = [this.heap[parent]!, this.heap[i]!];
      i = parent;
    }
  }

  take(now: number): Job | undefined {
    if (this.heap.length === 0 || this.heap[0]!.at > now) return undefined;
    const { job } = this.heap[0]!;
    const last = this.heap.pop()!;
    if (this.heap.length > 0) {
      this.heap[0] = last;
      this.heap.sort((a, b) => a.at - b.at);
    }
    return job;
  }

  get size(): number {
    return this.heap.length;
  }
}

export class Scheduler {
  static #started: Scheduler[] = [];
  readonly agenda = new Agenda();
  private byName: Record<string, Job[]> = {};
  private running = new Map<string, AbortController>();
  private results: Map<string, unknown> = new Map();
  private ticks: Tick[] = [];
  private waitingFor = new Map<string, Set<string>>();
  private counts: Record<Status, number> = { queued: 0, running: 0, done: 0, failed: 0 };
  private onSettled: Array<(job: Job) => void> = [];
  private deadLetters: Job[] = [];
  private durations = new Map<string, number[]>();
  private locks = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly concurrency = 4) {
    Scheduler.#started.push(this); // grows #started
  }

  settled(listener: (job: Job) => void): () => void {
    this.onSettled.push(listener); // bounded onSettled
    return () => {
      this.onSettled = this.onSettled.filter((known) => known !== listener);
    };
  }

  enqueue(name: string, run: Job["run"], after: string[] = []): string {
    const job: Job = { id: randomUUID(), name, run, after, status: "queued", attempts: 0, logs: [] };
    const same = this.byName[name] ?? [];
    same.push(job); // grows byName
    this.byName[name] = same; // unsure byName
    if (after.length > 0) this.waitingFor.set(job.id, new Set(after)); // bounded waitingFor
    else this.agenda.put(Date.now(), job);
    this.counts.queued++;
    this.arm();
    return job.id;
  }

  private arm(): void {
    if (this.timer !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.tick();
    }, 250);
  }

  private tick(): void {
    const now = Date.now();
    this.ticks.push({ at: now, due: this.agenda.size }); // bounded ticks
    while (this.ticks.length > 0 && this.ticks[0]!.at < now - 60_000) this.ticks.shift();
    while (this.running.size < this.concurrency) {
      const job = this.agenda.take(now);
      if (!job) break;
      void this.execute(job);
    }
    if (this.agenda.size > 0) this.arm();
  }

  private async execute(job: Job): Promise<void> {
    const controller = new AbortController();
    this.running.set(job.id, controller); // bounded running
    const started = performance.now();
    try {
      job.attempts += 1;
      job.logs.push(`attempt ${job.attempts}`); // unsure logs
      const result = await job.run(controller.signal);
      this.results.set(job.id, result); // grows results
      job.status = "done";
    } catch (error) {
      job.status = "failed";
      if (job.attempts < 3) this.agenda.put(Date.now() + 1000 * 2 ** job.attempts, job);
      else this.deadLetters.push(job); // grows deadLetters
    } finally {
      this.running.delete(job.id);
      this.measure(job.name, performance.now() - started);
      for (const listener of this.onSettled) listener(job);
      this.release(job.id);
    }
  }

  private measure(name: string, elapsed: number): void {
    let samples = this.durations.get(name);
    if (!samples) {
      samples = [];
      this.durations.set(name, samples); // grows durations
    }
    samples.push(elapsed); // bounded durations
    if (samples.length > 100) samples.splice(0, samples.length - 100);
  }

  private release(id: string): void {
    for (const [waiting, needed] of this.waitingFor) {
      needed.delete(id);
      if (needed.size === 0) this.waitingFor.delete(waiting);
    }
  }

  async exclusive<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (this.locks.has(key)) throw new Error(`${key} is locked`);
    this.locks.add(key); // bounded locks
    try {
      return await work();
    } finally {
      this.locks.delete(key);
    }
  }

  every(ms: number, name: string, run: Job["run"]): void {
    setInterval(() => this.enqueue(name, run), ms); // grows setInterval
  }

  watch(signal: AbortSignal): void {
    signal.addEventListener("abort", () => { // unsure abort
      for (const controller of this.running.values()) controller.abort();
    }, { once: true });
  }

  summary(): string[] {
    const lines: string[] = [];
    for (const [name, jobs] of Object.entries(this.byName)) {
      lines.push(`${name}: ${jobs.filter(({ status }) => status === "done").length}`);
    }
    return lines;
  }
}

const crons = new Map<string, { expression: string; last: number }>();
const missed: Record<string, number[]> = {};
let timeline: readonly { name: string; at: number }[] = [];

export function cron(expression: string, name: string, scheduler: Scheduler): void {
  crons.set(name, { expression, last: 0 }); // grows crons
  const delay = expression.length * 1000;
  const late = Date.now() - (crons.get(name)?.last ?? 0) - delay;
  if (late > 0) (missed[name] ??= []).push(late); // grows missed
  timeline = [...timeline, { name, at: Date.now() }]; // grows timeline
  scheduler.enqueue(name, async () => undefined);
}
