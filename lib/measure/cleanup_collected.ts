/**
 * Whether dropped instances are really collected: weak references cleared, finalisers called, and
 * the number of instances in the heap back to what it was. After cleanup, and without it.
 *
 * @module
 */

import * as v8 from "node:v8";
import { type CleanupContract, endingMethod } from "./cleanup_contract.ts";
import { rowsOf } from "./cleanup_ending.ts";
import type { CleanupRow } from "./cleanup_result.ts";

const ROUNDS = 8;
const FIRST_WAIT_MS = 10; // after a round that left some; twice as long after each
const COLLECTIONS = 4; // what a finaliser frees is collected by the next one

interface Dropped {
  readonly created: number;
  readonly alive: number;
  readonly finalised: number;
  /** Instances of the class in the heap beyond those before; null where V8 cannot tell. */
  readonly inHeap: number | null;
}

/** Creates, uses and drops instances, and counts what is left of them. */
export async function collectedChecks(
  subject: CleanupContract,
  instances: number,
): Promise<readonly CleanupRow[]> {
  const expected = `all of ${instances} dropped instances collected`;
  const row = rowsOf(subject, "drop");
  const ended = await dropInstances(subject, instances, true);
  const plain = await dropInstances(subject, instances, false);
  return [
    row("drop.collected_after_cleanup", expected, observation(ended)),
    row("drop.collected_without_cleanup", expected, observation(plain)),
  ];
}

async function dropInstances(
  subject: CleanupContract,
  count: number,
  end: boolean,
): Promise<Dropped> {
  const references: WeakRef<object>[] = [];
  let finalised = 0;
  const registry = new FinalizationRegistry<null>(() => finalised++);
  const constructor = (await subject.create()).constructor;
  const before = await countInHeap(constructor);
  for (let i = 0; i < count; i++) await createAndDrop(subject, end, references, registry);
  // A register, or a function that waits to be optimised on a busy machine, may hold one for a
  // moment; what is kept stays in every round.
  let alive = count;
  for (let round = 0; round < ROUNDS && (alive > 0 || finalised < count); round++) {
    await collect();
    alive = references.filter((reference) => reference.deref() !== undefined).length;
    if (alive > 0) await new Promise((done) => setTimeout(done, FIRST_WAIT_MS * 2 ** round));
  }
  const after = await countInHeap(constructor);
  const inHeap = before === null || after === null ? null : after - before;
  return { created: count, alive, finalised, inHeap };
}

// In a function of its own, so that no variable of the caller keeps the instance.
async function createAndDrop(
  subject: CleanupContract,
  end: boolean,
  references: WeakRef<object>[],
  registry: FinalizationRegistry<null>,
): Promise<void> {
  const instance = await subject.create();
  references.push(new WeakRef(instance));
  registry.register(instance, null);
  await subject.use?.(instance);
  if (end) await endingMethod(instance)?.call();
}

/** Collects fully and lets finalisers run. */
export async function collect(): Promise<void> {
  for (let i = 0; i < COLLECTIONS; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    (globalThis as { gc?: () => void }).gc?.();
  }
  await new Promise((resolve) => setImmediate(resolve));
}

async function countInHeap(constructor: unknown): Promise<number | null> {
  const { queryObjects } = v8 as unknown as {
    queryObjects?: (constructor: unknown, options: { format: "count" }) => number;
  };
  if (queryObjects === undefined || constructor === Object) return null;
  await collect();
  return queryObjects(constructor, { format: "count" });
}

function observation({ created, alive, finalised, inHeap }: Dropped) {
  const heap = inHeap === null ? "" : `, ${inHeap} more in the heap than before`;
  return {
    passed: alive === 0 && finalised === created && (inHeap ?? 0) <= 0,
    observed: `${created} created, ${alive} still referenced, ${finalised} finalised${heap}`,
  };
}
