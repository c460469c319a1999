/**
 * What a simulation returns: typed arrays of true length, how it ended, and the proof that it did
 * its work.
 *
 * @module
 */

/**
 * How a run ended: all steps done; stopped by `onStep` or a signal; by a guard; a number that is not
 * finite; an error of the controller or a callback.
 */
export type RunStatus = "completed" | "stopped" | "guard" | "non_finite" | "error";

/** Proof that a run did its work. */
export interface Validity {
  /** Steps that the duration asks for. */
  readonly requestedSteps: number;
  /** Steps that were taken. */
  readonly steps: number;
  /** Whether the state left its initial value. */
  readonly moved: boolean;
  /** Whether the state stayed finite. */
  readonly finite: boolean;
  /** Calls after which the controller's law asks for another internal state. */
  readonly internalDue: number;
  /** Calls after which it was another. */
  readonly internalChanged: number;
  /** What the controller or the run warned of. */
  readonly warnings: readonly string[];
  /** Whether all of this is as it must be. */
  readonly isValid: boolean;
}

/** A simulated run. Row k holds the state at step k × decimate. */
export interface Trajectory {
  /** Times, s; one more than forces. */
  readonly time: Float64Array;
  /** States by rows, `time.length` × 6. */
  readonly states: Float64Array;
  /** Forces, N, each from its row's step on. */
  readonly forces: Float64Array;
  /** Steps that were taken. */
  readonly steps: number;
  /** Every how many steps a row was kept. */
  readonly decimate: number;
  /** The state after the last step. */
  readonly finalState: Float64Array;
  readonly status: RunStatus;
  /** Why it ended early; empty where it completed. */
  readonly message: string;
  readonly validity: Validity;
}

/** A run under `strict` ended early. */
export class SimulationFailed extends Error {
  override readonly name: string = "SimulationFailed";
  /** How it ended. */
  readonly status: RunStatus;
  /** Steps that were taken. */
  readonly step: number;

  /** Creates the error. */
  constructor(status: RunStatus, step: number, message: string) {
    super(`Cannot complete the simulation as it ended after step ${step} (${status}): ${message}`);
    this.status = status;
    this.step = step;
  }
}
