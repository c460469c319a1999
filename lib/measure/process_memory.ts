/**
 * Reads a process's memory and processor time from outside, from Linux's /proc.
 *
 * @module
 */

import { readFileSync } from "node:fs";

/** Memory and processor time of a process at one moment. */
export interface ProcessMemory {
  /** Resident set, bytes. */
  readonly rssBytes: number;
  /** Largest resident set so far, bytes. */
  readonly peakRssBytes: number;
  /** Virtual size, bytes. */
  readonly virtualBytes: number;
  /** Processor time, user and system, s. */
  readonly cpuSeconds: number;
}

const TICKS_PER_SECOND = 100; // USER_HZ is 100 on every Linux architecture Node supports
const UTIME = 11; // field of /proc/PID/stat, counted after the command in parentheses

/** Returns a process's memory, or null where it has ended or the system has no /proc. */
export function readMemory(pid: number): ProcessMemory | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return {
      rssBytes: kilobytes(status, "VmRSS"),
      peakRssBytes: kilobytes(status, "VmHWM"),
      virtualBytes: kilobytes(status, "VmSize"),
      cpuSeconds: (Number(fields[UTIME]) + Number(fields[UTIME + 1])) / TICKS_PER_SECOND,
    };
  } catch {
    return null;
  }
}

/**
 * Returns the largest resident set of this process so far, bytes. On Linux `getrusage` says it too,
 * but starts from that of the process which spawned this one, so a large parent hides the child.
 */
export function ownPeakRssBytes(): number {
  return readMemory(process.pid)?.peakRssBytes ?? process.resourceUsage().maxRSS * 1024;
}

function kilobytes(status: string, key: string): number {
  const match = status.match(new RegExp(`^${key}:\\s+(\\d+) kB`, "m"));
  return match === null ? 0 : Number(match[1]) * 1024;
}
