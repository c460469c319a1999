/**
 * The measuring process's side of the channel to the auditor. Progress is written from one buffer
 * that is filled with digits in place, so that reporting leaves nothing behind in the heap that is
 * being measured.
 *
 * @module
 */

import { writeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ownPeakRssBytes } from "./process_memory.ts";

/** What an instrument tells the auditor while it runs. */
export interface SandboxPort {
  /** What the target is doing now; names the place if it throws or stops here. */
  stage: "load" | "setup" | "cycle" | "teardown" | "measure";
  /** The cycle that runs now; -1 before the first. */
  cycle: number;
  /** Reports the cycle reached, of how many. */
  progress(cycle: number, total: number): void;
  /** Ends the process with a report. */
  end(report: { status: string; message?: string; result?: unknown }): void;
  /** Ends the process with an error and the place where it arose. */
  fail(status: string, error: unknown): void;
  /** Ends a process whose event loop ran dry before there was a result. */
  noResult(): void;
  /** Notes that the target ended the process. */
  exited(code: number): void;
}

const OWN_FOLDER = new URL(".", import.meta.url).pathname;
const CHANNEL = 3; // file descriptor
const LINE_LENGTH = 34; // "p", two numbers of 15 digits, two separators, newline
const [SPACE, ZERO, NEWLINE, LETTER_P] = [32, 48, 10, 112];

/** Opens the port of this process, which measures the named target. */
export function createPort(name: string): SandboxPort {
  const line = Buffer.alloc(LINE_LENGTH, SPACE);
  line[0] = LETTER_P;
  line[LINE_LENGTH - 1] = NEWLINE;
  let reported = false;

  const port: SandboxPort = {
    stage: "load",
    cycle: -1,
    progress(cycle, total) {
      putDigits(line, 16, cycle);
      putDigits(line, 32, total);
      send(line);
    },
    end(report) {
      if (reported) return;
      reported = true;
      sendAll(
        Buffer.from(`r${JSON.stringify({ ...report, ...costs(port.cycle) }, plainArrays)}\n`),
      );
      process.exit(0);
    },
    fail(status, error) {
      const place = where(port);
      port.end({ status, message: `Target "${name}" threw in ${place}: ${describeError(error)}` });
    },
    noResult() {
      const place = where(port);
      port.end({
        status: "no_result",
        message: `Target "${name}" never finished ${place}: its promise can no longer settle`,
      });
    },
    exited(code) {
      if (reported) return;
      reported = true;
      const message = `Target "${name}" ended its process with code ${code} in ${where(port)}`;
      const report = { status: "exited", message, ...costs(port.cycle) };
      sendAll(Buffer.from(`r${JSON.stringify(report)}\n`));
    },
  };
  return port;
}

/** Says what was thrown in one line, with the first place in user code. */
export function describeError(error: unknown, module?: string): string {
  const file = module === undefined ? "" : `${module} as `;
  if (!(error instanceof Error)) return `${file}${String(error)}`;
  const [first = "", second = ""] = error.message.split("\n");
  // A translator's first line only counts its errors; the next one has the place and the reason.
  if (/:$/.test(first) && second !== "") return `${file}${error.name}: ${second.trim()}`;
  const text = `${error.name}: ${first}`;
  const place = firstUserFrame(error.stack ?? "");
  return `${file}${text}${place === null ? "" : ` (${place})`}`;
}

function firstUserFrame(stack: string): string | null {
  for (const line of stack.split("\n")) {
    const match = line.match(/\(?((?:file:\/\/)?\/[^()]+:\d+:\d+)\)?$/);
    if (match?.[1] === undefined || match[1].includes(OWN_FOLDER)) continue;
    return match[1].startsWith("file:") ? withoutScheme(match[1]) : match[1];
  }
  return null;
}

function withoutScheme(place: string): string {
  const [, url = place, position = ""] = place.match(/^(.*?)(:\d+:\d+)$/) ?? [];
  try {
    return fileURLToPath(url) + position;
  } catch {
    return place;
  }
}

function where(port: SandboxPort): string {
  return port.stage === "cycle" ? `cycle ${port.cycle}` : port.stage;
}

function costs(cycle: number): { cycle: number; cpuSeconds: number; peakRssBytes: number } {
  const { user, system } = process.cpuUsage();
  const peakRssBytes = ownPeakRssBytes();
  return { cycle, cpuSeconds: (user + system) / 1e6, peakRssBytes };
}

/** Typed arrays travel as plain ones. */
function plainArrays(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value;
}

function putDigits(line: Buffer, end: number, value: number): void {
  let rest = value > 0 ? Math.floor(value) : 0;
  for (let at = end - 1; at > end - 16; at--) {
    line[at] = rest > 0 || at === end - 1 ? ZERO + rest % 10 : SPACE;
    rest = Math.floor(rest / 10);
  }
}

/** Progress may be lost, never waited for; a channel that is gone means that nobody waits for us. */
function send(line: Buffer): void {
  try {
    writeSync(CHANNEL, line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EPIPE") process.exit(0);
  }
}

function sendAll(bytes: Buffer): void {
  for (let sent = 0; sent < bytes.length;) {
    try {
      sent += writeSync(CHANNEL, bytes, sent);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
    }
  }
}
