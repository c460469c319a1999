/**
 * Sees how far WebAssembly memories are filled. Their size says little: a module reserves pages
 * ahead and leaks inside them, so what counts is the last byte that is not zero, and how much
 * before it is not.
 *
 * @module
 */

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

/** Starts to watch, by standing between the target and the constructors of `WebAssembly`. */
export function watchWasm(): WasmWatch {
  const memories: WeakRef<Memory>[] = [];
  const known = new WeakSet<Memory>();
  const constructor = space["Memory"] as Constructor;
  // Kept before they are intercepted.
  const own = { Module: space["Module"], Instance: space["Instance"] };
  const counters = new WeakMap<Memory, CountFilled>();
  const count = (memory: Memory): number => {
    const end = extentOf(Buffer.from(memory.buffer));
    let filled = counters.get(memory);
    if (filled === undefined) {
      filled = openFilled(own as unknown as WasmSpace, memory) ?? ((bytes) => bytes);
      counters.set(memory, filled);
    }
    return filled(end);
  };
  const note = (value: unknown): void => {
    if (!(value instanceof constructor)) return;
    const memory = value as Memory;
    if (known.has(memory)) return;
    known.add(memory);
    memories.push(new WeakRef(memory));
  };
  const noteInstance = (instance: Instance): void => Object.values(instance.exports).forEach(note);
  interceptConstruct("Memory", note);
  interceptConstruct("Instance", (made) => noteInstance(made as Instance));
  for (const name of ["instantiate", "instantiateStreaming"]) interceptMaking(name, noteInstance);
  return {
    extent: () => sum(memories, (memory) => extentOf(Buffer.from(memory.buffer))),
    filled: () => memories.length > MOST_COUNTED ? 0 : sum(memories, count),
    size: () => sum(memories, (memory) => memory.buffer.byteLength),
  };
}

function interceptConstruct(name: string, note: (made: object) => void): void {
  const original = space[name];
  if (original === undefined) return;
  space[name] = new Proxy(original, {
    construct(constructor, values, newTarget) {
      const made = Reflect.construct(constructor, values, newTarget) as object;
      note(made);
      return made;
    },
  });
}

function interceptMaking(name: string, note: (instance: Instance) => void): void {
  const original = space[name];
  if (original === undefined) return;
  const intercepted = async (...values: unknown[]): Promise<unknown> => {
    const made = await (original as (...values: unknown[]) => unknown).apply(space, values) as
      & Instance
      & { readonly instance?: Instance };
    note(made.instance ?? made);
    return made;
  };
  space[name] = intercepted as unknown as Constructor & AnyFunction;
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
