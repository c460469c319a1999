/**
 * Planted leak in native memory: variables of the process's environment that are set and never
 * taken back. The C library keeps each text in memory of its own, of which V8 counts nothing, so
 * only the resident set shows it. Growth therefore comes in whole pages: below some hundred bytes
 * per cycle 1000 cycles fill too few of them to be told from the process's own noise, and no such
 * rate is planted.
 *
 * @module
 */
import { env } from "node:process";
import type { TargetMeta, TargetOptions } from "../../measure/target.ts";

/** Name, `=` and end of a variable, and what an allocator keeps beside a block, bytes. */
const BESIDE = 40;

/** State of the planted leak. */
export interface NativeLeak {
  /** Planted rate, bytes per cycle. */
  readonly bytes: number;
  /** What is stored in each cycle; the C library copies it. */
  readonly text: string;
  cycles: number;
}

/** Names the control. */
export const meta: TargetMeta = {
  name: "planted_native",
  description: "Keeps a planted number of bytes per cycle in native memory that only RSS shows",
};

/**
 * Prepares a leak of `options.bytes` per cycle.
 *
 * @throws {RangeError} If `bytes` is not a whole number from 64 to 64 KiB.
 */
export function setup(options: TargetOptions): NativeLeak {
  const bytes = Number(options.bytes);
  if (!Number.isInteger(bytes) || bytes < 64 || bytes > 2 ** 16) {
    throw new RangeError(
      `Cannot plant a native leak as bytes must be a whole number in 64 … 2^16: current value is ${options.bytes}`,
    );
  }
  return { bytes, text: "n".repeat(bytes - BESIDE), cycles: 0 };
}

/** Sets one more variable. */
export function cycle(leak: NativeLeak): void {
  env[nameOf(leak.cycles)] = leak.text;
  leak.cycles++;
}

/** Throws unless the first and the last variable are there. */
export function validate({ cycles, text }: NativeLeak): void {
  if (cycles === 0 || env[nameOf(0)] !== text || env[nameOf(cycles - 1)] !== text) {
    throw new Error(
      `Cannot trust the planted leak as it must hold ${cycles} texts of ${text.length} bytes: it has not`,
    );
  }
}

/** Takes the variables back. */
export function teardown({ cycles }: NativeLeak): void {
  for (let cycle = 0; cycle < cycles; cycle++) delete env[nameOf(cycle)];
}

function nameOf(cycle: number): string {
  return `HEAPBOOK_${cycle}`;
}
