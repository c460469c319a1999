/**
 * Instrument of the cleanup phase: verifies one class, or some, in a process of their own. Each statement is
 * observed on fresh instances: what every own field holds before and after cleanup, what happens
 * when it is called twice, early or after an exception, whether dropped instances are collected,
 * and whether reset reproduces a fresh instance. Needs `CLEANUP_FLAGS`.
 *
 * @module
 */

import { collectedChecks } from "./cleanup_collected.ts";
import { endingChecks } from "./cleanup_ending.ts";
import { resetChecks } from "./cleanup_reset.ts";
import type { CleanupRow, CleanupRunResult } from "./cleanup_result.ts";
import { namedSubjects } from "./cleanup_subjects.ts";
import type { LoadedTarget } from "./load_target.ts";
import type { SandboxPort } from "./sandbox_port.ts";

/** Flags of the process: a collector that can be called. */
export const CLEANUP_FLAGS: readonly string[] = ["--expose-gc"];

/** What the parent asks for. */
export interface CleanupRunParameters {
  /** Classes to verify; all of them where absent. */
  readonly classes?: readonly string[];
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
  const subjects = namedSubjects(target, parameters.classes);
  // Dropped instances first: reading fields opens an inspector, which holds what it has seen.
  const collected: (readonly CleanupRow[])[] = [];
  for (const subject of subjects) {
    collected.push(await collectedChecks(subject, parameters.instances));
  }
  const results: CleanupRunResult[] = [];
  for (const [i, subject] of subjects.entries()) {
    const { fields, checks } = await endingChecks(subject);
    const rows = [...checks, ...collected[i]!, ...await resetChecks(subject)];
    results.push({ class: subject.class, fields, checks: rows });
  }
  return results;
}
