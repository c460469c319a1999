/**
 * Runs one closed loop from start to end.
 *
 * @module
 */

import type { SimulationOptions } from "./simulation_options.ts";
import { SimulationRun } from "./simulation_run.ts";
import { SimulationFailed, type Trajectory } from "./trajectory.ts";

/**
 * Returns the trajectory of a closed loop over round(duration / dt) steps.
 *
 * A run that ends early says so in `status` and `message` and is never padded.
 *
 * @throws {RangeError} Where an option is out of range.
 * @throws {SimulationFailed} Under `strict`, where the run does not complete.
 */
export function runSimulation(options: SimulationOptions): Trajectory {
  const run = new SimulationRun(options);
  run.advance();
  const trajectory = run.result();
  if (options.strict && trajectory.status !== "completed") {
    throw new SimulationFailed(trajectory.status, trajectory.steps, trajectory.message);
  }
  return trajectory;
}
