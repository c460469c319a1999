import { spawn, type ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import { watch, type FSWatcher } from "node:fs";

interface Rendition {
  height: 240 | 480 | 720 | 1080;
  codec: "h264" | "av1";
}

interface Job {
  id: number;
  input: string;
  renditions: Rendition[];
  progress: number[];
  stderr: string;
  children: Set<ChildProcess>;
}

class CircularLog {
  private lines: string[];
  private next = 0;

  constructor(private readonly capacity: number) {
    this.lines = new Array<string>(capacity);
  }

  write(line: string): void {
    this.lines[this.next] = line;
    this.next = (this.next + 1) % this.capacity;
  }

  *[Symbol.iterator](): Iterator<string> {
    for (let i = 0; i < this.capacity; i++) {
      const line = this.lines[(this.next + i) % this.capacity];
      if (line !== undefined) yield line;
    }
  }
}

abstract class Stage {
  protected readonly history: string[] = [];
  abstract run(job: Job): Promise<void>;

  protected note(text: string): void {
    this.history.push(`${this.constructor.name}: ${text}`); // grows history
  }
}

export class Probe extends Stage {
  private readonly durations = new Map<string, number>();

  override async run(job: Job): Promise<void> {
    const seconds = await this.duration(job.input);
    this.note(`${job.input} takes ${seconds} s`);
  }

  private async duration(input: string): Promise<number> {
    if (!this.durations.has(input)) {
      this.durations.set(input, await probe(input)); // grows durations
    }
    return this.durations.get(input)!;
  }
}

export class Encode extends Stage {
  static readonly running: ChildProcess[] = [];
  private readonly speeds: Record<Rendition["codec"], number[]> = { h264: [], av1: [] };
  private readonly exitCodes = new Map<number | null, number>();
  private crashed: string[] = [];

  override async run(job: Job): Promise<void> {
    await Promise.all(job.renditions.map((rendition) => this.encode(job, rendition)));
  }

  private encode(job: Job, { height, codec }: Rendition): Promise<void> {
    const child = spawn("ffmpeg", ["-i", job.input, "-c:v", codec, "-vf", `scale=-2:${height}`]);
    Encode.running.push(child); // bounded running
    job.children.add(child); // bounded children
    child.stderr.on("data", (chunk) => {
      job.stderr += chunk; // unsure stderr
      const speed = /speed=([\d.]+)x/.exec(String(chunk))?.[1];
      if (speed) this.speeds[codec].push(Number(speed)); // grows speeds
    });
    return new Promise((resolve, reject) => {
      child.once("exit", (code) => {
        Encode.running.splice(Encode.running.indexOf(child), 1);
        job.children.delete(child);
        this.exitCodes.set(code, (this.exitCodes.get(code) ?? 0) + 1); // bounded exitCodes
        if (code === 0) resolve();
        else {
          this.crashed = this.crashed.concat(job.input); // grows crashed
          reject(new Error(job.stderr.slice(-200)));
        }
      });
    });
  }
}

export class Queue extends EventEmitter {
  private waiting: Job[] = [];
  private active = new Map<number, Job>();
  private finished: number[] = [];
  private readonly log = new CircularLog(1000);
  private readonly priorities = new Map<number, number>();
  private readonly throughput: { minute: number; jobs: number }[] = [];
  private readonly watchers: FSWatcher[] = [];
  private readonly seenFiles = new Set<string>();
  private readonly attempts: number[] = [];
  private heartbeats = 0;
  private counter = 0;

  constructor(private readonly stages: Stage[], private readonly slots = 2) {
    super();
    setInterval(() => this.tick(), 1000).unref(); // grows setInterval
    this.on("finished", (job: Job) => this.log.write(`${job.id} finished`));
  }

  add(input: string, renditions: Rendition[], priority = 0): number {
    const id = this.counter++;
    const job: Job = { id, input, renditions, progress: [], stderr: "", children: new Set() };
    const at = this.waiting.findIndex((other) => (this.priorities.get(other.id) ?? 0) < priority);
    if (at < 0) this.waiting.push(job); // bounded waiting
    else this.waiting.splice(at, 0, job); // bounded waiting
    this.priorities.set(id, priority); // grows priorities
    this.attempts[id] = 0; // grows attempts
    return id;
  }

  watchFolder(folder: string): void {
    const watcher = watch(folder, (_, name) => {
      if (name === null || this.seenFiles.has(name)) return;
      this.seenFiles.add(name); // grows seenFiles
      this.add(`${folder}/${name}`, [{ height: 720, codec: "h264" }]);
    });
    this.watchers.push(watcher); // bounded watchers
  }

  private tick(): void {
    this.heartbeats++;
    const minute = Math.floor(Date.now() / 60_000);
    const last = this.throughput.at(-1);
    if (last?.minute === minute) last.jobs = this.finished.length;
    else this.throughput.push({ minute, jobs: this.finished.length }); // grows throughput
    while (this.active.size < this.slots) {
      const job = this.waiting.shift();
      if (!job) break;
      this.active.set(job.id, job); // bounded active
      void this.process(job).finally(() => this.active.delete(job.id));
    }
  }

  private async process(job: Job): Promise<void> {
    this.attempts[job.id]!++;
    for (const stage of this.stages) {
      try {
        await stage.run(job);
      } catch (error) {
        if (this.attempts[job.id]! < 3) this.waiting.push(job); // bounded waiting
        this.log.write(String(error));
        return;
      }
      job.progress.push(Date.now()); // unsure progress
    }
    this.finished.push(job.id); // grows finished
    this.emit("finished", job);
  }

  async close(): Promise<void> {
    for (const watcher of this.watchers) watcher.close();
    for (const { children } of this.active.values()) for (const child of children) child.kill();
  }
}

async function probe(input: string): Promise<number> {
  const child = spawn("ffprobe", [input]);
  const parts: string[] = [];
  for await (const part of child.stdout) parts.push(String(part));
  return Number(parts.join(""));
}
