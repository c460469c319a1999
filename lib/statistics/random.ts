/**
 * Seeded random numbers: xoshiro128++ (Blackman & Vigna 2019), its state filled by splitmix64. The
 * same seed gives the same numbers on every machine, and `split` gives each task a stream of its
 * own, so results do not depend on the order in which tasks run.
 *
 * @module
 */

/** What names a stream: a finite number, or any text. */
export type Seed = number | string;

/** A stream of random numbers. Draws allocate nothing. */
export interface Random {
  /** Returns a uniform number in [0, 1) with 53 random bits. */
  next(): number;
  /** Returns a uniform integer in [0, 2³²). */
  uint32(): number;
  /** Returns a normal deviate with mean 0 and variance 1. */
  normal(): number;
  /** Returns a uniform integer in [0, n), without modulo bias; n is an integer in 1 … 2³². */
  integer(n: number): number;
  /** Returns a shuffled copy (Fisher & Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /**
   * Returns the sub-stream of this name. It depends on this stream's seed and the key only, not
   * on how many numbers were drawn before.
   */
  split(key: Seed): Random;
}

/**
 * Returns the stream of a seed.
 *
 * @throws RangeError if the seed is not finite.
 * @example
 * ```ts
 * import { createRandom } from "heapbook/statistics";
 * import assert from "node:assert/strict";
 * assert.equal(createRandom(42).next(), createRandom(42).next());
 * assert.notEqual(createRandom("a").next(), createRandom("b").next());
 * ```
 */
export function createRandom(seed: Seed): Random {
  return new Xoshiro128(hashSeed(seed));
}

const MASK64 = (1n << 64n) - 1n;

class Xoshiro128 implements Random {
  readonly #seed: bigint;
  // Kept as signed 32-bit integers, which V8 stores without allocating.
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spare = NaN;

  constructor(seed: bigint, state: readonly number[] = expandSeed(seed)) {
    this.#seed = seed;
    this.#a = state[0]! | 0;
    this.#b = state[1]! | 0;
    this.#c = state[2]! | 0;
    this.#d = state[3]! | 0;
  }

  uint32(): number {
    const sum = (this.#a + this.#d) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + this.#a) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  next(): number {
    return ((this.uint32() >>> 5) * 0x4000000 + (this.uint32() >>> 6)) / 2 ** 53;
  }

  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare;
      this.#spare = NaN;
      return spare;
    }
    // Marsaglia's polar method.
    for (;;) {
      const u = 2 * this.next() - 1;
      const v = 2 * this.next() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt(-2 * Math.log(s) / s);
      this.#spare = v * scale;
      return u * scale;
    }
  }

  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new RangeError(
        `Cannot draw an integer as n must be an integer in 1 … 2^32: current value is ${n}`,
      );
    }
    // Rejects the incomplete last block, so that each value is equally likely.
    const limit = 2 ** 32 - (2 ** 32 % n);
    let draw = this.uint32();
    while (draw >= limit) draw = this.uint32();
    return draw % n;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const copy = items.slice();
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [copy[i], copy[j]] = [copy[j]!, copy[i]!];
    }
    return copy;
  }

  split(key: Seed): Random {
    return new Xoshiro128(mix64((this.#seed * 0x9e3779b97f4a7c15n + hashSeed(key)) & MASK64));
  }
}

/** Returns the generator started at a raw state of four 32-bit words; for published vectors. */
export function randomFromState(state: readonly [number, number, number, number]): Random {
  return new Xoshiro128(state.reduce((hash, word) => (hash << 16n) ^ BigInt(word), 0n), state);
}

/** Returns the first `count` outputs of splitmix64 (Steele, Lea & Flood 2014) for a 64-bit seed. */
export function splitmix64(seed: bigint, count: number): bigint[] {
  return Array.from(
    { length: count },
    (_, i) => mix64((seed + BigInt(i + 1) * 0x9e3779b97f4a7c15n) & MASK64),
  );
}

function mix64(value: bigint): bigint {
  let z = value;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK64;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK64;
  return z ^ (z >> 31n);
}

function expandSeed(seed: bigint): number[] {
  return splitmix64(seed, 2).flatMap((word) => [Number(word & 0xffffffffn), Number(word >> 32n)]);
}

function hashSeed(seed: Seed): bigint {
  if (typeof seed === "number" && !Number.isFinite(seed)) {
    throw new RangeError(
      `Cannot create a random stream as its seed must be finite: current value is ${seed}`,
    );
  }
  // FNV-1a over the UTF-16 units; a number and its text name different streams.
  let hash = typeof seed === "number" ? 0xcbf29ce484222325n ^ 1n : 0xcbf29ce484222325n;
  for (const character of String(seed)) {
    hash = ((hash ^ BigInt(character.codePointAt(0)!)) * 0x100000001b3n) & MASK64;
  }
  return hash;
}
