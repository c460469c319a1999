/**
 * A log of samples whose memory is fixed before the first cycle. When it is full it forgets every
 * second sample and doubles its step, so it covers 10⁶ cycles in the space of 10³.
 *
 * @module
 */

/** Samples as columns, ready to be recorded. */
export type SampleColumns = Readonly<Record<string, readonly number[]>>;

/** A preallocated table of samples, one row each `step` cycles. */
export class SampleLog {
  readonly #names: readonly string[];
  readonly #rows: Float64Array;
  readonly #capacity: number;
  #length = 0;
  #step: number;

  /** Allocates the log. `capacity` is in rows, `step` in cycles; the first column is the cycle. */
  constructor(names: readonly string[], capacity: number, step: number) {
    this.#names = names;
    this.#capacity = capacity;
    this.#step = step;
    this.#rows = new Float64Array(capacity * names.length);
  }

  /** Cycles from one row to the next. */
  get step(): number {
    return this.#step;
  }

  /** Number of rows. */
  get length(): number {
    return this.#length;
  }

  /** Appends a row that `read` fills in place. */
  append(read: (rows: Float64Array, offset: number) => void): void {
    this.makeRoom();
    read(this.#rows, this.#length * this.#names.length);
    this.#length++;
  }

  /** Thins a full log; before a collection, so that no reading sees the garbage this makes. */
  makeRoom(): void {
    if (this.#length === this.#capacity) this.#thin();
  }

  /** Returns one value. */
  at(row: number, column: number): number {
    return this.#rows[row * this.#names.length + column] as number;
  }

  /** Copies the rows out as one array of numbers a column. */
  columns(): SampleColumns {
    const columns: Record<string, number[]> = {};
    for (const [column, name] of this.#names.entries()) {
      columns[name] = Array.from({ length: this.#length }, (_, row) => this.at(row, column));
    }
    return columns;
  }

  #thin(): void {
    const width = this.#names.length;
    this.#step *= 2;
    let kept = 0;
    for (let row = 0; row < this.#length; row++) {
      if (this.at(row, 0) % this.#step !== 0) continue;
      this.#rows.copyWithin(kept * width, row * width, (row + 1) * width);
      kept++;
    }
    this.#length = kept;
  }
}
