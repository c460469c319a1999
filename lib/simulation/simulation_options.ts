/**
 * What a simulation is told, and how that is checked.
 *
 * @module
 */

import { isFiniteState, NonFiniteState, type Plant, STATE_SIZE } from "../plant/mod.ts";
import type { Guards } from "./guards.ts";
import type { Integrator, IntegratorName } from "./integrator.ts";

/** What a simulation needs of a controller. */
export interface SimulatedController {
  /** Returns the force (N) for a state. */
  control(state: Float64Array): number;
  /** Called before the first step where present. */
  reset?(): void;
  readonly warnings?: readonly string[];
  readonly activity?: { readonly due: number; readonly changed: number };
  readonly options?: Readonly<Record<string, unknown>>;
}

/** Options of `runSimulation`. */
export interface SimulationOptions {
  readonly controller: SimulatedController;
  readonly plant: Plant;
  /** Duration, s. */
  readonly duration: number;
  /** Step, s. */
  readonly dt: number;
  /** Six components; the state is copied. */
  readonly initialState: ArrayLike<number>;
  /** `"rk4"` where absent. */
  readonly integrator?: IntegratorName | Integrator;
  /** Limit of the force on top of the controller's own, N. */
  readonly maxForce?: number;
  readonly guards?: Guards;
  /** Called after each step with views that change; returning false stops the run. */
  readonly onStep?: (step: number, time: number, state: Float64Array, force: number) => unknown;
  /** Stops the run where it is aborted from `onStep` or before the start. */
  readonly signal?: AbortSignal;
  /** Throws where the run does not complete. */
  readonly strict?: boolean;
  /** Keeps every how many steps; 1 where absent, Infinity keeps the first row only. */
  readonly decimate?: number;
  /** Goes on with the controller's internal state instead of resetting it. */
  readonly continues?: boolean;
  /** Number of the first step in messages and for `onStep`, of a run that goes on; 0 where absent. */
  readonly firstStep?: number;
}

/**
 * Returns the number of steps of a run.
 *
 * @throws {RangeError} Where duration or step are no numbers > 0 or give no step.
 */
export function stepsOf(duration: number, dt: number): number {
  if (!(dt > 0 && dt < Infinity)) {
    throw new RangeError(`Cannot simulate as dt must be > 0 s: current value is ${dt}`);
  }
  const steps = Math.round(duration / dt);
  if (steps >= 1 && Number.isSafeInteger(steps)) return steps;
  throw new RangeError(
    `Cannot simulate as duration must be at least one step of ${dt} s: current value is ${duration}`,
  );
}

/** Returns a copy of an initial state that was checked. */
export function readState(state: ArrayLike<number>): Float64Array {
  if (state?.length !== STATE_SIZE) {
    throw new RangeError(
      `Cannot simulate as a state must have ${STATE_SIZE} components: ` +
        `current value is ${
          state === undefined ? "undefined" : `[${Array.from(state).join(", ")}]`
        }`,
    );
  }
  const copy = Float64Array.from(state);
  if (!isFiniteState(copy)) throw new NonFiniteState("simulate", copy);
  return copy;
}
