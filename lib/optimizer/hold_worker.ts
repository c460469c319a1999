/**
 * What a worker thread runs to learn whether a controller holds one plant from one initial state.
 *
 * @module
 */
import { type ControllerName, createController } from "../controllers/mod.ts";
import {
  createPlant,
  type PlantModel,
  type PlantParameters,
  THETA1,
  THETA2,
} from "../plant/mod.ts";
import { runSimulation } from "../simulation/mod.ts";
import { isLost } from "./cost.ts";

/** One run; plain data. */
export interface HoldTask {
  readonly controller: ControllerName;
  readonly controllerOptions: Readonly<Record<string, unknown>>;
  readonly model: PlantModel;
  readonly parameters: PlantParameters;
  readonly initialState: readonly number[];
  readonly duration: number;
  readonly dt: number;
  /** Largest angle in the last second, rad. */
  readonly heldAngle: number;
}

/** Where worker threads find this module: compiled or not, as it was loaded here. */
export const workerModule: string = import.meta.url;

/** Returns whether the run ends upright without ever losing the state. */
export function holds(task: HoldTask): boolean {
  const plant = createPlant(task.model, task.parameters);
  const { duration, dt } = task;
  const controller = createController(task.controller, {
    ...task.controllerOptions,
    dt,
    telemetryLength: 0,
    plant,
  });
  let isHeld = true;
  const { status } = runSimulation({
    controller,
    plant,
    duration,
    dt,
    initialState: task.initialState,
    decimate: Infinity,
    onStep: (_step, time, state) => {
      if (isLost(state)) return false;
      if (time <= duration - 1) return true;
      const angle = Math.max(Math.abs(state[THETA1]!), Math.abs(state[THETA2]!));
      if (angle > task.heldAngle) isHeld = false;
      return isHeld;
    },
  });
  controller.cleanup();
  return isHeld && status === "completed";
}
