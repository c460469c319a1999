/**
 * Planted innocent: the last 256 records in a ring. Each cycle allocates a record that survives
 * many collections, and drops one.
 *
 * @module
 */
import type { TargetMeta } from "../../measure/target.ts";

/** Records kept. */
const LENGTH = 256;

/** State of the innocent. */
export interface Ring {
  readonly records: ({ readonly cycle: number; readonly values: readonly number[] } | null)[];
  cycles: number;
}

/** Names the control. */
export const meta: TargetMeta = {
  name: "innocent_ring",
  description: "Keeps the last 256 records",
};

/** Starts with an empty ring of full length. */
export function setup(): Ring {
  return { records: new Array(LENGTH).fill(null), cycles: 0 };
}

/** Writes one record over the oldest. */
export function cycle(ring: Ring): void {
  const i = ring.cycles++;
  ring.records[i % LENGTH] = { cycle: i, values: [i, i + 1, i + 2, i + 3] };
}

/** Throws unless the ring holds the newest records. */
export function validate(ring: Ring): void {
  const held = ring.records.filter((record) => record && record.cycle >= ring.cycles - LENGTH);
  const expected = Math.min(ring.cycles, LENGTH);
  if (expected === 0 || held.length !== expected) {
    throw new Error(
      `Cannot trust the control as it must hold ${expected} records: it has ${held.length}`,
    );
  }
}
