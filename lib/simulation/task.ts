/**
 * A simulation as plain data, so that it can be stored, sent to a worker thread and run again.
 *
 * @module
 */

import { type ControllerOptions, createController } from "../controllers/mod.ts";
import { createPlant, type PlantModel, type PlantParameters } from "../plant/mod.ts";
import type { Guards } from "./guards.ts";
import type { IntegratorName } from "./integrator.ts";
import { runSimulation } from "./run_simulation.ts";
import type { SimulationOptions } from "./simulation_options.ts";
import type { Trajectory } from "./trajectory.ts";

/** One closed loop as plain data. */
export interface SimulationTask {
  /** Name of the controller. */
  readonly controller: string;
  /** Its gains; its own where absent. */
  readonly gains?: ArrayLike<number>;
  /** Its further options. */
  readonly options?: ControllerOptions;
  /** Plant model; `"full"` where absent. */
  readonly model?: PlantModel;
  readonly parameters?: Partial<PlantParameters>;
  readonly initialState: ArrayLike<number>;
  /** Duration, s. */
  readonly duration: number;
  /** Step, s. */
  readonly dt: number;
  readonly integrator?: IntegratorName;
  readonly maxForce?: number;
  readonly guards?: Guards;
  readonly decimate?: number;
  /** Throws where the run does not complete. */
  readonly strict?: boolean;
}

/** Where worker threads find `simulateTask`. */
export const taskModule: string = import.meta.url;

/** Returns the trajectory of a task. */
export function simulateTask(task: SimulationTask): Trajectory {
  const options = openTask(task);
  try {
    return runSimulation(options);
  } finally {
    options.release();
  }
}

/** Returns the options of a task's run, with its controller and plant made. */
export function openTask(task: SimulationTask): SimulationOptions & { release(): void } {
  const { controller: name, gains, options, model = "full", parameters, ...rest } = task;
  const plant = createPlant(model, parameters);
  const controller = createController(name, {
    telemetryLength: 0,
    ...options,
    ...(gains === undefined ? {} : { gains }),
    plant,
  });
  return { ...rest, controller, plant, release: () => controller.cleanup() };
}
