/**
 * Instrument of the cleanup phase: verifies one class in a process of its own. Each statement is
 * observed on fresh instances: what every own field holds before and after cleanup, what happens
 * when it is called twice, early or after an exception, whether dropped instances are collected,
 * and whether reset reproduces a fresh instance. Needs `CLEANUP_FLAGS`.
 *
 * @module
 */

import type { CleanupContract } from "./cleanup_contract.ts";
import { collectedChecks } from "./cleanup_collected.ts";
import { endingChecks } from "./cleanup_ending.ts";
import { resetChecks } from "./cleanup_reset.ts";
import type { CleanupRow, CleanupRunResult } from "./cleanup_result.ts";
import { cleanupSubjects } from "./cleanup_subjects.ts";
import type { LoadedTarget } from "./load_target.ts";
import type { SandboxPort } from "./sandbox_port.ts";

/** Flags of the process: a collector that can be called. */
export const CLEANUP_FLAGS: readonly string[] = ["--expose-gc"];

/** What the parent asks for. */
export interface CleanupRunParameters {
  /** Class to verify; all of them where absent. */
  readonly class?: string;
  /** Instances created and dropped to see whether they are collected. */
  readonly instances: number;
}

/** Verifies the class, or each class, of the target. */
export async function run(
  target: LoadedTarget,
  parameters: CleanupRunParameters,
  port: SandboxPort,
): Promise<readonly CleanupRunResult[]> {
  port.stage = "measure";
  const results: CleanupRunResult[] = [];
  for (const subject of cleanupSubjects(target)) {
    if (parameters.class !== undefined && parameters.class !== subject.class) continue;
    results.push(await verify(subject, parameters.instances));
  }
  if (results.length === 0 && parameters.class !== undefined) {
    throw new RangeError(
      `Cannot verify cleanup as the module must have the class: current value is "${parameters.class}"`,
    );
  }
  return results;
}

async function verify(subject: CleanupContract, instances: number): Promise<CleanupRunResult> {
  // Dropped instances first: reading fields opens an inspector, which holds what it has seen.
  const collected = await collectedChecks(subject, instances);
  const { fields, checks } = await endingChecks(subject);
  const rows: CleanupRow[] = [...checks, ...collected, ...await resetChecks(subject)];
  return { class: subject.class, fields, checks: rows };
}
