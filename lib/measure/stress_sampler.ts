/**
 * Samples a process's resident set and virtual size from outside while it runs: Linux's /proc, `ps`
 * elsewhere. Memory of the sampler is fixed: when its logs are full it keeps every second sample
 * and from then on takes half as many.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";

/** What was sampled: one entry per moment. */
export interface MemorySamples {
  /** Moments, ms since the epoch of `performance`. */
  readonly ms: Float64Array;
  /** Resident set, bytes. */
  readonly rss: Float64Array;
  /** Virtual size, bytes. */
  readonly virtual: Float64Array;
}

const CAPACITY = 4096;
const PAGE = 4096; // bytes; the unit of /proc/PID/statm on every platform Node ships for but arm64 with large pages
const PS_PERIOD_MS = 100; // one `ps` takes some 10 ms

/** Samples one process from `start` to `stop`. */
export class MemorySampler {
  readonly #log = { ms: buffer(), rss: buffer(), virtual: buffer() };
  readonly #text = Buffer.alloc(256);
  #periodMs: number;
  #length = 0;
  #timer: NodeJS.Timeout | undefined;
  #descriptor = -1;
  #pid = 0;

  /** Prepares a sampler with a period in ms. */
  constructor(periodMs = 10) {
    this.#periodMs = process.platform === "linux" ? periodMs : Math.max(periodMs, PS_PERIOD_MS);
  }

  /** Samples now and from now on. */
  start(pid: number): void {
    this.#pid = pid;
    if (process.platform === "linux") this.#descriptor = openStatm(pid);
    this.#sample();
    this.#schedule();
  }

  /** Returns what was sampled so far. */
  taken(): MemorySamples {
    const { ms, rss, virtual } = this.#log;
    const end = this.#length;
    return { ms: ms.slice(0, end), rss: rss.slice(0, end), virtual: virtual.slice(0, end) };
  }

  /** Stops and returns what was sampled. */
  stop(): MemorySamples {
    clearInterval(this.#timer);
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
    return this.taken();
  }

  #schedule(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#sample(), this.#periodMs);
  }

  #sample(): void {
    const memory = process.platform === "linux" ? this.#statm() : askPs(this.#pid);
    if (memory === null) return;
    if (this.#length === CAPACITY) this.#thin();
    this.#log.ms[this.#length] = performance.timeOrigin + performance.now();
    this.#log.rss[this.#length] = memory[1];
    this.#log.virtual[this.#length] = memory[0];
    this.#length++;
  }

  /** Reads "size resident …" in pages, or null once the process has ended. */
  #statm(): readonly [virtual: number, rss: number] | null {
    if (this.#descriptor < 0) return null;
    try {
      const length = readSync(this.#descriptor, this.#text, 0, this.#text.length, 0);
      const fields = this.#text.toString("latin1", 0, length).split(" ");
      const rss = Number(fields[1]) * PAGE;
      return rss > 0 ? [Number(fields[0]) * PAGE, rss] : null;
    } catch {
      return null;
    }
  }

  #thin(): void {
    for (const column of Object.values(this.#log)) {
      for (let i = 0; i < CAPACITY / 2; i++) column[i] = column[2 * i]!;
    }
    this.#length = CAPACITY / 2;
    this.#periodMs *= 2;
    this.#schedule();
  }
}

function buffer(): Float64Array {
  return new Float64Array(CAPACITY);
}

function openStatm(pid: number): number {
  try {
    return openSync(`/proc/${pid}/statm`, "r");
  } catch {
    return -1; // it has already ended
  }
}

function askPs(pid: number): readonly [virtual: number, rss: number] | null {
  const { stdout } = spawnSync("ps", ["-o", "vsz=,rss=", "-p", String(pid)], { encoding: "utf8" });
  const [virtual, rss] = (stdout ?? "").trim().split(/\s+/).map(Number);
  return virtual && rss ? [virtual * 1024, rss * 1024] : null;
}
