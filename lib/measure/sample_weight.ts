/**
 * Undoes V8's weighting of sampled allocations. The profiler reports `s · round(w(s))` for an
 * object of `s` bytes, with w(s) = 1 / (1 - exp(-s / interval)): rounding makes an object of the
 * size of the interval look 26 % larger than it is.
 *
 * @module
 */

const ALIGNMENT = 8; // bytes; V8 rounds object sizes up to it
const MOST_COPIES = 64;

/** Returns the size of the object behind a reported sample, bytes. */
export function sampledObjectSize(reportedBytes: number, intervalBytes: number): number {
  for (let copies = 1; copies <= MOST_COPIES; copies++) {
    const size = reportedBytes / copies;
    if (size % ALIGNMENT === 0 && Math.round(sampleWeight(size, intervalBytes)) === copies) {
      return size;
    }
  }
  return reportedBytes;
}

/** Returns how many objects one sample of `size` bytes stands for, on average. */
export function sampleWeight(size: number, intervalBytes: number): number {
  return 1 / -Math.expm1(-size / intervalBytes);
}
