/**
 * What goes into a batch of closed loops and what comes out.
 *
 * @module
 */

import type { ControllerOptions } from "../controllers/mod.ts";
import type { PlantModel } from "../plant/mod.ts";
import type { BatchInput } from "./batch_members.ts";
import type { Guards } from "./guards.ts";
import type { IntegratorName } from "./integrator.ts";
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
  /**
   * Returns the next member to run, or an index ≥ the number of members where none is left: for
   * threads that share a batch. Members that are never taken stay as they are, with 0 steps. All
   * in turn where absent.
   */
  readonly take?: () => number;
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
