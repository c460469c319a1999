/** A farm of 3D printers: jobs, slicing, cameras, faults. */

import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";

type Material = "pla" | "petg" | "abs" | "tpu";

type Job = { id: string; model: string; material: Material; grams: number; photos: string[] };

const MAX_SLICED = 64;
const sliced = new Map<string, Promise<string[]>>();

export function slice(model: string, height: number): Promise<string[]> {
  const key = createHash("sha1").update(`${height}/${model}`).digest("hex");
  let lines = sliced.get(key);
  if (!lines) {
    lines = toLayers(model, height);
    sliced.set(key, lines); // bounded sliced
    trimCache();
  }
  return lines;
}

function trimCache(): void {
  for (const key of sliced.keys()) if (sliced.size > MAX_SLICED) sliced.delete(key);
}

async function toLayers(model: string, height: number): Promise<string[]> {
  const layers: string[] = [];
  for (let z = 0; z < model.length; z += height) layers.push(`G1 Z${z.toFixed(2)}`);
  return layers;
}

export class Printer extends EventEmitter {
  private readonly faults: { code: string; at: number }[] = [];
  private finished: readonly string[] = [];
  job: Job | null = null;

  layer(seconds: number): void {
    this.emit("layer", seconds / (this.job?.grams ?? 1));
  }

  fault(code: string): void {
    this.faults.push({ code, at: Date.now() }); // grows faults
    if (code === "thermal-runaway") this.emit("maintenance", code);
  }

  start(job: Job): void {
    this.job = job;
  }

  finish(): Job | null {
    const job = this.job;
    if (job) this.finished = [...this.finished, job.id]; // grows finished
    this.job = null;
    return job;
  }
}

export class PrintFarm {
  private readonly printers = new Map<string, Printer>();
  private readonly queue: Job[] = [];
  private readonly cameras = new Map<string, { frames: Buffer[]; timer: NodeJS.Timeout }>();
  private readonly customers: { [email: string]: string[] } = {};
  private readonly rejected = new Set<string>();

  constructor() {
    setInterval(() => this.assign(), 1000); // grows setInterval
  }

  register(name: string): Printer {
    const printer = new Printer();
    printer.on("maintenance", () => this.retire(name));
    this.printers.set(name, printer); // bounded printers
    return printer;
  }

  retire(name: string): void {
    this.stopCamera(name);
    this.printers.delete(name);
  }

  submit(job: Job, email: string): boolean {
    if (this.rejected.has(job.model)) return false;
    if (job.grams > 2000) {
      this.rejected.add(job.model); // grows rejected
      return false;
    }
    (this.customers[email] ??= []).push(job.id); // grows customers
    const at = this.queue.findIndex((other) => other.grams > job.grams);
    this.queue.splice(at < 0 ? this.queue.length : at, 0, job); // bounded queue
    return true;
  }

  private assign(): void {
    for (const printer of this.printers.values()) {
      if (printer.job) continue;
      const job = this.queue.shift();
      if (!job) break;
      printer.start(job);
    }
  }

  photograph(name: string, url: string): void {
    this.printers.get(name)?.job?.photos.push(url); // unsure photos
  }

  watch(name: string, grab: () => Buffer): void {
    this.stopCamera(name);
    const frames: Buffer[] = [];
    const timer = setInterval(() => { // bounded timer
      frames.push(grab()); // bounded frames
      if (frames.length >= 500) frames.splice(0, 250);
    }, 2000);
    this.cameras.set(name, { frames, timer }); // bounded cameras
  }

  private stopCamera(name: string): void {
    clearInterval(this.cameras.get(name)?.timer);
    this.cameras.delete(name);
  }
}
