/**
 * Recognises series that were measured one after another in one process: each begins where the one
 * before it ended, and what is loaded once counts for whoever came first. Their ranking says who
 * ran first, not who leaks.
 *
 * @module
 */

/** One measured series, in the order in which the series were run. */
export interface OrderedRun {
  readonly name: string;
  /** Memory before the work began, any unit. */
  readonly baseline: number;
  /** Memory at the end, same unit. */
  readonly final: number;
}

/** Whether runs share a process, and what shows it. */
export interface OrderArtefact {
  readonly shared: boolean;
  /** Share of successions whose baseline lies at the level that the run before it left, 0 … 1. */
  readonly continued: number;
  /** How far baselines rise in run order, first to last. */
  readonly carriedOver: number;
  /** Share of all growth that fell to the first half of the runs, 0 … 1. */
  readonly growthOfFirstHalf: number;
}

/**
 * Returns whether runs, given in order, continue each other. Fresh processes start from one level,
 * whatever the one before ended with; a shared one starts from where it was left. Each baseline is
 * therefore compared with both: the previous end, and the first baseline.
 *
 * @throws RangeError with fewer than two runs.
 */
export function detectOrderArtefact(runs: readonly OrderedRun[]): OrderArtefact {
  if (runs.length < 2) {
    throw new RangeError(
      `Cannot compare the order of runs as there must be 2 or more: current value is ${runs.length}`,
    );
  }
  const first = runs[0]!;
  const successions = runs.slice(1).map((run, i) => ({ run, before: runs[i]! }));
  const continuing = successions.filter(({ run, before }) =>
    // Only a level that differs from the first baseline can tell where a run started from.
    Math.abs(run.baseline - before.final) < Math.abs(run.baseline - first.baseline) &&
    run.baseline - first.baseline > 0.25 * (before.final - first.baseline)
  );
  const growths = runs.map((run) => Math.max(0, run.final - run.baseline));
  const total = growths.reduce((sum, growth) => sum + growth, 0);
  const half = growths.slice(0, Math.ceil(runs.length / 2)).reduce((sum, g) => sum + g, 0);
  const continued = continuing.length / successions.length;
  const carriedOver = runs.at(-1)!.baseline - first.baseline;
  return {
    shared: continued > 0.5 && carriedOver > 0,
    continued,
    carriedOver,
    growthOfFirstHalf: total > 0 ? half / total : 0,
  };
}
