/**
 * Statements about any target on several threads at once, where it makes none of its own: its
 * cycles come to their end on each of them, and return what they return alone.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { ConcurrencyContract } from "./cleanup_contract.ts";
import type { LoadedTarget } from "./load_target.ts";
import type { TargetSpec } from "./target.ts";

/** What a thread is to do. */
export interface ThreadOrder {
  readonly spec: TargetSpec;
  readonly scenario: string;
  readonly cycles: number;
}

const THREADS = 4;
const CYCLES = 5;

/** Returns the statements about a target whose `meta` names classes. */
export function threadChecks(target: LoadedTarget): readonly ConcurrencyContract[] {
  const owner = (target.meta.classes ?? []).join(", ");
  const base = { class: owner, method: "cycle" };
  return [
    {
      ...base,
      check: "concurrency.threads_complete",
      expected: `${THREADS} threads set up, run ${CYCLES} cycles and tear down at the same time`,
      run: async () => {
        const digests = await onThreads(target);
        return { passed: true, observed: `${digests.length} threads came to their end` };
      },
    },
    {
      ...base,
      check: "concurrency.same_result",
      expected: "cycles return on each thread what they return alone",
      run: () => compareResults(target),
    },
  ];
}

async function compareResults(
  target: LoadedTarget,
): Promise<{ readonly passed: boolean; readonly observed: string }> {
  const alone = [await onThread(target), await onThread(target)];
  if (alone[0] !== alone[1]) {
    // Clocks and random numbers: then there is nothing that threads could change.
    return { passed: true, observed: "cycles return something else each time, also alone" };
  }
  const others = (await onThreads(target)).filter((digest) => digest !== alone[0]).length;
  const observed = others === 0
    ? `${THREADS} threads at the same time returned what one returns alone`
    : `${others} of ${THREADS} threads returned something else`;
  return { passed: others === 0, observed };
}

function onThreads(target: LoadedTarget): Promise<readonly string[]> {
  return Promise.all(Array.from({ length: THREADS }, () => onThread(target)));
}

function onThread({ spec, scenario }: LoadedTarget): Promise<string> {
  const entry = new URL(`./cleanup_thread${extname(import.meta.url)}`, import.meta.url);
  const order: ThreadOrder = { spec, scenario, cycles: CYCLES };
  return new Promise((resolve, reject) => {
    // What it prints is its own: otherwise this process would open its streams for it.
    const workerData = JSON.parse(JSON.stringify(order)) as ThreadOrder;
    const worker = new Worker(entry, { workerData, stdout: true, stderr: true });
    let digest: string | undefined;
    worker.on("message", (answer: string) => digest = answer);
    worker.on("error", reject);
    worker.on("exit", (code) => {
      if (digest !== undefined) return resolve(digest);
      reject(new Error(`a thread ended with code ${code} before its cycles did`));
    });
  });
}

/** Lives through cycles of a target; returns a digest of what they returned. */
export async function digestOfCycles(target: LoadedTarget, cycles: number): Promise<string> {
  const { contract, options } = target;
  const context = await contract.setup?.(options);
  const hash = createHash("sha256");
  for (let i = 0; i < cycles; i++) hash.update(textOf(await contract.cycle(context, i)));
  contract.validate?.(context);
  await contract.teardown?.(context);
  return hash.digest("hex");
}

/** A result as text; of what has no JSON only the kind counts. */
function textOf(result: unknown): string {
  try {
    return JSON.stringify(result) ?? typeof result;
  } catch {
    return typeof result;
  }
}
