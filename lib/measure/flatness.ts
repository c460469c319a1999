/**
 * Says whether a channel has stopped growing, or is about to, from its lower and upper envelopes over the last two
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

const SLOWER = 0.7; // rise of the last third against the one before; a leak keeps its rate
const MUCH_SLOWER = 0.55; // of the last two thirds against a ninth to a third: judged as settling
const MOST_STEPS = 8; // a staircase only pauses
const USUAL_STEPS = 3; // a larger rise is a table that doubled, or an odd sample
const STILL_ROWS = 4; // at the end of a series that rose at every row before
const RISING_ROWS = 20;

/**
 * Says whether a series that rises over rows 0 … `end - 1` slows down, or has just stopped. What
 * rises in few steps only is not said to end: nobody knows when its next one is due.
 */
export function isEnding(at: ValueAt, end: number): boolean {
  const [ninth, third, two] = [Math.floor(end / 9), Math.floor(end / 3), Math.floor(2 * end / 3)];
  const last = end - STILL_ROWS;
  const usual = usualStep(at, third, end);
  if (usual === 0) return false;
  const isSlower = (from: number, middle: number, to: number, share: number): boolean => {
    const allowed = share * (to - middle) / (middle - from);
    const level = lowest(at, middle, end);
    const [before, after] = [level - lowest(at, from, end), lowest(at, to, end) - level];
    // A table that doubled is a large step in one part; without such steps it must be slower too.
    return after < allowed * before &&
      smallRises(at, middle, to, usual) < allowed * smallRises(at, from, middle, usual);
  };
  if (isSlower(ninth, third, last, MUCH_SLOWER) || isSlower(third, two, last, SLOWER)) return true;
  if (last <= RISING_ROWS) return false;
  for (let row = last - RISING_ROWS; row < last; row++) if (at(row) <= at(row - 1)) return false;
  return at(end - 1) <= at(last);
}

/** Median of the rises from row to row; 0 where there are few of them. */
function usualStep(at: ValueAt, first: number, end: number): number {
  const rises = new Float64Array(end - first);
  let count = 0;
  for (let row = first + 1; row < end; row++) {
    const rise = at(row) - at(row - 1);
    if (rise > 0) rises[count++] = rise;
  }
  return count <= MOST_STEPS ? 0 : rises.subarray(0, count).sort()[count >> 1] as number;
}

/** Sums the rises from row to row, of large ones only a part. */
function smallRises(at: ValueAt, first: number, end: number, usual: number): number {
  let sum = 0;
  for (let row = first + 1; row < end; row++) {
    sum += Math.min(Math.max(0, at(row) - at(row - 1)), USUAL_STEPS * usual);
  }
  return sum;
}

/**
 * Returns the robust scatter of steps between values: 0 for a line, a constant or a staircase. Of a
 * sawtooth it is a whole step at least, since nobody knows where between two rows a trough lies.
 */
export function stepNoise(at: ValueAt, first: number, end: number): number {
  const steps = new Float64Array(Math.max(0, end - first - 1));
  let [risen, fallen] = [0, 0];
  for (let k = 0; k < steps.length; k++) {
    const step = steps[k] = at(first + k + 1) - at(first + k);
    risen += Math.max(0, step);
    fallen += Math.max(0, -step);
  }
  const median = steps.sort()[steps.length >> 1] ?? 0;
  for (let k = 0; k < steps.length; k++) steps[k] = Math.abs(steps[k]! - median);
  const scatter = 1.4826 * (steps.sort()[steps.length >> 1] ?? 0);
  return Math.max(scatter, fallen > TOOTHED_SHARE * risen ? Math.abs(median) : 0);
}

const TOOTHED_SHARE = 0.3; // of what rose must fall again in a sawtooth

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
