/**
 * Planted innocent: a pool of buffers that fills until cycle 300, then only lends what it has. A
 * run that stops at 300 cycles cannot tell it from a leak.
 *
 * @module
 */
import type { TargetMeta } from "../../measure/target.ts";

/** Buffers the pool ends up with. */
const CAPACITY = 300;

/** Numbers in one buffer. */
const LENGTH = 64;

/** State of the innocent. */
export interface Pool {
  readonly buffers: number[][];
  cycles: number;
  written: number;
}

/** Names the control. */
export const meta: TargetMeta = {
  name: "innocent_pool",
  description: "Adds a buffer per cycle until it has 300, then reuses them",
};

/** Starts with an empty pool. */
export function setup(): Pool {
  return { buffers: [], cycles: 0, written: 0 };
}

/** Takes a buffer, a new one while the pool is filling, and writes it. */
export function cycle(pool: Pool): void {
  const i = pool.cycles++;
  if (pool.buffers.length < CAPACITY) pool.buffers.push(new Array<number>(LENGTH).fill(0));
  const buffer = pool.buffers[i % pool.buffers.length]!;
  buffer[i % LENGTH] = i;
  pool.written++;
}

/** Throws unless the pool has filled as far as it must and no further. */
export function validate(pool: Pool): void {
  const expected = Math.min(pool.cycles, CAPACITY);
  if (expected === 0 || pool.buffers.length !== expected || pool.written !== pool.cycles) {
    throw new Error(
      `Cannot trust the control as it must hold ${expected} buffers: it has ${pool.buffers.length}`,
    );
  }
}
