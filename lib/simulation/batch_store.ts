/**
 * Collects the results of a batch by quantity.
 *
 * @module
 */

import { STATE_SIZE } from "../plant/mod.ts";
import type { BatchResult, BatchSums } from "./batch.ts";
import type { RunStatus, Trajectory } from "./trajectory.ts";

/** Room for the results of a batch. */
export class BatchStore {
  readonly size: number;
  readonly steps: Int32Array;
  readonly status: RunStatus[];
  readonly messages: string[];
  readonly finalStates: Float64Array;
  readonly sums: BatchSums;
  readonly trajectories: Trajectory[] = [];

  /** Creates room for `size` members. */
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

  /** Records how a member ended. */
  end(b: number, status: RunStatus, message: string): void {
    this.status[b] = status;
    this.messages[b] = message;
  }

  /** Records that a member could not run. */
  fail(b: number, error: unknown): void {
    this.end(b, "error", error instanceof Error ? error.message : String(error));
  }

  /** Records where a member got to. */
  reach(b: number, steps: number, state: Float64Array): void {
    this.steps[b] = steps;
    this.finalStates.set(state, b * STATE_SIZE);
  }

  /** Records a member's sums, in the order of `BatchSums`. */
  add(b: number, sums: Float64Array): void {
    const { state, force, slew, sliding } = this.sums;
    state[b] = sums[0]!;
    force[b] = sums[1]!;
    slew[b] = sums[2]!;
    sliding[b] = sums[3]!;
  }

  /** Returns everything. */
  result(): BatchResult {
    return { ...this };
  }
}
