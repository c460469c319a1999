/**
 * The last N steps of a controller's signals, in rings of fixed size.
 *
 * @module
 */

/** Rings of signals; recording allocates nothing. */
export class Telemetry {
  /** Names of the signals, in order. */
  readonly names: readonly string[];
  /** Units of the signals, in order. */
  readonly units: readonly string[];
  /** Steps that are kept at most; 0 means off. */
  readonly capacity: number;
  #rows: Float64Array;
  #next: number = 0;
  #length: number = 0;

  /** Creates rings for `capacity` steps. */
  constructor(names: readonly string[], units: readonly string[], capacity: number) {
    this.names = names;
    this.units = units;
    this.capacity = capacity;
    this.#rows = new Float64Array(names.length * capacity);
  }

  /** Number of steps that are kept now. */
  get length(): number {
    return this.#length;
  }

  /** Keeps one step's signals and drops the oldest where the ring is full. */
  record(signals: Float64Array): void {
    this.recordRows(signals, 1);
  }

  /** The same for `count` steps whose signals lie row by row at the start of an array. */
  recordRows(values: Float64Array, count: number): void {
    const capacity = this.capacity, rows = this.#rows, width = this.names.length;
    if (rows.length === 0) return;
    const kept = count < capacity ? count : capacity;
    const from = (count - kept) * width, to = this.#next * width, size = kept * width;
    const untilEnd = rows.length - to, first = size < untilEnd ? size : untilEnd;
    if (first === values.length) rows.set(values, to);
    else {
      for (let i = 0; i < first; i++) rows[to + i] = values[from + i]!;
      for (let i = first; i < size; i++) rows[i - first] = values[from + i]!;
    }
    const next = this.#next + kept, length = this.#length + count;
    this.#next = next < capacity ? next : next - capacity;
    this.#length = length < capacity ? length : capacity;
  }

  /**
   * Returns a copy of one signal, oldest first.
   *
   * @throws {RangeError} Where there is no such signal.
   */
  column(name: string): Float64Array {
    const j = this.names.indexOf(name), width = this.names.length;
    if (j < 0) {
      throw new RangeError(
        `Cannot read telemetry as the signal must be one of ${this.names.join(", ")}: ` +
          `current value is "${name}"`,
      );
    }
    const first = this.#next - this.#length + this.capacity;
    return Float64Array.from(
      { length: this.#length },
      (_, i) => this.#rows[((first + i) % this.capacity) * width + j]!,
    );
  }

  /** Forgets all steps and keeps the rings. */
  clear(): void {
    this.#rows.fill(0);
    this.#next = 0;
    this.#length = 0;
  }

  /** Forgets all steps and gives the rings back; nothing is kept from then on. */
  release(): void {
    this.clear();
    this.#rows = new Float64Array(0);
  }

  /** The same as `release()`. */
  [Symbol.dispose](): void {
    this.release();
  }
}
