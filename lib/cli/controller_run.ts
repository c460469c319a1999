/**
 * What the plan's two scripts share: which controllers, how many cycles, and the run that keeps
 * what was measured, so that an interrupted one goes on.
 *
 * @module
 */
import { join, resolve } from "node:path";
import process from "node:process";
import {
  BYTES_PER_MB,
  openRun,
  type ProgressListener,
  recordEnvironment,
  type RunStore,
  startRun,
  type StartRunOptions,
} from "../audit/mod.ts";
import { type Config, loadConfig } from "../config/mod.ts";
import { controllerNames } from "../controllers/mod.ts";
import type { TargetSpec } from "../measure/mod.ts";
import { createProgress } from "../notebook/mod.ts";
import { selectTargets } from "../targets/mod.ts";
import type { OptionSpec, ParsedArguments } from "./arguments.ts";
import { catchInterrupt, INTERRUPTED } from "./interruption.ts";

/** Options of both scripts. */
export const controllerRunOptions: Readonly<Record<string, OptionSpec>> = {
  target: {
    kind: "text",
    value: "NAME",
    multiple: true,
    description: "Target to measure; the four controllers where absent",
  },
  cycles: {
    kind: "integer",
    value: "N",
    minimum: 20,
    maximum: 10_000_000,
    description: "Cycles per target; those of config.yaml where absent",
  },
  seed: { kind: "integer", value: "N", minimum: 0, description: "Seed of the order of targets" },
  resume: { kind: "flag", description: "Go on with the latest run that was interrupted" },
  runs: {
    kind: "text",
    value: "FOLDER",
    description: "Where runs are kept; data/runs where absent",
  },
  json: { kind: "flag", description: "Print the results as JSON" },
  config: {
    kind: "text",
    value: "FILE",
    description: "Configuration; the nearest config.yaml where absent, or the defaults",
  },
};

/** What a phase needs to run. */
export interface ControllerRun {
  readonly config: Config;
  readonly targets: readonly TargetSpec[];
  readonly store: RunStore;
  readonly signal: AbortSignal;
  readonly onProgress: ProgressListener;
}

/**
 * Runs `phase` over the targets that were asked for. Ctrl-C keeps what was measured and says how to
 * go on.
 *
 * @param command Name of the command, for the message.
 */
export async function runControllers(
  command: string,
  given: ParsedArguments,
  phase: (run: ControllerRun) => Promise<number>,
): Promise<number> {
  const config = readConfig(given);
  const interruption = catchInterrupt();
  const { signal } = interruption;
  const bars = createProgress(command);
  try {
    const targets = await readTargets(given, config, signal);
    const root = resolve(given.text("runs") ?? join("data", "runs"));
    const store = openRun(root, { resume: given.flag("resume") });
    startRun(store, headOf(config));
    const run = { config, targets, store, signal, onProgress: bars.update };
    const code = await phase(run).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      process.stderr.write(
        `\nStopped. What was measured stands in ${store.folder}: go on with ` +
          `heapbook ${command} --resume\n`,
      );
      return INTERRUPTED;
    });
    await bars.finish();
    return signal.aborted ? INTERRUPTED : code;
  } finally {
    interruption.release();
  }
}

function headOf({ audit, origin }: Config): StartRunOptions {
  const { limits, plannedSeconds: planned } = audit;
  return {
    cycles: audit.cycles,
    quick: false,
    limits: { ...limits, memoryBudgetBytes: audit.memoryBudgetMb * BYTES_PER_MB },
    environment: recordEnvironment({
      seed: audit.seed,
      configText: origin.text,
      root: origin.directory,
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

function readConfig(given: ParsedArguments): Config {
  const file = given.text("config");
  const cycles = given.number("cycles");
  return loadConfig(file, {
    optional: file === undefined,
    overrides: { audit: { cycles, seed: given.number("seed"), stress: { cycles } } },
  });
}

function readTargets(
  given: ParsedArguments,
  { audit, origin, physics, controllers }: Config,
  signal: AbortSignal,
): Promise<readonly TargetSpec[]> {
  const names = given.texts("target");
  const only = names.length > 0 ? names : controllerNames;
  const listed = new Set(
    audit.targets.map((entry) => typeof entry === "string" ? entry : entry.name),
  );
  // The scripts measure controllers also where the audit's own list leaves them out.
  const entries = [...audit.targets, ...controllerNames.filter((name) => !listed.has(name))];
  const laboratory = { physics, controllers };
  return selectTargets(entries, { directory: origin.directory, laboratory, only, signal });
}
