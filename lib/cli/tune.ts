/**
 * `heapbook tune`: find gains for a controller, from the shell.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import process from "node:process";
import { type Config, loadConfig } from "../config/mod.ts";
import {
  controllerDefinitions,
  type ControllerName,
  resolveControllerName,
} from "../controllers/mod.ts";
import { createProgress } from "../notebook/mod.ts";
import {
  DEFAULT_GAIN_DIGITS,
  defaultTuning,
  fullRobustness,
  type HoldRate,
  holdRate,
  tuneGains,
  type TuneOptions,
  type TuningResult,
} from "../optimizer/mod.ts";
import { createPlant } from "../plant/mod.ts";
import { type CommandSpec, parseArguments, type ParsedArguments } from "./arguments.ts";
import { catchInterrupt, INTERRUPTED } from "./interruption.ts";
import { readNumbers, readSettings } from "./number_list.ts";
import { checkResultFile, writeResult } from "./result_file.ts";

const spec: CommandSpec = {
  name: "tune",
  summary: "Find gains for a controller with a particle swarm",
  details:
    "Prints the best gains and how often they hold plants that the tuner has not seen. The " +
    "same seed finds the same gains, whatever the number of workers. Ctrl-C ends with the best so " +
    "far. Exit code 0: the gains hold every run they were tuned on; 1: they do not; 2: could not " +
    "run. What is not given comes from config.yaml.",
  positionals: {
    name: "CONTROLLER",
    description: "Name or alias; simulation.controller of config.yaml where absent",
    minimum: 0,
    maximum: 1,
  },
  options: {
    controller: { kind: "text", value: "NAME", description: "The same as the word" },
    particles: { kind: "integer", description: "Number of particles", minimum: 1 },
    iterations: { kind: "integer", description: "Evaluations of each particle", minimum: 1 },
    seed: { kind: "integer", description: "Names the random numbers" },
    workers: { kind: "integer", description: "Threads; all cores where absent", minimum: 1 },
    duration: { kind: "number", value: "S", description: "Length of each simulated run, s" },
    robust: { kind: "flag", description: "Try gains on 10 plants from 15 initial states each" },
    plants: { kind: "integer", description: "Plants that gains are tried on", minimum: 1 },
    scenarios: {
      kind: "integer",
      description: "Initial states on each plant; 0 for the two of the laboratory",
      minimum: 0,
    },
    start: { kind: "text", value: "A,B,…", description: "Gains that the first particle starts at" },
    set: {
      kind: "text",
      value: "KEY=VALUE",
      description: "An option of the controller, for example cart_gain=2",
      multiple: true,
    },
    unseen: {
      kind: "integer",
      description: "Unseen plants that the gains are tried on afterwards; 100 where absent",
      minimum: 0,
    },
    defaults: {
      kind: "flag",
      description: "Find the default gains again: their recorded seed, plants and iterations",
    },
    output: {
      kind: "text",
      value: "FILE",
      short: "o",
      description: "Write the result: .json, or .csv for the course of the search alone",
    },
    json: { kind: "flag", description: "Print one JSON object instead of text" },
    config: { kind: "text", value: "FILE", description: "Configuration to read" },
  },
  examples: [
    "heapbook tune sta_smc --particles 20 --iterations 30",
    "heapbook tune classical --robust --seed 7 --output gains.json",
    "heapbook tune adaptive_smc --defaults",
  ],
};

/** Runs `heapbook tune`; returns 0 if the gains hold, 1 if not, 130 if interrupted. */
export async function tuneCommand(argv: readonly string[]): Promise<number> {
  const given = await parseArguments(argv, spec);
  const output = given.text("output");
  if (output !== undefined) checkResultFile(output);
  const config = loadConfig(given.text("config"), { optional: true });
  const options = given.flag("defaults") ? recordedOptions(given) : chosenOptions(given, config);
  const interruption = catchInterrupt();
  try {
    const result = await search(options, interruption.signal);
    const unseen = await tryUnseen(result, options, given.number("unseen") ?? 100);
    const { best, mean, spread } = result.history;
    const iteration = best.map((_, i) => i + 1);
    if (output !== undefined) {
      writeResult(output, { iteration, best, mean, spread }, summarise(result, unseen));
    }
    const text = given.flag("json")
      ? JSON.stringify(summarise(result, unseen))
      : describe(result, unseen, given.flag("defaults"));
    process.stdout.write(`${text}\n`);
    if (result.stopReason === "cancelled") return INTERRUPTED;
    return result.cost < result.trial.cost.penalty ? 0 : 1;
  } finally {
    interruption.release();
  }
}

function recordedOptions(given: ParsedArguments): TuneOptions {
  const chosen = ["particles", "iterations", "seed", "duration", "plants", "scenarios"]
    .filter((name) => given.number(name) !== undefined);
  if (given.flag("robust")) chosen.push("robust");
  if (given.text("start") !== undefined) chosen.push("start");
  if (given.texts("set").length > 0) chosen.push("set");
  if (chosen.length > 0) {
    throw new RangeError(
      `Cannot find the default gains as --defaults fixes what --${chosen[0]} would change: ` +
        "leave one of them out",
    );
  }
  const controller = resolveControllerName(
    given.positionals[0] ?? given.text("controller") ?? "classical_smc",
  );
  return { controller, ...defaultTuning[controller], workers: workersOf(given) };
}

function chosenOptions(given: ParsedArguments, config: Config): TuneOptions {
  const { bounds, inertia, inertiaLast, robust, ...pso } = config.pso;
  const controller = resolveControllerName(
    given.positionals[0] ?? given.text("controller") ?? config.simulation.controller,
  );
  const { gains: _, ...options } = config.controllers[controller];
  const start = given.text("start");
  const numbers = Object.fromEntries(
    ["particles", "iterations", "seed", "duration"].map((name) => [name, given.number(name)])
      .filter(([, value]) => value !== undefined),
  );
  const base = given.flag("robust")
    ? { ...robust, plants: fullRobustness.plants, scenarios: fullRobustness.scenarios }
    : robust;
  return {
    ...pso,
    ...numbers,
    controller,
    controllerOptions: { ...options, ...readSettings(given.texts("set")) },
    plant: createPlant(config.simulation.model, config.physics),
    bounds: bounds[controller],
    inertia: [inertia, inertiaLast],
    dt: config.simulation.dt,
    robust: {
      ...base,
      plants: given.number("plants") ?? base.plants,
      scenarios: given.number("scenarios") ?? base.scenarios,
    },
    workers: workersOf(given),
    ...(start === undefined ? {} : { start: [readNumbers("start", start)] }),
  };
}

function workersOf(given: ParsedArguments): number {
  return given.number("workers") ?? availableParallelism();
}

async function search(options: TuneOptions, signal: AbortSignal): Promise<TuningResult> {
  const progress = createProgress("tuning");
  try {
    return await tuneGains({
      ...options,
      signal,
      onIteration: ({ iteration, iterations, best }) =>
        progress.update({
          label: `tuning ${options.controller}`,
          done: iteration,
          total: iterations,
          detail: `cost ${best.toPrecision(4)}`,
        }),
    });
  } finally {
    await progress.finish();
  }
}

/** Tries the gains on plants and states drawn from another seed than the tuner's. */
async function tryUnseen(
  { gains, cost, seed, trial, stopReason }: TuningResult,
  { controller, plant, workers = 1 }: TuneOptions,
  runs: number,
): Promise<HoldRate | undefined> {
  if (runs === 0 || stopReason === "cancelled" || cost === Infinity) return undefined;
  return await holdRate({
    controller,
    controllerOptions: { ...trial.controllerOptions, gains },
    ...(plant === undefined ? {} : { plant }),
    runs,
    seed: seed + 1,
    duration: trial.duration,
    dt: trial.dt,
    workers,
  });
}

function summarise(result: TuningResult, unseen: HoldRate | undefined) {
  const { controller, gainNames, gains, cost, evaluations, stopReason, seed, scale, bounds } =
    result;
  return {
    controller,
    gain_names: gainNames,
    gains,
    cost: Number.isFinite(cost) ? cost : null,
    evaluations,
    stop_reason: stopReason,
    seed,
    scale,
    bounds,
    plants: result.trial.plants.length,
    initial_states: result.trial.initialStates.length,
    unseen: unseen === undefined
      ? null
      : { held: unseen.held, runs: unseen.runs, interval: unseen.interval },
  };
}

function describe(
  result: TuningResult,
  unseen: HoldRate | undefined,
  isDefault: boolean,
): string {
  const { controller, gainNames, gains, cost, trial, stopReason, evaluations, seed } = result;
  if (cost === Infinity) return `No gains for ${controller} were tried before the search ended`;
  const rounded = gains.map((gain) => Number(gain.toPrecision(DEFAULT_GAIN_DIGITS)));
  const holds = cost < trial.cost.penalty;
  const width = Math.max(...gainNames.map((name) => name.length));
  const tried = `${trial.plants.length} plant(s) × ${trial.initialStates.length} initial states`;
  return [
    `${controller}: ${holds ? "gains found" : "no gains found that hold"}, cost ${
      cost.toPrecision(5)
    } on ${tried}, ${evaluations} evaluations, seed ${seed}`,
    ...gainNames.map((name, i) => `  ${name.padEnd(width)}  ${rounded[i]}`),
    ...(unseen === undefined ? [] : [unseenLine(unseen)]),
    ...(stopReason === "cancelled"
      ? [`  Interrupted: go on with --start ${gains.join(",")}`]
      : [`  In config.yaml: controllers.${controller}.gains: [${rounded.join(", ")}]`]),
    ...(isDefault ? [defaultLine(controller, rounded)] : []),
  ].join("\n");
}

function unseenLine({ held, runs, interval: [low, high] }: HoldRate): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  return `  Held ${held} of ${runs} unseen plants and initial states ` +
    `(95 % interval ${percent(low)} … ${percent(high)} %)`;
}

function defaultLine(name: ControllerName, found: readonly number[]): string {
  const recorded = controllerDefinitions[name].schema.properties["gains"]!.default as number[];
  return found.join() === recorded.join()
    ? "  These are the default gains"
    : `  The default gains are [${recorded.join(", ")}]`;
}
