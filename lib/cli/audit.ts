/**
 * `heapbook audit`: the whole audit from the shell. Each phase is a notebook that runs on the tslab
 * kernel and is published with its outputs; the notebooks share one run.
 *
 * @module
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import process from "node:process";
import {
  type AuditResults,
  makeFolder,
  openRun,
  readResults,
  type RunStore,
} from "../audit/mod.ts";
import { type Config, loadConfig } from "../config/mod.ts";
import {
  createProgress,
  executeScript,
  findAuditRuntimes,
  findKernelspec,
  type Kernel,
  notebookProgress,
  type PublishOptions,
  startKernel,
  writePublished,
} from "../notebook/mod.ts";
import {
  createStillDrawer,
  drawLeftFigures,
  FIGURES_FOLDER,
  type StillDrawer,
  writeSite,
} from "../report/mod.ts";
import { selectTargets } from "../targets/mod.ts";
import { type CommandSpec, parseArguments, type ParsedArguments } from "./arguments.ts";
import { summarise } from "./audit_summary.ts";
import { catchInterrupt, INTERRUPTED } from "./interruption.ts";

const spec: CommandSpec = {
  name: "audit",
  summary: "Run the audit, phase by phase, and answer: is it memory-safe for long-running use?",
  details:
    "Runs the notebooks of the five phases and writes reports, pictures, notebooks and a site into " +
    "exports/, and every sample into data/runs/. Ctrl-C keeps what was measured. Exit code 0: " +
    "memory-safe; 1: not; 2: not established, or could not run.",
  options: {
    phase: {
      kind: "integer",
      value: "N",
      description: "Run this phase only, 1 to 5; may be given several times",
      minimum: 1,
      maximum: 5,
      multiple: true,
    },
    target: {
      kind: "text",
      value: "NAME",
      description: "Audit this target only; may be given several times",
      multiple: true,
    },
    cycles: {
      kind: "integer",
      value: "N",
      description: "Measured cycles per target; those of config.yaml where absent",
      minimum: 20,
    },
    quick: { kind: "flag", description: "Fewer cycles, for a first look" },
    resume: { kind: "flag", description: "Go on with the latest run, or with --run" },
    run: { kind: "text", value: "NAME", description: "Name of the run to make or to resume" },
    config: { kind: "text", value: "FILE", description: "Configuration to read" },
    exports: {
      kind: "text",
      value: "FOLDER",
      description: "Where reports go; exports where absent",
    },
    kernel: {
      kind: "text",
      value: "NAME",
      description: "Kernel of the notebooks: heapbook or deno",
    },
  },
  examples: [
    "heapbook audit",
    "heapbook audit --quick",
    "heapbook audit --phase 2 --target pso_tuner",
    "heapbook audit --resume",
  ],
};

const NOTEBOOKS = [
  "01_memory_patterns",
  "02_leak_detection",
  "03_stress_testing",
  "04_cleanup_verification",
  "05_final_report",
] as const;

const PHASES = ["patterns", "leaks", "stress", "cleanup", "verdict"] as const;

/** Runs `heapbook audit`. */
export async function auditCommand(argv: readonly string[]): Promise<number> {
  const given = await parseArguments(argv, spec);
  const plan = await makePlan(given, argv);
  const interruption = catchInterrupt();
  try {
    await runPhases(plan, interruption.signal);
    return await finish(plan);
  } catch (error) {
    if (!interruption.signal.aborted) throw withResume(error, plan);
    process.stderr.write(`Stopped. What was measured is kept: ${plan.resumeHint}\n`);
    return INTERRUPTED;
  } finally {
    interruption.release();
  }
}

interface Plan {
  readonly config: Config;
  readonly store: RunStore;
  readonly notebooks: string;
  readonly exportsFolder: string;
  readonly phases: readonly number[];
  readonly kernel: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** How the run is resumed, for messages. */
  readonly resumeHint: string;
}

/** Everything that can be wrong is found here, before the first process starts. */
async function makePlan(given: ParsedArguments, argv: readonly string[]): Promise<Plan> {
  const config = loadConfig(given.text("config"));
  const root = resolve(config.origin.directory);
  const targets = given.texts("target");
  await selectTargets(config.audit.targets, {
    directory: root,
    ...(targets.length === 0 ? {} : { only: targets }),
  });
  findAuditRuntimes(config);
  const notebooks = join(root, "notebooks");
  const phases = phasesOf(given);
  for (const phase of phases) {
    const script = join(notebooks, `${NOTEBOOKS[phase - 1]}.ts`);
    if (!existsSync(script)) {
      throw new Error(`Cannot run phase ${phase} as its notebook is missing: ${script}`);
    }
  }
  const exportsFolder = resolve(given.text("exports") ?? join(root, "exports"));
  for (const folder of [exportsFolder, join(root, "data", "runs")]) makeFolder(folder);
  const id = given.text("run");
  const store = openRun(join(root, "data", "runs"), {
    ...(id === undefined ? {} : { id }),
    resume: given.flag("resume"),
  });
  return {
    config,
    store,
    notebooks,
    exportsFolder,
    phases,
    kernel: given.text("kernel") ?? "heapbook",
    resumeHint: resumeHint(argv, store.id),
    parameters: {
      run: store.id,
      cycles: given.number("cycles") ?? 0,
      quick: given.flag("quick"),
      targets,
      // Relative, so that a published notebook names no folder of this machine.
      configFile: relative(notebooks, resolve(config.origin.file)),
      folder: relative(notebooks, exportsFolder),
    },
  };
}

function phasesOf(given: ParsedArguments): readonly number[] {
  const asked = given.texts("phase").map(Number);
  return asked.length === 0 ? [1, 2, 3, 4, 5] : [...new Set(asked)].sort();
}

/**
 * One kernel runs all notebooks and one browser draws all pictures, since both take longer to start
 * than what they do; the pictures of a notebook are drawn while the next one begins.
 */
async function runPhases(plan: Plan, signal: AbortSignal): Promise<void> {
  const figures = mkdtempSync(join(tmpdir(), "heapbook-figures-"));
  const drawer = createStillDrawer();
  let kernel: Kernel | undefined;
  let writing: Promise<unknown> = Promise.resolve();
  try {
    kernel = await openKernel(plan, figures, signal);
    for (const phase of plan.phases) {
      const write = await runPhase(plan, phase, { running: kernel, drawer, signal });
      await writing;
      writing = write().then(() => drawFigures(figures, drawer));
      writing.catch(() => {}); // Thrown below, or after the next notebook.
    }
    await writing;
  } finally {
    // What has run is written, also where the next one failed or was stopped.
    await Promise.allSettled([writing, kernel?.shutdown()]);
    await drawer.close();
    rmSync(figures, { recursive: true, force: true });
  }
}

/** A machine that cannot draw gets its reports all the same. */
async function drawFigures(figures: string, drawer: StillDrawer): Promise<void> {
  try {
    await drawLeftFigures(figures, drawer);
  } catch (error) {
    process.stderr.write(`Pictures are missing: ${(error as Error).message}\n`);
  }
}

function openKernel(plan: Plan, figures: string, signal: AbortSignal): Promise<Kernel> {
  const spec = findKernelspec(plan.kernel, plan.notebooks);
  const env = { ...spec.env, [FIGURES_FOLDER]: figures };
  return startKernel({ ...spec, env }, plan.notebooks, signal);
}

/** Runs the notebook of a phase; what comes back writes it. */
async function runPhase(
  { store, notebooks, exportsFolder, parameters }: Plan,
  phase: number,
  shared: Required<Pick<PublishOptions, "running" | "drawer" | "signal">>,
): Promise<() => Promise<void>> {
  const name = NOTEBOOKS[phase - 1]!;
  shared.signal.throwIfAborted();
  const progress = createProgress(name);
  const options = {
    ...shared,
    ...notebookProgress(name, progress.update),
    parameters,
    outIpynb: join(exportsFolder, `${name}.ipynb`),
    outHtml: join(exportsFolder, `${name}.html`),
    timeoutSeconds: CELL_SECONDS,
  };
  const executed = await executeScript(join(notebooks, `${name}.ts`), options);
  await progress.finish();
  store.log(`phase ${phase} (${PHASES[phase - 1]}) ran`);
  return async () => {
    const { warnings } = await writePublished(executed, { drawer: shared.drawer });
    for (const warning of warnings) process.stderr.write(`${name}: ${warning}\n`);
    store.log(`phase ${phase} (${PHASES[phase - 1]}) published`);
  };
}

/** A cell may hold a whole phase; the targets inside have limits of their own. */
const CELL_SECONDS = 4 * 3600;

async function finish({ store, exportsFolder, phases }: Plan): Promise<number> {
  const results = readResults(store);
  const site = phases.includes(5) ? await writeSite(results, exportsFolder) : null;
  const where = (path: string) => relative(process.cwd(), path) || ".";
  process.stdout.write(`${
    summarise(results, {
      exports: where(exportsFolder),
      run: where(store.folder),
      site: site === null ? null : where(site),
    })
  }\n`);
  return exitCode(results, phases);
}

function exitCode(results: AuditResults, phases: readonly number[]): number {
  if (!phases.includes(5)) return 0;
  const answer = results.verdict?.answer;
  return answer === "yes" ? 0 : answer === "no" ? 1 : 2;
}

/** The same words once more, since what they choose, such as targets, is no part of the run. */
function resumeHint(argv: readonly string[], id: string): string {
  const words = argv.filter((word, i) =>
    !/^--(resume$|run(=|$))/.test(word) && argv[i - 1] !== "--run"
  );
  const same = words.map((word) => /^[\w./=:-]+$/.test(word) ? word : JSON.stringify(word));
  return `go on with ${["heapbook", "audit", ...same, "--resume", "--run", id].join(" ")}`;
}

function withResume(error: unknown, plan: Plan): unknown {
  if (error instanceof Error) error.message += `\nWhat was measured is kept: ${plan.resumeHint}`;
  return error;
}
