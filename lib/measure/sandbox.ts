/**
 * Runs one instrument over one target in a fresh Node process, and contains whatever the target
 * does there: a throw, a hang, an exit, a promise that never settles, all of the memory. Each end
 * is a status with one clear message; nothing that happens in the child reaches the caller as an
 * exception, and no process outlives the caller.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { totalmem } from "node:os";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { forgetChild, guardChild, killGroup } from "./guardian.ts";
import { nodeProgram } from "./node_program.ts";
import { readMemory } from "./process_memory.ts";
import type { TargetSpec } from "./target.ts";

/** What to run, on what, and within which limits. */
export interface SandboxRequest {
  /** Absolute path of the compiled module that exports `run(target, parameters, port)`. */
  readonly instrument: string;
  readonly target: TargetSpec;
  /** Handed to the target's `setup`. */
  readonly scenario: string;
  /** JSON value handed to the instrument. */
  readonly parameters?: unknown;
  /** V8 and Node flags of the child; `NODE_OPTIONS` is not inherited. */
  readonly nodeFlags?: readonly string[];
  /** Another Node binary to measure on; the caller's own where absent. */
  readonly execPath?: string;
  /** Time limit for the whole child, ms. */
  readonly timeoutMs: number;
  /** Time limit without any sign of progress, ms; none where absent. */
  readonly stallMs?: number;
  /** Limit of the JS heap, MB; the resident set may hold half as much again, at least 256 more. */
  readonly memoryLimitMb?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  readonly onSpawn?: (pid: number) => void;
  /** Added to the caller's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Ways a child can end without a result. */
export type SandboxFailureStatus =
  | "load_failed"
  | "threw"
  | "hung"
  | "exited"
  | "out_of_memory"
  | "no_result"
  | "cancelled";

/** A child that delivered its result. */
export interface SandboxCompleted<T> {
  readonly status: "completed";
  readonly result: T;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** A child that did not, with the reason in one sentence. */
export interface SandboxFailure {
  readonly status: SandboxFailureStatus;
  readonly message: string;
  /** Cycle it ended in, as far as is known; -1 before the first. */
  readonly cycle: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** How a child ended. */
export type SandboxOutcome<T> = SandboxCompleted<T> | SandboxFailure;

/** What the child reports on its own account; the last line of its report channel. */
interface Report {
  readonly status: SandboxFailureStatus | "completed";
  readonly result?: unknown;
  readonly message?: string;
  readonly cycle: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

const STDERR_KEPT = 8192; // characters; the fatal error of V8 stands within its last lines
const MEMORY_POLL_MS = 200;
const DEFAULT_MEMORY_LIMIT_MB = Math.min(4096, Math.floor(totalmem() / 2 ** 21));

/** Runs an instrument over a target in a process of its own. Never rejects. */
export function runInSandbox<T>(request: SandboxRequest): Promise<SandboxOutcome<T>> {
  return new Promise((resolve) => new Sandbox<T>(request, resolve).start());
}

/** One child from its start to its end. */
class Sandbox<T> {
  readonly #request: SandboxRequest;
  readonly #resolve: (outcome: SandboxOutcome<T>) => void;
  readonly #startedAt = performance.now();
  readonly #timers: NodeJS.Timeout[] = [];
  #child: ChildProcess | undefined;
  #killed: { status: SandboxFailureStatus; message: string } | undefined;
  #report: Report | undefined;
  #stderr = "";
  #cycle = -1;
  #heardAt = performance.now();
  #peakRssBytes = 0;
  #cpuSeconds = 0;

  constructor(request: SandboxRequest, resolve: (outcome: SandboxOutcome<T>) => void) {
    this.#request = request;
    this.#resolve = resolve;
  }

  start(): void {
    if (this.#request.signal?.aborted) {
      this.#killed = { status: "cancelled", message: `${this.#what()} was cancelled` };
      return this.#finish(null, null);
    }
    const child = this.#spawn();
    this.#child = child;
    child.on("error", (error) => this.#failToStart(error));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    this.#listen(child);
    if (child.pid === undefined) return;
    guardChild(child.pid);
    this.#request.onSpawn?.(child.pid);
    this.#request.signal?.addEventListener("abort", this.#abort);
    this.#watch(child.pid);
    // What the target itself started dies with it, or it would hold our pipes open.
    child.on("exit", () => killGroup(child.pid as number));
    child.on("close", (code, signal) => this.#finish(code, signal));
  }

  #spawn(): ChildProcess {
    const { instrument, target, scenario, parameters, nodeFlags = [], execPath } = this.#request;
    const limit = this.#request.memoryLimitMb ?? DEFAULT_MEMORY_LIMIT_MB;
    const entry = fileURLToPath(
      new URL(`./sandbox_child${extname(import.meta.url)}`, import.meta.url),
    );
    const order = JSON.stringify({ instrument, target, scenario, parameters });
    const flags = [`--max-old-space-size=${limit}`, ...nodeFlags];
    return spawn(execPath ?? nodeProgram(), [...flags, entry, order], {
      stdio: ["ignore", "ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
      env: childEnvironment(this.#request.env),
    });
  }

  /** Reads progress lines (`p cycle total`) and the report (`r json`) from the fourth descriptor. */
  #listen(child: ChildProcess): void {
    let pending: string[] = [];
    const channel = child.stdio[3] as NodeJS.ReadableStream;
    channel.setEncoding("utf8");
    channel.on("error", () => {});
    channel.on("data", (text: string) => {
      this.#heardAt = performance.now();
      if (!text.includes("\n")) return void pending.push(text);
      const lines = (pending.join("") + text).split("\n");
      pending = [lines.pop() ?? ""];
      for (const line of lines) this.#hear(line);
    });
  }

  #hear(line: string): void {
    if (line.startsWith("r")) {
      this.#report ??= JSON.parse(line.slice(1)) as Report;
      return;
    }
    const [cycle = 0, total = 0] = line.slice(1).trim().split(/\s+/).map(Number);
    this.#cycle = cycle;
    if (total > 0) this.#request.onProgress?.(cycle, total);
  }

  #watch(pid: number): void {
    const { timeoutMs, stallMs } = this.#request;
    this.#timers.push(
      setTimeout(() => this.#kill("hung", this.#hungMessage(timeoutMs)), timeoutMs),
    );
    this.#timers.push(setInterval(() => {
      this.#look(pid);
      if (stallMs !== undefined && performance.now() - this.#heardAt > stallMs) {
        this.#kill("hung", this.#hungMessage(stallMs));
      }
    }, MEMORY_POLL_MS));
  }

  /** Looks at the child from outside, so that memory V8 does not count is limited too. */
  #look(pid: number): void {
    const memory = readMemory(pid);
    if (memory === null) return;
    this.#peakRssBytes = Math.max(this.#peakRssBytes, memory.peakRssBytes);
    this.#cpuSeconds = memory.cpuSeconds;
    const heapLimitMb = this.#request.memoryLimitMb ?? DEFAULT_MEMORY_LIMIT_MB;
    const limitMb = heapLimitMb + Math.max(heapLimitMb / 2, 256);
    if (memory.rssBytes <= limitMb * 2 ** 20) return;
    const mb = Math.round(memory.rssBytes / 2 ** 20);
    this.#kill(
      "out_of_memory",
      `${this.#what()} was stopped as its process held ${mb} MB, more than ${
        Math.round(limitMb)
      } MB, after cycle ${this.#cycle}`,
    );
  }

  #hungMessage(limitMs: number): string {
    const where = this.#cycle < 0 ? "before its first cycle" : `in or after cycle ${this.#cycle}`;
    return `${this.#what()} hung ${where}: stopped after ${limitMs / 1000} s`;
  }

  readonly #abort = (): void => this.#kill("cancelled", `${this.#what()} was cancelled`);

  #kill(status: SandboxFailureStatus, message: string): void {
    if (this.#killed !== undefined || this.#report !== undefined) return;
    this.#killed = { status, message };
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    const memory = readMemory(pid);
    if (memory !== null) this.#peakRssBytes = Math.max(this.#peakRssBytes, memory.peakRssBytes);
    killGroup(pid);
  }

  #failToStart(error: Error): void {
    this.#killed ??= {
      status: "load_failed",
      message: `Cannot start ${this.#request.execPath ?? nodeProgram()} as ${error.message}`,
    };
    if (this.#child?.pid === undefined) this.#finish(null, null);
  }

  #finish(code: number | null, signal: NodeJS.Signals | null): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#request.signal?.removeEventListener("abort", this.#abort);
    if (this.#child?.pid !== undefined) forgetChild(this.#child.pid);
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const cpuSeconds = this.#report?.cpuSeconds ?? this.#cpuSeconds;
    const peakRssBytes = Math.max(this.#peakRssBytes, this.#report?.peakRssBytes ?? 0);
    const costs = { seconds, cpuSeconds, peakRssBytes };
    if (this.#killed === undefined && this.#report?.status === "completed") {
      return this.#resolve({ status: "completed", result: this.#report.result as T, ...costs });
    }
    const { status, message } = this.#killed ?? this.#diagnose(code, signal);
    const cycle = this.#report?.cycle ?? this.#cycle;
    this.#resolve({ status, message, cycle, ...costs });
  }

  #diagnose(
    code: number | null,
    signal: NodeJS.Signals | null,
  ): { status: SandboxFailureStatus; message: string } {
    const report = this.#report;
    if (report !== undefined && report.status !== "completed") {
      return { status: report.status, message: report.message ?? "" };
    }
    const where = this.#cycle < 0 ? "before its first cycle" : `after cycle ${this.#cycle}`;
    if (/heap out of memory|Allocation failed|Fatal.*out of memory/i.test(this.#stderr)) {
      const limit = this.#request.memoryLimitMb ?? DEFAULT_MEMORY_LIMIT_MB;
      const message = `${this.#what()} ran out of memory ${where}: its heap reached ${limit} MB`;
      return { status: "out_of_memory", message };
    }
    const how = signal === null ? `with code ${code}` : `by signal ${signal}`;
    const last = this.#stderr.trim().split("\n").at(-1);
    const words = last ? `: ${last}` : "";
    return {
      status: "exited",
      message: `${this.#what()} ended its process ${how} ${where}${words}`,
    };
  }

  #what(): string {
    return `Target "${this.#request.target.name}"`;
  }
}

/** Copies the caller's environment without what would change how the child runs. */
function childEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...rest } = process.env;
  // A test runner's own mark would make the child behave as one of its test files.
  const { NODE_TEST_CONTEXT: _context, ...env } = rest;
  return { ...env, ...extra };
}
