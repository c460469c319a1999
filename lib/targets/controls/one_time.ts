/**
 * Planted innocent: a lookup table of 24 MB that is built once, in cycle 250, and then used.
 * Dividing the total growth by the number of cycles calls this a leak of 24 KB per cycle.
 *
 * @module
 */
import type { TargetMeta } from "../../measure/target.ts";

/** Cycle that builds the table: inside the measured part, not hidden by the warm-up. */
const BUILT_AT = 250;

/** Entries of the table, 8 bytes each: 24 MB. */
const ENTRIES = 3_000_000;

/** State of the innocent. */
export interface OneTime {
  table: number[] | null;
  cycles: number;
  sum: number;
}

/** Names the control. */
export const meta: TargetMeta = {
  name: "innocent_one_time",
  description: "Builds a table of 24 MB once and keeps it",
};

/** Starts without the table. */
export function setup(): OneTime {
  return { table: null, cycles: 0, sum: 0 };
}

/** Builds the table when its cycle has come, and reads one entry from then on. */
export function cycle(context: OneTime): void {
  if (context.cycles === BUILT_AT) context.table = new Array<number>(ENTRIES).fill(0.5);
  if (context.table) context.sum += context.table[context.cycles % ENTRIES] ?? 0;
  context.cycles++;
}

/** Throws unless the table was built and read. */
export function validate(context: OneTime): void {
  const reads = Math.max(0, context.cycles - BUILT_AT);
  if (context.cycles === 0 || context.sum !== reads / 2) {
    throw new Error(
      `Cannot trust the control as it must read ${reads} entries: sum ${context.sum}`,
    );
  }
}
