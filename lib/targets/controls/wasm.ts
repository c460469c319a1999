/**
 * Planted leak in WebAssembly: an allocator that hands out and never takes back, as compiled C code
 * with a missing `free` does. The memory's pages are reserved before the first cycle, so V8's
 * counters (heap, external, ArrayBuffers) stay put; only what the memory holds shows it.
 *
 * @module
 */
import type { TargetMeta, TargetOptions } from "../../measure/target.ts";

/** Size of a WebAssembly page, bytes. */
const PAGE = 65_536;

/** Reserved address space, pages (128 MiB). It costs nothing until touched. */
const RESERVED = 2048;

// Typed here because the compiler's libraries declare it for browsers only.
const wasm = (globalThis as unknown as {
  WebAssembly: { Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer } };
}).WebAssembly;

/** State of the planted leak. */
export interface WasmLeak {
  /** Planted rate, bytes per cycle. */
  readonly bytes: number;
  readonly memory: Uint8Array;
  /** End of what was handed out, bytes. */
  used: number;
  cycles: number;
}

/** Names the control. */
export const meta: TargetMeta = {
  name: "planted_wasm",
  description: "Keeps a planted number of bytes per cycle inside reserved WebAssembly memory",
};

/**
 * Reserves the memory for a leak of `options.bytes` per cycle.
 *
 * @throws {RangeError} If `bytes` is not a whole number from 1 to 1 MiB.
 */
export function setup(options: TargetOptions): WasmLeak {
  const bytes = Number(options.bytes);
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > 2 ** 20) {
    throw new RangeError(
      `Cannot plant a WebAssembly leak as bytes must be a whole number in 1 … 2^20: current value is ${options.bytes}`,
    );
  }
  const memory = new wasm.Memory({ initial: RESERVED });
  return { bytes, memory: new Uint8Array(memory.buffer), used: 0, cycles: 0 };
}

/**
 * Hands out one block, written by its owner and never given back.
 *
 * @throws {RangeError} If the reserved memory is used up.
 */
export function cycle(leak: WasmLeak): void {
  const end = leak.used + leak.bytes;
  if (end > RESERVED * PAGE) {
    throw new RangeError(
      `Cannot plant a WebAssembly leak as it must fit into ${
        RESERVED * PAGE
      } bytes: cycle ${leak.cycles} needs ${end}`,
    );
  }
  leak.memory.fill(1, leak.used, end);
  leak.used = end;
  leak.cycles++;
}

/** Throws unless every planted byte was written. */
export function validate(leak: WasmLeak): void {
  const { cycles, used, bytes, memory } = leak;
  if (cycles === 0 || used !== cycles * bytes || memory[used - 1] !== 1 || memory[used] !== 0) {
    throw new Error(
      `Cannot trust the planted leak as it must hold ${cycles * bytes} bytes: it has ${used}`,
    );
  }
}
