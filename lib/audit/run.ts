/**
 * A run as a whole: its head in `run.json`, each phase in a file of its own, put together again as
 * the content of `audit.json`.
 *
 * @module
 */

import { join } from "node:path";
import type { AuditResults, Environment, JudgementLimits, RuntimesPhase } from "./results.ts";
import { type RunStore, writeWhole } from "./run_store.ts";
import { judge } from "./verdict.ts";

/** Content of `run.json`: everything about a run but its phases. */
export type RunHead = Omit<
  AuditResults,
  "patterns" | "leaks" | "runtimes" | "stress" | "cleanup" | "verdict"
>;

/** What a new run is told. */
export interface StartRunOptions {
  readonly cycles: number;
  readonly quick: boolean;
  readonly limits: JudgementLimits;
  readonly environment: Environment;
  /** Planned time of phases 1 … 5, s. */
  readonly plannedSeconds: readonly number[];
}

const PHASES = ["patterns", "leaks", "stress", "cleanup", "verdict"] as const;

/** Writes the head of a run, unless the run is resumed and has one, and returns it. */
export function startRun(store: RunStore, options: StartRunOptions): RunHead {
  if (store.has("run")) return store.read<RunHead>("run");
  const { cycles, quick, limits, environment, plannedSeconds } = options;
  const head: RunHead = {
    schema: 1,
    run: store.id,
    startedAt: new Date().toISOString(),
    finishedAt: null,
    cycles,
    quick,
    limits,
    environment,
    timing: plannedSeconds.map((seconds, i) => ({
      phase: i + 1,
      plannedSeconds: seconds,
      actualSeconds: 0,
    })),
  };
  store.write("run", head);
  return head;
}

/** Returns all that a run recorded; a phase that was not run is null. */
export function readResults(store: RunStore): AuditResults {
  const head = store.read<RunHead>("run");
  const phases = Object.fromEntries(
    PHASES.map((name) => [name, store.has(name) ? store.read<unknown>(name) : null]),
  ) as Pick<AuditResults, typeof PHASES[number]>;
  return {
    ...head,
    ...phases,
    ...(store.has("runtimes") ? { runtimes: store.read<RuntimesPhase>("runtimes") } : {}),
    timing: head.timing.map((row) => {
      const phase = phases[PHASES[row.phase - 1]!] as { seconds?: number } | null;
      return { ...row, actualSeconds: phase?.seconds ?? row.actualSeconds };
    }),
  };
}

/** Judges a run, records the verdict and the end of the run, and returns all of it. */
export function finishRun(store: RunStore): AuditResults {
  const startedAt = performance.now();
  const results = readResults(store);
  const verdict = judge(results, results.limits);
  store.write("verdict", verdict);
  const seconds = (performance.now() - startedAt) / 1000;
  const head = store.read<RunHead>("run");
  const timing = head.timing.map((row) =>
    row.phase === 5 ? { ...row, actualSeconds: seconds } : row
  );
  store.write("run", { ...head, timing, finishedAt: new Date().toISOString() });
  return readResults(store);
}

/** Writes `audit.json` into the exports folder and returns its path. */
export function writeAudit(results: AuditResults, exportsFolder: string): string {
  const path = join(exportsFolder, "audit.json");
  writeWhole(path, JSON.stringify(results, null, 1) + "\n");
  return path;
}
