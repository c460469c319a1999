/**
 * Controllers side by side: the same plant, the same start, the same unseen plants.
 *
 * @module
 */
import { type ControllerName, controllerNames, createController } from "../controllers/mod.ts";
import { createPlant, type Plant } from "../plant/mod.ts";
import {
  type ResponseMetrics,
  responseMetrics,
  runSimulation,
  type Trajectory,
} from "../simulation/mod.ts";
import { type HoldRate, holdRate } from "./hold_rate.ts";
import { standardStates } from "./tune.ts";

/** What is compared and how; all optional. */
export interface CompareOptions {
  /** Controllers in order. Default all. */
  readonly controllers?: readonly ControllerName[];
  /** Options of each controller; its own defaults where absent. */
  readonly controllerOptions?: Readonly<
    Partial<Record<ControllerName, Readonly<Record<string, unknown>>>>
  >;
  /** Default the full plant. */
  readonly plant?: Plant;
  /** Default [0, 0.1, 0.1, 0, 0, 0]. */
  readonly initialState?: ArrayLike<number>;
  /** Length of a run, s. Default 10. */
  readonly duration?: number;
  /** Length of a step, s. Default 0.001. */
  readonly dt?: number;
  /** Unseen plants and starts for the success rate. Default 100. */
  readonly runs?: number;
  /** Names the unseen draws, the same for all controllers. Default 2718. */
  readonly seed?: number;
  /** Threads. Default 1. */
  readonly workers?: number;
  /** Ends the comparison; it then rejects. */
  readonly signal?: AbortSignal;
  /** Is told as each controller is done. */
  readonly onController?: (name: ControllerName, done: number, total: number) => void;
}

/** One controller's response and success. */
export interface ComparedController {
  /** Name of the controller. */
  readonly controller: ControllerName;
  /** Gains that it ran with. */
  readonly gains: readonly number[];
  /** Its run on the nominal plant. */
  readonly trajectory: Trajectory;
  /** Sliding variable at each step. */
  readonly sigma: Float64Array;
  /** What that run is judged by. */
  readonly metrics: ResponseMetrics;
  /** How often it holds plants and starts that it was not tuned on. */
  readonly success: HoldRate;
}

/**
 * Returns each controller's response to one start, and how often it holds unseen plants.
 *
 * @throws {RangeError} Where an option is wrong.
 */
export async function compareControllers(
  options: CompareOptions = {},
): Promise<readonly ComparedController[]> {
  const { controllers = controllerNames, onController } = options;
  const compared: ComparedController[] = [];
  for (const controller of controllers) {
    compared.push(await compareOne(controller, options));
    onController?.(controller, compared.length, controllers.length);
  }
  return compared;
}

async function compareOne(
  name: ControllerName,
  options: CompareOptions,
): Promise<ComparedController> {
  const { duration = 10, dt = 0.001, runs = 100, seed = 2718, workers = 1, signal } = options;
  const plant = options.plant ?? createPlant("full");
  const controllerOptions = options.controllerOptions?.[name] ?? {};
  const controller = createController(name, { ...controllerOptions, dt, plant });
  const sigma: number[] = [];
  const trajectory = runSimulation({
    controller,
    plant,
    duration,
    dt,
    initialState: options.initialState ?? standardStates[1]!,
    onStep: () => void sigma.push(controller.sigma),
  });
  const { gains } = controller;
  controller.cleanup();
  const success = await holdRate({
    controller: name,
    controllerOptions,
    plant,
    runs,
    seed,
    duration,
    dt,
    workers,
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    controller: name,
    gains,
    trajectory,
    sigma: Float64Array.from(sigma),
    metrics: responseMetrics(trajectory),
    success,
  };
}

/** A row of the comparison, with units in the names of its columns. */
export type ComparisonRow = Readonly<Record<string, string | number | null>>;

/** Returns the comparison as rows of a table: controller × metric. */
export function comparisonRows(compared: readonly ComparedController[]): readonly ComparisonRow[] {
  return compared.map(({ controller, metrics, success }) => ({
    controller,
    "settling time [s]": finite(metrics.settlingTime),
    "overshoot [%]": finite(100 * metrics.overshoot),
    "RMS force [N]": metrics.rmsForce,
    "peak force [N]": metrics.peakForce,
    "chattering [N/s]": metrics.chattering,
    "cart drift [m]": metrics.drift,
    "unseen runs held": `${success.held} of ${success.runs}`,
    "success, lower 95 % [%]": 100 * success.interval[0],
    "success, upper 95 % [%]": 100 * success.interval[1],
  }));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
