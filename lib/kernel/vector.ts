/**
 * Arithmetic on pairs of numbers, written as expressions and emitted as WebAssembly vector
 * instructions. An expression that is used more than once is computed once.
 *
 * @module
 */

import { OP, signed, unsigned, V128 } from "./wasm.ts";

/** A pair of numbers, or of masks, that is computed when it is needed. */
export class Vector {
  /** Instruction that computes it from its arguments. */
  readonly code: readonly number[];
  readonly parts: readonly Vector[];
  /** Whether it is cheaper to compute again than to keep. */
  readonly isCheap: boolean;
  /** Number of expressions that use it. */
  uses: number = 0;
  /** Local that holds it once it was computed. */
  local: number = -1;

  /** Creates an expression. */
  constructor(code: readonly number[], parts: readonly Vector[], isCheap: boolean = false) {
    this.code = code;
    this.parts = parts;
    this.isCheap = isCheap;
    for (const part of parts) part.uses++;
  }

  /** Returns this + other. */
  add(other: Vector): Vector {
    return new Vector(OP.add, [this, other]);
  }

  /** Returns this − other. */
  sub(other: Vector): Vector {
    return new Vector(OP.sub, [this, other]);
  }

  /** Returns this × other. */
  mul(other: Vector): Vector {
    return new Vector(OP.mul, [this, other]);
  }

  /** Returns this / other. */
  div(other: Vector): Vector {
    return new Vector(OP.div, [this, other]);
  }

  /** Returns the square root. */
  sqrt(): Vector {
    return new Vector(OP.sqrt, [this]);
  }

  /** Returns the absolute value. */
  abs(): Vector {
    return new Vector(OP.abs, [this]);
  }

  /** Returns the negative. */
  neg(): Vector {
    return new Vector(OP.neg, [this]);
  }

  /** Returns `other < this ? other : this`. */
  min(other: Vector): Vector {
    return new Vector(OP.pmin, [this, other]);
  }

  /** Returns `this < other ? other : this`. */
  max(other: Vector): Vector {
    return new Vector(OP.pmax, [this, other]);
  }

  /** Returns the mask of this < other. */
  lt(other: Vector): Vector {
    return new Vector(OP.lt, [this, other]);
  }

  /** Returns the mask of this > other. */
  gt(other: Vector): Vector {
    return new Vector(OP.gt, [this, other]);
  }

  /** Returns the mask of this <= other. */
  le(other: Vector): Vector {
    return new Vector(OP.le, [this, other]);
  }

  /** Returns the mask of this >= other. */
  ge(other: Vector): Vector {
    return new Vector(OP.ge, [this, other]);
  }

  /** Returns the mask of this !== other. */
  ne(other: Vector): Vector {
    return new Vector(OP.ne, [this, other]);
  }

  /** Returns the bits that both have. */
  and(other: Vector): Vector {
    return new Vector(OP.and, [this, other]);
  }

  /** Returns the bits that either has. */
  or(other: Vector): Vector {
    return new Vector(OP.or, [this, other]);
  }

  /** Returns the bits that one has. */
  xor(other: Vector): Vector {
    return new Vector(OP.xor, [this, other]);
  }

  /** Returns the bits that it has not. */
  not(): Vector {
    return new Vector(OP.not, [this]);
  }

  /** Returns `a` where this mask is set, else `b`. */
  select(a: Vector, b: Vector): Vector {
    return new Vector(OP.select, [a, b, this]);
  }

  /** Returns the sum of both as 64-bit whole numbers. */
  addInt(other: Vector): Vector {
    return new Vector(OP.addInt, [this, other]);
  }

  /** Returns its bits as 64-bit whole numbers, shifted up. */
  shiftLeft(bits: number): Vector {
    return new Vector([...OP.i32Const, ...signed(bits), ...OP.shiftLeft], [this]);
  }

  /** Returns the negative of its bits as 64-bit whole numbers. */
  negInt(): Vector {
    return new Vector(OP.negInt, [this]);
  }

  /** Returns [this[i], other[j]]. */
  pair(i: 0 | 1, other: Vector, j: 0 | 1): Vector {
    const lanes = [...lane(i), ...lane(j).map((byte) => byte + 16)];
    return new Vector([...OP.shuffle, ...lanes], [this, other]);
  }
}

// Room for the code and the locals of a function; the largest needs a third of it.
const MAX_BYTES = 65536, MAX_LOCALS = 8192;

/** Emits vector expressions as the body of a function. */
export class Emitter {
  readonly #code: Uint8Array = new Uint8Array(MAX_BYTES);
  readonly #types: Uint8Array = new Uint8Array(MAX_LOCALS);
  readonly #parameters: number;
  #size: number = 0;
  #count: number = 0;

  /** Creates an emitter for a function with `parameters` parameters. */
  constructor(parameters: number) {
    this.#parameters = parameters;
  }

  /** Instructions so far. */
  get bytes(): Uint8Array {
    return this.#code.subarray(0, this.#size);
  }

  /** Types of the locals beyond the parameters. */
  get locals(): Uint8Array {
    return this.#types.subarray(0, this.#count);
  }

  /** Returns a new local of a type. */
  local(type: number): number {
    if (this.#count === MAX_LOCALS) throw tooLarge("locals", MAX_LOCALS);
    this.#types[this.#count] = type;
    return this.#parameters + this.#count++;
  }

  /** Adds instructions. */
  emit(...code: readonly number[]): void {
    if (this.#size + code.length > MAX_BYTES) throw tooLarge("bytes", MAX_BYTES);
    this.#code.set(code, this.#size);
    this.#size += code.length;
  }

  /** Returns a variable's present value; use it before the variable is set again. */
  read(local: number): Vector {
    return new Vector([...OP.localGet, ...unsigned(local)], [], true);
  }

  /** Computes a vector and leaves it on the stack. */
  push(vector: Vector): void {
    if (vector.local >= 0) {
      this.emit(...OP.localGet, ...unsigned(vector.local));
      return;
    }
    for (const part of vector.parts) this.push(part);
    this.emit(...vector.code);
    if (vector.isCheap || vector.uses < 2) return;
    vector.local = this.local(V128);
    this.emit(...OP.localTee, ...unsigned(vector.local));
  }

  /** Stores a vector at a place in memory. */
  store(at: number, vector: Vector): void {
    this.emit(...OP.i32Const, 0);
    this.push(vector);
    this.emit(...OP.store, 4, ...unsigned(at));
  }

  /** Sets variables to vectors, all computed before any is set. */
  set(pairs: readonly (readonly [local: number, vector: Vector])[]): void {
    for (const [, vector] of pairs) this.push(vector);
    for (const [local] of [...pairs].reverse()) this.emit(...OP.localSet, ...unsigned(local));
  }
}

function lane(i: 0 | 1): number[] {
  return Array.from({ length: 8 }, (_, byte) => 8 * i + byte);
}

function tooLarge(what: string, most: number): RangeError {
  return new RangeError(`Cannot emit a function as it must have at most ${most} ${what}`);
}
