/**
 * Planted innocent: a batch that collects 400 records and is handed over. Between two hand-overs
 * the heap climbs as steadily as with a leak.
 *
 * @module
 */
import type { TargetMeta } from "../../measure/target.ts";

/** Records in a batch. */
const PERIOD = 400;

/** State of the innocent. */
export interface Sawtooth {
  batch: { readonly cycle: number; readonly square: number }[];
  cycles: number;
  handedOver: number;
}

/** Names the control. */
export const meta: TargetMeta = {
  name: "innocent_sawtooth",
  description: "Collects 400 records, hands them over and starts again",
};

/** Starts with an empty batch. */
export function setup(): Sawtooth {
  return { batch: [], cycles: 0, handedOver: 0 };
}

/** Adds a record, and hands the batch over when it is full. */
export function cycle(context: Sawtooth): void {
  const i = context.cycles++;
  context.batch.push({ cycle: i, square: i * i });
  if (context.batch.length < PERIOD) return;
  context.handedOver += context.batch.length;
  context.batch = [];
}

/** Throws unless every record was collected and full batches handed over. */
export function validate(context: Sawtooth): void {
  const { batch, cycles, handedOver } = context;
  if (cycles === 0 || handedOver + batch.length !== cycles || batch.length >= PERIOD) {
    throw new Error(
      `Cannot trust the control as it must account for ${cycles} records: ${handedOver} handed over, ${batch.length} held`,
    );
  }
}
