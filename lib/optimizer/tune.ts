/**
 * Finds gains for a controller: a particle swarm whose cost is that of closed loops.
 *
 * @module
 */
import {
  controllerDefinitions,
  type ControllerName,
  resolveControllerName,
} from "../controllers/mod.ts";
import { map, valuesOf } from "../parallel/mod.ts";
import { createPlant, type Plant } from "../plant/mod.ts";
import { type CostSettings, defaultCostSettings } from "./cost.ts";
import { Evaluator, type Trial } from "./evaluate.ts";
import { type EvaluationTask, workerModule } from "./evaluate_worker.ts";
import { checkGainBounds, gainBounds, type Scale } from "./gain_bounds.ts";
import { minimiseSwarm, type Minimum } from "./minimise.ts";
import { initialStates, nominalOnly, perturbedPlants, type Robustness } from "./robustness.ts";
import type { Iteration, SwarmSettings } from "./search.ts";
import type { Bounds } from "./swarm.ts";

/** What is tuned and how; all but `controller` is optional. */
export interface TuneOptions extends Omit<SwarmSettings, "onIteration"> {
  /** Name or alias of the controller. */
  readonly controller: string;
  /** Options of the controller other than its gains. */
  readonly controllerOptions?: Readonly<Record<string, unknown>>;
  /** Nominal plant. Default the full plant with the laboratory's parameters. */
  readonly plant?: Plant;
  /** Box of the gains. Default `gainBounds` of the controller. */
  readonly bounds?: Bounds;
  /** How the box is searched. Default "logarithmic". */
  readonly scale?: Scale;
  /** Length of each simulated run, s. Default 10. */
  readonly duration?: number;
  /** Length of a step and period of the controller, s. Default 0.001. */
  readonly dt?: number;
  /** States that runs start from. Default `standardStates`; not used with `robust.scenarios`. */
  readonly initialStates?: readonly ArrayLike<number>[];
  /** What a run costs. Default `defaultCostSettings`. */
  readonly cost?: CostSettings;
  /** Plants and initial states that gains are tried on. Default `nominalOnly`. */
  readonly robust?: Partial<Robustness>;
  /** Threads that evaluate; 1 stays in this thread. Default 1. The result is the same for all. */
  readonly workers?: number;
  /** Is told about each iteration as it ends. */
  readonly onIteration?: (iteration: TuningIteration) => void;
}

/** State of a tuning run after one iteration. */
export interface TuningIteration extends Iteration {
  /** Best gains so far. */
  readonly gains: readonly number[];
}

/** What a tuning run found, and what is needed to find it again. */
export interface TuningResult {
  /** Name of the controller. */
  readonly controller: ControllerName;
  /** Names of the gains, in order. */
  readonly gainNames: readonly string[];
  /** The best gains. */
  readonly gains: readonly number[];
  /** Cost of `gains`; below the penalty (1000) only if the controller held in every run. */
  readonly cost: number;
  /** Course of the search. */
  readonly history: Minimum["history"];
  /** Number of gain vectors tried. */
  readonly evaluations: number;
  /** Why it ended. */
  readonly stopReason: Minimum["stopReason"];
  /** Seed that finds the gains again. */
  readonly seed: number;
  /** How the box was searched. */
  readonly scale: Scale;
  /** Box that was searched. */
  readonly bounds: Bounds;
  /** Plants, initial states and cost that the gains were tried with. */
  readonly trial: Trial;
}

/** The two initial states from which the laboratory's controllers must hold the plant. */
export const standardStates: readonly (readonly number[])[] = [
  [0, 0.05, -0.03, 0, 0, 0],
  [0, 0.1, 0.1, 0, 0, 0],
];

/**
 * Returns the best gains found. The same options give the same bits, whatever the number of workers
 * and whatever else runs.
 *
 * @example
 * ```ts
 * import { tuneGains } from "heapbook/optimizer";
 * import assert from "node:assert/strict";
 * const options = { controller: "sta_smc", particles: 4, iterations: 2, duration: 0.1, seed: 1 };
 * const found = await tuneGains(options);
 * assert.deepEqual((await tuneGains(options)).gains, found.gains);
 * ```
 *
 * @throws {RangeError} Where a setting, a bound or the controller's name is wrong.
 */
export async function tuneGains(options: TuneOptions): Promise<TuningResult> {
  const { workers = 1, scale = "logarithmic", onIteration, ...settings } = options;
  const trial = trialOf(options);
  const { controller } = trial;
  const bounds = options.bounds ?? gainBounds[controller];
  checkGainBounds(controller, bounds, scale);
  const evaluator = new Evaluator(trial);
  const found = await minimiseSwarm({
    ...settings,
    bounds: { lower: toSearch(bounds.lower, scale), upper: toSearch(bounds.upper, scale) },
    start: (options.start ?? []).map((gains) => toSearch(gains, scale)),
    evaluate: async (positions) => {
      const gains = positions.map((position) => toGains(position, scale, bounds));
      if (workers === 1) return evaluator.costsOf(gains);
      return evaluator.combine(await shareRuns({ trial, gains }, workers, options.signal));
    },
    onIteration: (iteration) =>
      onIteration?.({ ...iteration, gains: toGains(iteration.position, scale, bounds) }),
  });
  return {
    controller,
    gainNames: controllerDefinitions[controller].gainNames,
    gains: toGains(found.position, scale, bounds),
    cost: found.cost,
    history: found.history,
    evaluations: found.evaluations,
    stopReason: found.stopReason,
    seed: found.seed,
    scale,
    bounds,
    trial,
  };
}

/** Returns the costs of all runs of all particles, which threads take one by one. */
async function shareRuns(
  { trial, gains }: EvaluationTask,
  workers: number,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const taken = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const tasks = Array.from({ length: workers }, () => ({ trial, gains, taken }));
  const worker = { module: workerModule, export: "evaluateShare" };
  const options = { workers, ...(signal ? { signal } : {}) };
  const shares = valuesOf(await map<EvaluationTask, Float64Array>(tasks, worker, options));
  return shares.reduce((all, share) => all.map((cost, b) => Number.isNaN(cost) ? share[b]! : cost));
}

/** Returns the plants, states and costs that tuning options ask for, as plain data. */
export function trialOf(options: TuneOptions): Trial {
  const controller = resolveControllerName(options.controller);
  const { model, parameters } = options.plant ?? createPlant("full");
  const robust = { ...nominalOnly, ...options.robust };
  const seed = options.seed ?? 42;
  const states = robust.scenarios > 0
    ? initialStates(robust.scenarios, seed)
    : options.initialStates ?? standardStates;
  checkTimes(controller, options.duration ?? 10, options.dt ?? 0.001);
  return {
    controller,
    controllerOptions: options.controllerOptions ?? {},
    model,
    plants: perturbedPlants(parameters, seed, robust),
    initialStates: states.map((state) => Array.from(state)),
    duration: options.duration ?? 10,
    dt: options.dt ?? 0.001,
    cost: options.cost ?? defaultCostSettings,
    overStates: { mean: 1, max: 0.3 },
    overPlants: { mean: 0.7, max: 0.3 },
  };
}

function checkTimes(controller: ControllerName, duration: number, dt: number): void {
  if (dt > 0 && duration >= dt && duration < Infinity) return;
  throw new RangeError(
    `Cannot tune ${controller} as 0 < dt <= duration must hold: current value is dt ${dt} s, ` +
      `duration ${duration} s`,
  );
}

function toSearch(gains: ArrayLike<number>, scale: Scale): number[] {
  return Array.from(gains, scale === "logarithmic" ? Math.log : Number);
}

/** Returns gains for a place in the search box; rounding never leads out of the bounds. */
function toGains(position: Float64Array, scale: Scale, { lower, upper }: Bounds): number[] {
  return Array.from(position, (x, d) => {
    const gain = scale === "logarithmic" ? Math.exp(x) : x;
    return Math.min(Math.max(gain, lower[d]!), upper[d]!);
  });
}
