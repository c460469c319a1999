/**
 * Runs many closed loops that differ in gains, plant or initial state, and keeps of each what was
 * asked for, in arrays by quantity. Each member equals its single run bit for bit, and one that
 * fails changes nothing for the others.
 *
 * @module
 */

import { type Controller, type ControllerOptions, createController } from "../controllers/mod.ts";
import { createPlant, type PlantModel, STATE_SIZE } from "../plant/mod.ts";
import { type BatchInput, type BatchMembers, pairMembers } from "./batch_members.ts";
import type { Guards } from "./guards.ts";
import type { IntegratorName } from "./integrator.ts";
import { runSimulation } from "./run_simulation.ts";
import { readState, stepsOf } from "./simulation_run.ts";
import type { RunStatus, Trajectory } from "./trajectory.ts";

/** Options of `simulateBatch`. */
export interface BatchOptions extends BatchInput {
  /** Options of the controller, the same for all members. */
  readonly options?: ControllerOptions;
  /** Plant model; `"full"` where absent. */
  readonly model?: PlantModel;
  /** Duration, s. */
  readonly duration: number;
  /** Step, s. */
  readonly dt: number;
  /** `"rk4"` where absent. */
  readonly integrator?: IntegratorName;
  /** Limit of the force on top of the controller's own, N. */
  readonly maxForce?: number;
  readonly guards?: Guards;
  /** Keeps each member's trajectory with every how many steps; none where absent. */
  readonly decimate?: number;
  /** Ends the batch between members: the rest are `"stopped"` after 0 steps. */
  readonly signal?: AbortSignal;
}

/** Sums over the steps that were taken, each weighted by dt, per member. */
export interface BatchSums {
  /** Σ |s|² dt over all six components, from the state before each step. */
  readonly state: Float64Array;
  /** Σ u² dt, N² s. */
  readonly force: Float64Array;
  /** Σ (u − previous u)² dt, N² s; 0 for the first step. */
  readonly slew: Float64Array;
  /** Σ σ² dt, s. */
  readonly sliding: Float64Array;
}

/** Results of a batch by quantity; index b is member b. */
export interface BatchResult {
  readonly size: number;
  /** Steps that each member took. */
  readonly steps: Int32Array;
  readonly status: readonly RunStatus[];
  /** Why a member ended early; empty where it completed. */
  readonly messages: readonly string[];
  /** States after the last step, B × 6 by rows. */
  readonly finalStates: Float64Array;
  readonly sums: BatchSums;
  /** Trajectories where `decimate` asked for them. */
  readonly trajectories: readonly Trajectory[];
}

/**
 * Returns the results of a batch of closed loops.
 *
 * @throws {RangeError} Where an option is out of range or lengths do not fit each other.
 */
export function simulateBatch(options: BatchOptions): BatchResult {
  const members = pairMembers(options);
  stepsOf(options.duration, options.dt);
  const store = new Store(members.size);
  for (let b = 0; b < members.size; b++) {
    if (options.signal?.aborted) store.end(b, "stopped", "the signal was aborted");
    else runMember(options, members, b, store);
  }
  return store.result();
}

class Store {
  readonly size: number;
  readonly steps: Int32Array;
  readonly status: RunStatus[];
  readonly messages: string[];
  readonly finalStates: Float64Array;
  readonly sums: BatchSums;
  readonly trajectories: Trajectory[] = [];

  constructor(size: number) {
    this.size = size;
    this.steps = new Int32Array(size);
    this.status = new Array<RunStatus>(size).fill("completed");
    this.messages = new Array<string>(size).fill("");
    this.finalStates = new Float64Array(size * STATE_SIZE);
    this.sums = {
      state: new Float64Array(size),
      force: new Float64Array(size),
      slew: new Float64Array(size),
      sliding: new Float64Array(size),
    };
  }

  end(b: number, status: RunStatus, message: string): void {
    this.status[b] = status;
    this.messages[b] = message;
  }

  result(): BatchResult {
    return { ...this };
  }
}

function runMember(options: BatchOptions, members: BatchMembers, b: number, store: Store): void {
  let controller: Controller | undefined;
  try {
    const { dt, decimate = Infinity } = options;
    const plant = createPlant(options.model ?? "full", members.parameters(b));
    const gains = members.gains(b);
    controller = createController(options.controller, {
      telemetryLength: 0,
      ...options.options,
      ...(gains === undefined ? {} : { gains }),
      plant,
    });
    const initialState = readState(members.initialState(b));
    const run = runSimulation({
      controller,
      plant,
      duration: options.duration,
      dt,
      initialState,
      integrator: options.integrator ?? "rk4",
      decimate,
      onStep: summer(controller, initialState, dt, store.sums, b),
      ...(options.maxForce === undefined ? {} : { maxForce: options.maxForce }),
      ...(options.guards === undefined ? {} : { guards: options.guards }),
    });
    store.steps[b] = run.steps;
    store.finalStates.set(run.finalState, b * STATE_SIZE);
    store.end(b, run.status, run.message);
    if (options.decimate !== undefined) store.trajectories[b] = run;
  } catch (error) {
    store.end(b, "error", error instanceof Error ? error.message : String(error));
  } finally {
    controller?.cleanup();
  }
}

/** Returns an `onStep` that adds up a member's sums. */
function summer(
  controller: Controller,
  initialState: Float64Array,
  dt: number,
  sums: BatchSums,
  b: number,
): (step: number, time: number, state: Float64Array, force: number) => void {
  const before = initialState.slice();
  let previous = NaN;
  return (_step, _time, state, force) => {
    const sigma = controller.sigma;
    const change = Number.isNaN(previous) ? 0 : force - previous;
    let square = 0;
    for (let i = 0; i < STATE_SIZE; i++) square += before[i]! * before[i]!;
    sums.state[b]! += square * dt;
    sums.force[b]! += force * force * dt;
    sums.slew[b]! += change * change * dt;
    sums.sliding[b]! += sigma * sigma * dt;
    before.set(state);
    previous = force;
  };
}
