/**
 * Sees how far WebAssembly memories are filled. Their size says little: a module reserves pages
 * ahead and leaks inside them, so what counts is the last byte that is not zero, and how much
 * before it is not.
 *
 * @module
 */

import type { StackFrame } from "./survivors.ts";
import { type CountFilled, LINE_BYTES, openFilled, type WasmSpace } from "./wasm_fill.ts";

const CHUNK_BYTES = 65536; // one WebAssembly page
const MOST_COUNTED = 32; // memories; where there are more, their number is what grows
const ZEROS = Buffer.alloc(CHUNK_BYTES);

/** Watches the WebAssembly memories that this process makes from now on. */
export interface WasmWatch {
  /** Returns the sum over live memories of the address after the last non-zero byte. */
  extent(): number;
  /** Returns the sum over live memories of the bytes in 64-byte lines that are not all zero. */
  filled(): number;
  /** Returns the sum over live memories of their sizes, bytes. */
  size(): number;
  /** Returns the live memories. */
  memories(): WatchedMemory[];
  /** Stops to stand between the target and the constructors, and forgets the memories. */
  release(): void;
}

/** A WebAssembly memory with how much of it is in use. */
export interface WatchedMemory {
  readonly memory: object;
  /** Counts the bytes in lines that are filled. */
  readonly filled: CountFilled;
  readonly size: number;
  /** Where it was made, the innermost frame first. */
  readonly made: readonly StackFrame[];
}

/** As much of a WebAssembly memory as is read here. */
interface Memory {
  readonly buffer: ArrayBuffer;
}
interface Instance {
  readonly exports: Readonly<Record<string, unknown>>;
}
type Constructor = new (...values: unknown[]) => object;
type AnyFunction = (...values: unknown[]) => unknown;

// Declared here, since the standard library without a browser's types does not know it.
const space = (globalThis as unknown as {
  readonly WebAssembly: Record<string, Constructor & AnyFunction>;
}).WebAssembly;

/**
 * Starts to watch, by standing between the target and the constructors of `WebAssembly`. `capture`
 * is called when one is, and once more when what it made is there: it says where a memory is made.
 */
export function watchWasm(capture?: () => readonly StackFrame[]): WasmWatch {
  const memories: WeakRef<Memory>[] = [];
  const known = new WeakSet<Memory>();
  const constructor = space["Memory"] as Constructor;
  // Kept before they are intercepted.
  const own = { Module: space["Module"], Instance: space["Instance"] };
  let counters = new WeakMap<Memory, CountFilled>();
  const counterOf = (memory: Memory): CountFilled => {
    let filled = counters.get(memory);
    if (filled === undefined) {
      filled = openFilled(own as unknown as WasmSpace, memory) ?? ((end, start = 0) => end - start);
      counters.set(memory, filled);
    }
    return filled;
  };
  const count = (memory: Memory): number => counterOf(memory)(extentOf(Buffer.from(memory.buffer)));
  const made = new WeakMap<Memory, readonly StackFrame[]>();
  const note = (value: unknown, called?: readonly StackFrame[]): void => {
    if (!(value instanceof constructor)) return;
    const memory = value as Memory;
    if (known.has(memory)) return;
    known.add(memory);
    memories.push(new WeakRef(memory));
    if (capture !== undefined) made.set(memory, [...called ?? [], ...capture()]);
  };
  const noteInstance = (instance: Instance, called?: readonly StackFrame[]): void =>
    Object.values(instance.exports).forEach((value) => note(value, called));
  const restore = [
    interceptConstruct("Memory", note),
    interceptConstruct("Instance", (made) => noteInstance(made as Instance)),
    interceptMaking("instantiate", noteInstance, capture),
    interceptMaking("instantiateStreaming", noteInstance, capture),
  ];
  return {
    extent: () => sum(memories, (memory) => extentOf(Buffer.from(memory.buffer))),
    filled: () => memories.length > MOST_COUNTED ? 0 : sum(memories, count),
    size: () => sum(memories, (memory) => memory.buffer.byteLength),
    memories: () =>
      memories.map((reference) => reference.deref()).filter((memory) => memory !== undefined)
        .map((memory) => ({
          memory,
          filled: counterOf(memory),
          size: memory.buffer.byteLength,
          made: made.get(memory) ?? [],
        })),
    release: () => {
      for (const each of restore) each();
      memories.length = 0;
      counters = new WeakMap();
    },
  };
}

/** Returns what puts the original back. */
function interceptConstruct(name: string, note: (made: object) => void): () => void {
  const original = space[name];
  if (original === undefined) return () => {};
  space[name] = new Proxy(original, {
    construct(constructor, values, newTarget) {
      const made = Reflect.construct(constructor, values, newTarget) as object;
      note(made);
      return made;
    },
  });
  return () => space[name] = original;
}

function interceptMaking(
  name: string,
  note: (instance: Instance, called?: readonly StackFrame[]) => void,
  capture?: () => readonly StackFrame[],
): () => void {
  const original = space[name];
  if (original === undefined) return () => {};
  const intercepted = async (...values: unknown[]): Promise<unknown> => {
    const called = capture?.();
    const made = await (original as (...values: unknown[]) => unknown).apply(space, values) as
      & Instance
      & { readonly instance?: Instance };
    note(made.instance ?? made, called);
    return made;
  };
  space[name] = intercepted as unknown as Constructor & AnyFunction;
  return () => space[name] = original;
}

/** Sums over the memories that are still there; drops the references to others, in place. */
function sum(memories: WeakRef<Memory>[], measure: (memory: Memory) => number): number {
  let total = 0;
  let kept = 0;
  for (let k = 0; k < memories.length; k++) {
    const reference = memories[k] as WeakRef<Memory>;
    const memory = reference.deref();
    if (memory === undefined) continue;
    memories[kept++] = reference;
    total += measure(memory);
  }
  memories.length = kept;
  return total;
}

/** Returns the address after the last 64-byte line that is not all zero. */
function extentOf(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && isZero(bytes, Math.max(0, end - CHUNK_BYTES), end)) end -= CHUNK_BYTES;
  while (end > 0 && isZero(bytes, Math.max(0, end - LINE_BYTES), end)) end -= LINE_BYTES;
  return Math.max(0, end);
}

function isZero(bytes: Buffer, start: number, end: number): boolean {
  return bytes.compare(ZEROS, 0, end - start, start, end) === 0;
}
