/**
 * Phase 4: what cleanup releases, what reset restores, what dropping leaves behind, and whether all
 * of it holds on several threads. Each class is verified in processes of its own.
 *
 * @module
 */

import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { CleanupRow, CleanupRunResult } from "../measure/cleanup_result.ts";
import type { OrphansResult } from "../measure/cleanup_orphans.ts";
import { CLEANUP_FLAGS } from "../measure/cleanup_run.ts";
import { runInSandbox, type SandboxOutcome, type TargetSpec } from "../measure/mod.ts";
import { map, valuesOf } from "../parallel/mod.ts";
import type { Progress } from "./progress.ts";
import type { CleanupCheck, CleanupPhase } from "./results.ts";
import { type RunStore, unitName } from "./run_store.ts";

/** Options for {@linkcode verifyCleanup}. */
export interface CleanupOptions {
  /** Instances that are created and dropped per class; 40 where absent. */
  readonly instances?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Keeps what was verified, and lets an interrupted run go on. */
  readonly store?: RunStore;
  /** Processes at the same time; 1 where absent. */
  readonly workers?: number;
  /** Time limit of one process, s; 120 where absent. */
  readonly timeoutSeconds?: number;
  /** Classes that share a process, to spare starts; 1 where absent. */
  readonly classesPerProcess?: number;
  /** Limit of a process's heap, MB. */
  readonly memoryLimitMb?: number;
}

/** One process: a kind of question about some classes, or about a target's threads. */
interface CleanupTask {
  readonly kind: "run" | "orphans" | "concurrent";
  readonly spec: TargetSpec;
  /** The classes; all that the module has where absent. */
  readonly classes?: readonly string[];
}

/** What one process answers; the other parts are empty. */
interface CleanupPart {
  readonly classes: readonly CleanupRunResult[];
  readonly orphans: readonly OrphansResult[];
  readonly checks: readonly CleanupCheck[];
  readonly concurrency: readonly CleanupCheck[];
}

const NOTHING: CleanupPart = { classes: [], orphans: [], checks: [], concurrency: [] };

/**
 * Verifies the classes of targets: the subjects that a module exports as `cleanupSubjects`, or the
 * classes that its `meta` names. A target with neither has nothing to verify.
 */
export async function verifyCleanup(
  specs: readonly TargetSpec[],
  options: CleanupOptions = {},
): Promise<CleanupPhase> {
  const started = performance.now();
  const tasks = specs.flatMap((spec) => tasksOf(spec, options.classesPerProcess ?? 1));
  let done = 0;
  const parts = valuesOf(
    await map(tasks, (task: CleanupTask) => answerOnce(task, options), {
      workers: options.workers ?? 1,
      ...(options.signal ? { signal: options.signal } : {}),
      onResult: (index) => {
        done++;
        const detail = nameOf(tasks[index]!);
        options.onProgress?.({ label: "cleanup", done, total: tasks.length, detail });
      },
    }),
  );
  return { ...gather(parts), seconds: (performance.now() - started) / 1000 };
}

function tasksOf(spec: TargetSpec, perProcess: number): readonly CleanupTask[] {
  const names = spec.meta?.classes;
  const shares = Array.from(
    { length: Math.ceil((names?.length ?? 0) / perProcess) },
    (_, i) => ({ classes: names!.slice(i * perProcess, (i + 1) * perProcess) }),
  );
  const parts = names === undefined ? [{}] : shares;
  return [
    { kind: "concurrent", spec },
    ...parts.map((of): CleanupTask => ({ kind: "run", spec, ...of })),
    ...parts.map((of): CleanupTask => ({ kind: "orphans", spec, ...of })),
  ];
}

function nameOf({ classes, spec }: CleanupTask): string {
  const [first, ...others] = classes ?? [];
  return `${first ?? spec.name}${others.length === 0 ? "" : ` and ${others.length} more`}`;
}

function gather(parts: readonly CleanupPart[]): Omit<CleanupPhase, "seconds"> {
  const classes = parts.flatMap((part) => part.classes);
  return {
    classes: classes.filter(({ fields }) => fields.length > 0).map((result) => ({
      class: result.class,
      fields: result.fields,
    })),
    checks: [
      ...classes.flatMap(({ checks }) => checks),
      ...parts.flatMap(({ orphans }) => orphans).map(orphanCheck),
      ...parts.flatMap(({ checks }) => checks),
    ],
    orphans: parts.flatMap(({ orphans }) => orphans).flatMap((result) => result.orphans),
    concurrency: parts.flatMap(({ concurrency }) => concurrency),
  };
}

function orphanCheck(result: OrphansResult): CleanupCheck {
  const { created, types, orphans } = result;
  const left = orphans.map(({ type, before, after }) => `${after - before} ${type}`).join(", ");
  return {
    class: result.class,
    method: "drop",
    check: "drop.no_orphans",
    passed: orphans.length === 0,
    observed: `${created} created and dropped: of ${types} types of objects ${
      orphans.length === 0 ? "none grew" : `these stayed: ${left}`
    }`,
    expected: "no type of object has more instances than before",
  };
}

async function answerOnce(task: CleanupTask, options: CleanupOptions): Promise<CleanupPart> {
  const { kind, spec } = task;
  const unit = unitName({
    phase: `cleanup_${kind}`,
    target: spec.name,
    scenario: task.classes === undefined ? "all" : nameOf(task),
    repetition: 0,
  });
  if (options.store?.has(unit)) return options.store.read<CleanupPart>(unit);
  const part = await answer(task, options);
  options.signal?.throwIfAborted();
  options.store?.write(unit, part);
  return part;
}

async function answer(task: CleanupTask, options: CleanupOptions): Promise<CleanupPart> {
  switch (task.kind) {
    case "run": {
      const outcome = await ask<readonly CleanupRunResult[]>(task, options);
      return outcome.status === "completed"
        ? { ...NOTHING, classes: outcome.result }
        : { ...NOTHING, checks: unverified(task, outcome.message) };
    }
    case "orphans": {
      const outcome = await ask<readonly OrphansResult[]>(task, options);
      return outcome.status === "completed"
        ? { ...NOTHING, orphans: outcome.result }
        : { ...NOTHING, checks: unverified(task, outcome.message) };
    }
    case "concurrent": {
      const outcome = await ask<readonly CleanupRow[]>(task, options);
      return outcome.status === "completed"
        ? { ...NOTHING, concurrency: outcome.result }
        : { ...NOTHING, concurrency: unverified(task, outcome.message) };
    }
  }
}

function ask<T>(task: CleanupTask, options: CleanupOptions): Promise<SandboxOutcome<T>> {
  const { spec } = task;
  const file = `../measure/cleanup_${task.kind}${extname(import.meta.url)}`;
  return runInSandbox<T>({
    instrument: fileURLToPath(new URL(file, import.meta.url)),
    target: spec,
    scenario: spec.meta?.scenarios?.[0] ?? "default",
    parameters: {
      instances: options.instances ?? 40,
      ...(task.classes === undefined ? {} : { classes: task.classes }),
    },
    nodeFlags: CLEANUP_FLAGS,
    timeoutMs: (options.timeoutSeconds ?? 120) * 1000,
    ...(options.memoryLimitMb === undefined ? {} : { memoryLimitMb: options.memoryLimitMb }),
    ...(options.signal ? { signal: options.signal } : {}),
  });
}

function unverified(task: CleanupTask, message: string): readonly CleanupCheck[] {
  return (task.classes ?? [task.spec.name]).map((name) => ({
    class: name,
    method: task.kind,
    check: `${task.kind}.completed`,
    passed: false,
    observed: message,
    expected: "the process that verifies it comes to its end",
  }));
}
