/**
 * Reads how far WebAssembly memories are filled, only where they lately changed: a whole memory of
 * many megabytes takes milliseconds, and a reading for every statement must not.
 *
 * @module
 */

import type { StackFrame } from "./survivors.ts";
import type { CountFilled } from "./wasm_fill.ts";
import type { WasmWatch } from "./wasm_extent.ts";

const PAGE_BYTES = 65536;
const PAGES_AROUND = 3; // of one that changed: what grows, grows into the next

/** A memory that grew, without the memory itself, which nothing but the target is to hold. */
export interface GrownMemory {
  /** Where it was made, the innermost frame first. */
  readonly made: readonly StackFrame[];
  /** Bytes in use when it was first seen, and now. */
  readonly store: readonly number[];
}

interface Part {
  readonly count: CountFilled;
  readonly from: number;
  readonly to: number;
}

/** Reads memories where they change. */
export class WasmFocus {
  readonly #watch: WasmWatch;
  #pages = new WeakMap<object, Float64Array>();
  #first = new WeakMap<object, { readonly filled: number; readonly size: number }>();
  #parts: readonly Part[] = [];

  /** Notes how far the memories of a watch are filled. */
  constructor(watch: WasmWatch) {
    this.#watch = watch;
    this.refocus();
  }

  /** Chooses what changed since the last time; says whether anything did. */
  refocus(): boolean {
    this.#parts = this.#watch.memories().flatMap(({ memory, filled: count, size }) => {
      const old = this.#pages.get(memory);
      const pages = new Float64Array(size / PAGE_BYTES).map((_, k) =>
        count((k + 1) * PAGE_BYTES, k * PAGE_BYTES)
      );
      this.#pages.set(memory, pages);
      if (old === undefined) {
        this.#first.set(memory, { filled: sum(pages), size });
        return [];
      }
      return changedParts(old, pages).map(([from, to]) => ({ count, from, to }));
    });
    return this.#parts.length > 0;
  }

  /** Returns what is filled of the parts that changed, bytes. */
  read(): number {
    let bytes = 0;
    for (const { count, from, to } of this.#parts) bytes += count(to, from);
    return bytes;
  }

  /** Marks the memory that grew most by a property, so that a snapshot shows which it is. */
  markGrown(property: string): GrownMemory | null {
    this.refocus();
    const all = this.#watch.memories().map(({ memory, size, made }) => {
      const first = this.#first.get(memory) ?? { filled: 0, size: 0 };
      const filled = sum(this.#pages.get(memory) ?? []);
      return { memory, made, stores: [[first.filled, filled], [first.size, size]] };
    });
    for (const k of [0, 1]) {
      const [most] = all.map(({ memory, made, stores }) => ({ memory, made, store: stores[k]! }))
        .sort((a, b) => rise(b.store) - rise(a.store));
      if (most === undefined || rise(most.store) <= 0) continue;
      // A number would be no edge of the snapshot's graph.
      Object.defineProperty(most.memory, property, { value: {}, configurable: true });
      return { made: most.made, store: most.store };
    }
    return null;
  }

  /** Forgets the memories. */
  release(): void {
    this.#parts = [];
    this.#pages = new WeakMap();
    this.#first = new WeakMap();
  }
}

/** Runs of pages that changed or stand beside one that did, bytes. */
function changedParts(old: Float64Array, pages: Float64Array): [from: number, to: number][] {
  const parts: [number, number][] = [];
  pages.forEach((filled, k) => {
    if (filled === old[k]) return;
    const from = Math.max(0, k - PAGES_AROUND) * PAGE_BYTES;
    const to = Math.min(pages.length, k + PAGES_AROUND + 1) * PAGE_BYTES;
    const last = parts.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else parts.push([from, to]);
  });
  return parts;
}

function rise([from = 0, to = 0]: readonly number[]): number {
  return to - from;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k < values.length; k++) total += values[k]!;
  return total;
}
