// Medians and ratios of interleaved measurements.

/** Returns the median of numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs each of several measurements once per round, in turn, so that what disturbs the machine
 * disturbs all alike; returns each one's numbers by its name.
 */
export async function interleave(rounds, measurements) {
  const results = Object.fromEntries(Object.keys(measurements).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(measurements)) results[name].push(await measure());
  }
  return results;
}

/** Returns the median of the ratios round by round: how many times `base` is as long as `other`. */
export function ratioOf(base, other) {
  return median(base.map((value, i) => value / other[i]));
}

/**
 * Returns the nanoseconds of CPU time that this process spends on a function. On a machine that
 * others use as well, that is steadier than the wall clock.
 */
export function cpuNanoseconds(work) {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return 1000 * (user + system);
}
