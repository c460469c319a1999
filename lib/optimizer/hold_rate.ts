/**
 * How often a controller holds a plant that it was not tuned for: many drawn plants, one drawn
 * initial state each, and the share of them that it brings upright.
 *
 * @module
 */
import { resolveControllerName } from "../controllers/mod.ts";
import { map, valuesOf } from "../parallel/mod.ts";
import { createPlant, type Plant } from "../plant/mod.ts";
import { wilsonInterval } from "../statistics/mod.ts";
import { holds, type HoldTask, workerModule } from "./hold_worker.ts";
import { fullRobustness, initialStates, perturbPlant, type Robustness } from "./robustness.ts";

/**
 * Largest angle of either link in the last second of a run that counts as held, rad: no farther than
 * where the larger of the two standard starts begins.
 */
export const HELD_ANGLE = 0.1;

/** What is tried and on what; all but `controller` is optional. */
export interface HoldRateOptions {
  /** Name or alias of the controller. */
  readonly controller: string;
  /** Options of the controller; its own defaults, gains included, where absent. */
  readonly controllerOptions?: Readonly<Record<string, unknown>>;
  /** Plant around which plants are drawn. Default the full plant. */
  readonly plant?: Plant;
  /** Number of plants, one initial state each. Default 100. */
  readonly runs?: number;
  /** Names the draws; unseen ones need another seed than the tuning's. Default 2718. */
  readonly seed?: number;
  /** How far plants lie from `plant`. Default ±5 % on bodies, ±10 % on frictions. */
  readonly robust?: Partial<Pick<Robustness, "body" | "friction">>;
  /** Length of a run, s. Default 10. */
  readonly duration?: number;
  /** Length of a step and period of the controller, s. Default 0.001. */
  readonly dt?: number;
  /** Threads that simulate; 1 stays in this thread. Default 1. */
  readonly workers?: number;
  /** Ends the trial; it then rejects. */
  readonly signal?: AbortSignal;
}

/** How many runs were held. */
export interface HoldRate {
  /** Runs that were held. */
  readonly held: number;
  /** Runs in all. */
  readonly runs: number;
  /** held / runs. */
  readonly rate: number;
  /** Wilson's 95 % interval of the rate. */
  readonly interval: readonly [low: number, high: number];
  /** Whether each run was held, in the order of the draws. */
  readonly outcomes: readonly boolean[];
}

/**
 * Returns how often a controller holds drawn plants from drawn initial states. A run is held if no
 * state is lost and both angles stay within `HELD_ANGLE` over the last second. The same seed gives
 * the same draws for every controller.
 *
 * @throws {RangeError} Where the controller or an option is wrong.
 */
export async function holdRate(options: HoldRateOptions): Promise<HoldRate> {
  const { runs = 100, seed = 2718, workers = 1, signal } = options;
  if (!(Number.isSafeInteger(runs) && runs >= 1)) {
    throw new RangeError(
      `Cannot try a controller as runs must be an integer >= 1: current value is ${runs}`,
    );
  }
  const { model, parameters } = options.plant ?? createPlant("full");
  const robust = { ...fullRobustness, ...options.robust };
  const tasks: HoldTask[] = initialStates(runs, seed).map((state, i) => ({
    controller: resolveControllerName(options.controller),
    controllerOptions: options.controllerOptions ?? {},
    model,
    parameters: perturbPlant(parameters, seed, i, robust),
    initialState: Array.from(state),
    duration: options.duration ?? 10,
    dt: options.dt ?? 0.001,
    heldAngle: HELD_ANGLE,
  }));
  const worker = workers === 1 ? holds : WORKER;
  const outcomes = valuesOf(
    await map<HoldTask, boolean>(tasks, worker, { workers, ...(signal ? { signal } : {}) }),
  );
  const held = outcomes.filter((isHeld) => isHeld).length;
  return { held, runs, rate: held / runs, interval: wilsonInterval(held, runs), outcomes };
}

const WORKER = { module: workerModule, export: "holds" };
