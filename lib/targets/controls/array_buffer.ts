/**
 * Planted leak in ArrayBuffers: a byte log that is concatenated anew each cycle, as a program does
 * that collects chunks and never cuts them. One buffer lives at a time (sealed every 512
 * cycles, so that a cycle stays cheap), so the JS heap hardly grows and the bytes are exactly those
 * planted.
 *
 * @module
 */
import type { TargetMeta, TargetOptions } from "../../measure/target.ts";

/** Cycles after which the growing buffer is sealed and the next one begins. */
const SEGMENT = 512;

/** State of the planted leak. */
export interface ArrayBufferLeak {
  /** Planted rate, bytes per cycle. */
  readonly bytes: number;
  readonly sealed: Uint8Array[];
  log: Uint8Array;
  cycles: number;
}

/** Names the control. */
export const meta: TargetMeta = {
  name: "planted_array_buffer",
  description: "Keeps a planted number of bytes per cycle in ArrayBuffers",
};

/**
 * Prepares the leak of `options.bytes` per cycle.
 *
 * @throws {RangeError} If `bytes` is not a whole number from 1 to 4096.
 */
export function setup(options: TargetOptions): ArrayBufferLeak {
  const bytes = Number(options.bytes);
  if (Number.isInteger(bytes) && bytes >= 1 && bytes <= 4096) {
    return { bytes, sealed: [], log: new Uint8Array(0), cycles: 0 };
  }
  throw new RangeError(
    `Cannot plant an ArrayBuffer leak as bytes must be a whole number in 1 … 4096: current value is ${options.bytes}`,
  );
}

/** Appends one chunk to the log. */
export function cycle(leak: ArrayBufferLeak): void {
  if (leak.log.length === SEGMENT * leak.bytes) {
    leak.sealed.push(leak.log);
    leak.log = new Uint8Array(0);
  }
  const longer = new Uint8Array(leak.log.length + leak.bytes);
  longer.set(leak.log);
  longer.fill(1, leak.log.length);
  leak.log = longer;
  leak.cycles++;
}

/** Throws unless every planted byte is held. */
export function validate(leak: ArrayBufferLeak): void {
  const held = leak.sealed.reduce((sum, part) => sum + part.length, leak.log.length);
  if (leak.cycles === 0 || held !== leak.cycles * leak.bytes) {
    throw new Error(
      `Cannot trust the planted leak as it must hold ${
        leak.cycles * leak.bytes
      } bytes: it has ${held}`,
    );
  }
}
