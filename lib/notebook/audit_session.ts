/**
 * One audit as a notebook works on it: the configuration, the run's folder, and each phase with
 * live progress. A phase that the run already holds is read, not measured again, so notebooks hand
 * results on through `data/runs/<id>/` and each one also runs alone.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type AuditResults,
  type CleanupPhase,
  findRuntimes,
  finishRun,
  latestRun,
  type LeakOptions,
  leakOptionsOf,
  type LeakPhase,
  makeFolder,
  measureLeaks,
  measureRuntimes,
  type NodeRuntime,
  openRun,
  type PatternsPhase,
  readResults,
  recordEnvironment,
  type RunStore,
  scanPatterns,
  startRun,
  type StressPhase,
  stressTest,
  verifyCleanup,
  writeAudit,
} from "../audit/mod.ts";
import { type Config, loadConfig } from "../config/mod.ts";
import { type TargetSpec, TREND_ENVIRONMENT, TREND_FLAGS } from "../measure/mod.ts";
import { answerOf, reportFor, writeReport } from "../report/mod.ts";
import {
  builtInTargets,
  cleanupTargets,
  plantedControls,
  quickControls,
  selectTargets,
  targetSources,
} from "../targets/mod.ts";
import { createProgress } from "./progress.ts";

/** What a notebook's parameters cell says about its audit. */
export interface AuditSessionOptions {
  /** Name of the run to work on; `""` for the latest one, `"new"` for a new one. */
  readonly run?: string;
  /** Measured cycles per target; 0 for those of config.yaml. */
  readonly cycles?: number;
  /** Fewer cycles, for a first look. */
  readonly quick?: boolean;
  /** Names of targets; all of config.yaml where empty. */
  readonly targets?: readonly string[];
  /** Path of config.yaml; found from the working directory upwards where empty. */
  readonly config?: string;
  /** Folder of reports; `exports` beside config.yaml where empty. */
  readonly exports?: string;
}

/** An audit under way. Every phase is measured once per run and recorded. */
export interface AuditSession {
  readonly config: Config;
  readonly store: RunStore;
  readonly targets: readonly TargetSpec[];
  /** Absolute path of the folder of reports. */
  readonly exportsFolder: string;
  readonly cycles: number;
  readonly quick: boolean;
  /** Phase 1. */
  patterns(): Promise<PatternsPhase>;
  /**
   * Phase 2, with planted leaks and innocents beside the targets; then, where config.yaml names
   * other runtimes, the same on each of them, which `results().runtimes` holds.
   */
  leaks(): Promise<LeakPhase>;
  /** Phase 3. */
  stress(): Promise<StressPhase>;
  /** Phase 4. */
  cleanup(): Promise<CleanupPhase>;
  /** Phase 5: judges what the run recorded, and writes `audit.json`. */
  verdict(): AuditResults;
  /** Returns all that the run recorded so far. */
  results(): AuditResults;
  /** Returns the answer of a recorded phase in Markdown, every number cited from the results. */
  answer(phase: 1 | 2 | 3 | 4 | 5): string;
  /** Writes the report of a phase, 1 to 5, and returns its path. */
  report(phase: 1 | 2 | 3 | 4 | 5): string;
}

/**
 * Opens an audit.
 *
 * @throws {ConfigError} if config.yaml is wrong.
 * @throws {RangeError} if cycles, a target or the run's name is no valid one.
 * @throws {Error} if a folder cannot be written.
 */
export async function openAudit(options: AuditSessionOptions = {}): Promise<AuditSession> {
  const { run = "", quick = false, targets = [] } = options;
  const config = loadConfig(options.config || undefined, {
    ...(options.cycles ? { overrides: { audit: { cycles: options.cycles } } } : {}),
  });
  const root = resolve(config.origin.directory);
  const exportsFolder = resolve(options.exports || join(root, "exports"));
  const runs = join(root, "data", "runs");
  for (const folder of [exportsFolder, runs]) makeFolder(folder);
  const store = openStore(runs, run);
  const specs = await selectTargets(config.audit.targets, {
    directory: root,
    laboratory: { physics: config.physics, controllers: config.controllers },
    ...(targets.length === 0 ? {} : { only: targets }),
  });
  const runtimes = findAuditRuntimes(config);
  const cycles = options.cycles || (quick ? config.audit.quickCycles : config.audit.cycles);
  const head = startRun(store, headOf(config, root, cycles, quick));
  return sessionOf({
    config,
    store,
    specs,
    runtimes,
    exportsFolder,
    root,
    cycles: head.cycles,
    quick: head.quick,
  });
}

/**
 * Returns the runtimes that `audit.runtimes` names.
 *
 * @throws {RangeError} where one does not exist, or is no node executable.
 */
export function findAuditRuntimes({ audit, origin }: Config): readonly NodeRuntime[] {
  if (audit.runtimes.length === 0) return [];
  return findRuntimes(["all"], audit.runtimes, resolve(origin.directory));
}

/** A new run takes its name from the caller, so that five notebooks can share it. */
function openStore(runs: string, run: string): RunStore {
  if (run === "new") return openRun(runs);
  if (run === "") {
    return latestRun(runs) === undefined ? openRun(runs) : openRun(runs, { resume: true });
  }
  return openRun(runs, { id: run });
}

function headOf(config: Config, root: string, cycles: number, quick: boolean) {
  const { audit } = config;
  const planned = audit.plannedSeconds;
  return {
    cycles,
    quick,
    limits: { memoryBudgetBytes: audit.memoryBudgetMb * 1e6, ...audit.limits },
    environment: recordEnvironment({
      seed: audit.seed,
      configText: readFileSync(resolve(config.origin.file), "utf8"),
      root,
      flags: [
        ...TREND_FLAGS,
        ...Object.entries(quick ? {} : TREND_ENVIRONMENT).map(([name, value]) =>
          `${name}=${value}`
        ),
      ],
    }),
    plannedSeconds: [
      planned.patterns,
      planned.leaks,
      planned.stress,
      planned.cleanup,
      planned.report,
    ],
  };
}

interface Parts {
  readonly config: Config;
  readonly store: RunStore;
  readonly specs: readonly TargetSpec[];
  readonly runtimes: readonly NodeRuntime[];
  readonly exportsFolder: string;
  readonly root: string;
  readonly cycles: number;
  readonly quick: boolean;
}

function sessionOf(parts: Parts): AuditSession {
  const { config, store, specs, exportsFolder, cycles, quick } = parts;
  return {
    config,
    store,
    targets: specs,
    exportsFolder,
    cycles,
    quick,
    patterns: () =>
      recorded(store, "patterns", "Memory patterns", (seen) => runPatterns(parts, seen)),
    leaks: () => detectLeaks(parts),
    stress: () => recorded(store, "stress", "Stress", (seen) => runStress(parts, seen)),
    cleanup: () => recorded(store, "cleanup", "Cleanup", (seen) => runCleanup(parts, seen)),
    verdict: () => {
      const results = finishRun(store);
      writeAudit(results, exportsFolder);
      return results;
    },
    results: () => readResults(store),
    answer: (phase) => answerOf(phase, readResults(store)),
    report: (phase) => writeReport(exportsFolder, reportFor(phase, readResults(store))),
  };
}

type Listener = ReturnType<typeof createProgress>["update"];

async function recorded<Phase>(
  store: RunStore,
  name: string,
  title: string,
  measure: (onProgress: Listener) => Phase | Promise<Phase>,
): Promise<Phase> {
  if (store.has(name)) return store.read<Phase>(name);
  const progress = createProgress(title);
  const phase = await measure(progress.update);
  await progress.finish();
  store.write(name, phase);
  return phase;
}

function runPatterns({ config, root, specs }: Parts, onProgress: Listener): PatternsPhase {
  const { sources, exclude } = config.audit.patterns;
  const named = sources.map((source) => resolve(root, source));
  return scanPatterns([...new Set([...named, ...ownTargets(specs).flatMap(targetSources)])], {
    root,
    exclude,
    onProgress,
  });
}

/**
 * Cycles that growth is followed for in a quick run: eight times those asked for, as in a whole one
 * by default, and no fewer than its controls need to show what they are.
 */
function quickPatience(cycles: number): number {
  return Math.max(8 * cycles, 1600);
}

/** The run's own runtime first: it is the one that the other phases speak of. */
async function detectLeaks(parts: Parts): Promise<LeakPhase> {
  const { store, specs, runtimes } = parts;
  const leaks = await recorded(
    store,
    "leaks",
    "Leak detection",
    (onProgress) => measureLeaks(specs, { ...leakOptions(parts), onProgress }),
  );
  if (runtimes.length === 0) return leaks;
  // What only fills a table of the largest places is not asked of each runtime.
  const options = { ...leakOptions(parts), alwaysProfile: false };
  await recorded(
    store,
    "runtimes",
    "Leak detection on other runtimes",
    (onProgress) => measureRuntimes(specs, runtimes, { ...options, onProgress }),
  );
  return leaks;
}

function leakOptions(parts: Parts): LeakOptions {
  const { config: { audit }, store, root, cycles, quick } = parts;
  return {
    ...leakOptionsOf(audit),
    root,
    cycles,
    warmupCycles: quick ? Math.ceil(cycles / 4) : audit.warmupCycles,
    maxCycles: Math.max(
      cycles,
      Math.min(audit.maxCycles, quick ? quickPatience(cycles) : Infinity),
    ),
    brief: quick,
    controls: quick ? quickControls(audit.controls) : plantedControls(audit.controls),
    alwaysProfile: !quick,
    store,
  };
}

/**
 * A quick stress run is looked at from its first second on and ends when it is clearly clean; at
 * most it takes this processor time, s, and twice that where the end took back what a look had seen.
 */
const QUICK_STRESS = { firstLookSeconds: 1, minimumSeconds: 16, maxDoublings: 1 };

function runStress(parts: Parts, onProgress: Listener): Promise<StressPhase> {
  const { config: { audit }, store, specs, quick } = parts;
  return stressTest(specs, {
    cycles: quick ? audit.quickCycles : audit.stress.cycles,
    seed: audit.seed,
    majorMb: audit.limits.majorMb,
    criticalMb: audit.limits.criticalMb,
    samplePeriodMs: audit.stress.sampleInterval * 1000,
    timeoutSeconds: audit.timeout,
    memoryLimitMb: audit.memoryLimitMb,
    ...(quick ? { ...QUICK_STRESS, workers: audit.workers, costs: leakCosts(store) } : {}),
    store,
    onProgress,
  });
}

/** Time per cycle by target, s, as far as phase 2 has found it. */
function leakCosts(store: RunStore): ReadonlyMap<string, number> {
  const results = store.has("leaks") ? store.read<LeakPhase>("leaks").results : [];
  return new Map(results.map(({ target, seconds, cycles }) => [target, seconds / cycles]));
}

function runCleanup(parts: Parts, onProgress: Listener): Promise<CleanupPhase> {
  const { config: { audit }, store, specs, quick } = parts;
  return verifyCleanup(ownersOf(specs), {
    timeoutSeconds: audit.timeout,
    memoryLimitMb: audit.memoryLimitMb,
    workers: audit.workers,
    classesPerProcess: quick ? QUICK_CLASSES : 1,
    store,
    onProgress,
  });
}

/** Classes that share a process in a quick run. */
const QUICK_CLASSES = 4;

/** The laboratory's classes are verified as one; a target of the user's own names its classes. */
function ownersOf(specs: readonly TargetSpec[]): readonly TargetSpec[] {
  const own = ownTargets(specs);
  const owners = own.filter(({ meta }) => meta?.classes?.length);
  return own.length < specs.length ? [...cleanupTargets(), ...owners] : owners;
}

function ownTargets(specs: readonly TargetSpec[]): readonly TargetSpec[] {
  const builtIn = new Set(builtInTargets().map(({ module }) => module));
  return specs.filter(({ module }) => !builtIn.has(module));
}
