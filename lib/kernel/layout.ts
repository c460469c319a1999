/**
 * Where a kernel's numbers lie in memory: each has a place of two numbers, one per lane.
 *
 * @module
 */

import { Vector } from "./vector.ts";
import { OP, signed, unsigned } from "./wasm.ts";

/** Bytes of a place. */
export const PLACE = 16;

/** Most places of a kernel; behind them lie the rows of its steps. */
export const MAX_PLACES = 320;

/** Names of numbers and their places. */
export class Layout {
  readonly #places: Map<string, number> = new Map();

  /** Number of places. */
  get size(): number {
    return this.#places.size;
  }

  /** Returns the place of a name, a new one where it has none. */
  place(name: string): number {
    const place = this.#places.get(name);
    if (place !== undefined) return place;
    if (this.#places.size >= MAX_PLACES) {
      throw new RangeError(`Cannot place "${name}" as a kernel has at most ${MAX_PLACES} places`);
    }
    this.#places.set(name, this.#places.size);
    return this.#places.size - 1;
  }

  /** Returns the place of a name that a kernel uses, or undefined. */
  find(name: string): number | undefined {
    return this.#places.get(name);
  }

  /** Returns a number's value, read anew wherever it is used. */
  load(name: string): Vector {
    const offset = unsigned(this.place(name) * PLACE);
    // Alignment 2⁴ bytes; the kernel's data start at address 0.
    return new Vector([...OP.i32Const, ...signed(0), ...OP.load, 4, ...offset], [], true);
  }

  /** Returns one of several values that lie side by side: the one `offset` bytes on. */
  loadAt(names: readonly string[], offset: number): Vector {
    const [first, ...others] = names.map((name) => this.place(name));
    others.forEach((place, i) => {
      if (place !== first! + i + 1) {
        throw new Error(`Cannot place ${names.join(", ")} side by side`);
      }
    });
    const code = [...OP.localGet, ...unsigned(offset), ...OP.load, 4, ...unsigned(first! * PLACE)];
    return new Vector(code, [], true);
  }

  /** Returns a constant. */
  constant(value: number): Vector {
    return this.load(`constant ${Object.is(value, -0) ? "-0" : value}`);
  }

  /** Returns a constant of 64 bits that are no number. */
  bits(value: bigint): Vector {
    return this.load(`bits ${value}`);
  }

  /** Writes all constants into a kernel's memory. */
  writeConstants(memory: ArrayBuffer): void {
    const numbers = new Float64Array(memory), words = new BigInt64Array(memory);
    for (const [name, place] of this.#places) {
      const [kind, text = ""] = name.split(" ");
      for (const at of [2 * place, 2 * place + 1]) {
        if (kind === "bits") words[at] = BigInt(text);
        else if (kind === "constant") numbers[at] = Number(text);
      }
    }
  }
}
