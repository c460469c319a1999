/**
 * Says whether a channel has stopped growing, from its lower and upper envelopes over the last two
 * thirds of the run. That span is a factor of three in cycles, so a table that doubles, or a
 * backing store that grows by half, has at least one of its steps inside.
 *
 * @module
 */

/** Reads one value of a series. */
export type ValueAt = (row: number) => number;

/**
 * Returns the growth, in the unit of the series, between the first and the last third of rows
 * `first` … `end - 1`: the larger of the rise of the lower envelope and that of the upper one.
 * A sawtooth returns to its trough, and one odd sample is no rise.
 */
export function envelopeRise(at: ValueAt, first: number, end: number): number {
  const third = Math.max(1, Math.floor((end - first) / 3));
  const low = lowest(at, end - third, end) - lowest(at, first, first + third);
  const high = secondHighest(at, end - third, end) - secondHighest(at, first, end - third);
  return Math.max(low, high);
}

function lowest(at: ValueAt, first: number, end: number): number {
  let low = Infinity;
  for (let row = first; row < end; row++) low = Math.min(low, at(row));
  return low;
}

function secondHighest(at: ValueAt, first: number, end: number): number {
  let highest = -Infinity;
  let second = -Infinity;
  for (let row = first; row < end; row++) {
    const value = at(row);
    if (value > highest) {
      second = highest;
      highest = value;
    } else if (value > second) {
      second = value;
    }
  }
  return second === -Infinity ? highest : second;
}
