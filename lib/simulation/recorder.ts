/**
 * Keeps every n-th state and force of a run in arrays that are allocated once.
 *
 * @module
 */

import { STATE_SIZE } from "../plant/mod.ts";

/** Rows that were kept. */
export interface Recording {
  readonly time: Float64Array;
  readonly states: Float64Array;
  readonly forces: Float64Array;
  readonly decimate: number;
}

/** Keeps rows; recording allocates nothing. */
export class Recorder {
  readonly #dt: number;
  readonly #decimate: number;
  readonly #states: Float64Array;
  readonly #forces: Float64Array;
  #rows: number = 0;
  #forceRows: number = 0;
  #untilState: number = 1;
  #untilForce: number = 1;

  /** Creates room for a run of `steps`. */
  constructor(steps: number, dt: number, decimate: number) {
    const isRight = decimate === Infinity || (Number.isSafeInteger(decimate) && decimate >= 1);
    if (!isRight) {
      throw new RangeError(
        `Cannot record as decimate must be a whole number >= 1 or Infinity: ` +
          `current value is ${decimate}`,
      );
    }
    this.#dt = dt;
    this.#decimate = decimate;
    const forces = decimate === Infinity ? 0 : Math.floor(steps / decimate);
    this.#states = new Float64Array((forces + 1) * STATE_SIZE);
    this.#forces = new Float64Array(forces);
  }

  /** Keeps the state after a step if it is this one's turn. */
  recordState(state: Float64Array): void {
    this.#keepState(state, 0);
  }

  /** Keeps the force of a step if it is this one's turn. */
  recordForce(force: number): void {
    if (--this.#untilForce > 0) return;
    this.#untilForce = this.#decimate;
    if (this.#forceRows < this.#forces.length) this.#forces[this.#forceRows++] = force;
  }

  /** Keeps `count` steps whose states and forces lie row by row at the start of two arrays. */
  recordRows(states: Float64Array, forces: Float64Array, count: number): void {
    if (this.#decimate === 1) {
      copy(states, count * STATE_SIZE, this.#states, this.#rows * STATE_SIZE);
      copy(forces, count, this.#forces, this.#forceRows);
      this.#rows += count;
      this.#forceRows += count;
      return;
    }
    for (let k = 0; k < count && !this.isDone; k++) {
      this.recordForce(forces[k]!);
      this.#keepState(states, k * STATE_SIZE);
    }
  }

  /** Whether nothing more will be kept, whatever is recorded. */
  get isDone(): boolean {
    return this.#rows * STATE_SIZE === this.#states.length;
  }

  /** Returns what was kept, in arrays of true length. */
  result(): Recording {
    const rows = this.#rows, states = this.#states, forces = this.#forces;
    const step = this.#decimate === Infinity ? 0 : this.#decimate;
    const time = new Float64Array(rows);
    // Multiplied, not accumulated: the time of a row does not depend on how it was reached.
    for (let k = 0; k < rows; k++) time[k] = k * step * this.#dt;
    const isFull = states.length === rows * STATE_SIZE;
    return {
      time,
      states: isFull ? states : states.slice(0, rows * STATE_SIZE),
      forces: rows - 1 === forces.length ? forces : forces.slice(0, Math.max(0, rows - 1)),
      decimate: this.#decimate,
    };
  }

  #keepState(values: Float64Array, at: number): void {
    if (--this.#untilState > 0) return;
    this.#untilState = this.#decimate;
    const states = this.#states, start = this.#rows * STATE_SIZE;
    for (let i = 0; i < STATE_SIZE; i++) states[start + i] = values[at + i]!;
    this.#rows++;
  }
}

/** Copies the first `size` numbers; all of them at once, as a part would need a new view. */
function copy(from: Float64Array, size: number, to: Float64Array, at: number): void {
  if (size === from.length) to.set(from, at);
  else {
    for (let i = 0; i < size; i++) to[at + i] = from[i]!;
  }
}
