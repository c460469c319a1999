/**
 * Drives a target's cycles inside its measuring process. The event loop turns after every cycle,
 * as it does in a server, so that closing handles and settled promises do not pile up and look
 * like growth; nothing is retained from one cycle to the next. A cycle follows the one before in
 * the asynchronous context that it left, also across a measurement, as in a loop that awaits its
 * work: a context that keeps the one before it would look short otherwise.
 *
 * @module
 */

import { AsyncResource } from "node:async_hooks";
import type { LoadedTarget } from "./load_target.ts";
import type { SandboxPort } from "./sandbox_port.ts";

/** Whether the cycles did their work, in the target's own judgement. */
export interface WorkloadValidity {
  readonly valid: boolean;
  readonly cycles: number;
  readonly message: string;
}

/** A target that has been set up and can run cycles. */
export interface Workload {
  /** Number of cycles that have run. */
  readonly cycles: number;
  /** Runs cycles until `until` have run. @throws what the target throws */
  runTo(until: number): Promise<void>;
  /** Lets finalisers and closing handles finish. */
  settle(): Promise<void>;
  /** Asks the target whether its work was done, then tears it down. */
  finish(): Promise<WorkloadValidity>;
}

/** How far to go, and whom to tell. */
interface Goal {
  readonly until: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

const REPORTS = 200; // progress lines over a whole run, besides the powers of two

/** Sets a target up. `total` is the number of cycles that is expected, for progress only. */
export async function startWorkload(
  target: LoadedTarget,
  port: SandboxPort,
  total: number,
): Promise<Workload> {
  const { contract } = target;
  port.stage = "setup";
  const context = await contract.setup?.(target.options);
  port.stage = "cycle";
  const every = Math.max(1, Math.floor(total / REPORTS));
  let i = 0;
  let goal: Goal = { until: 0, resolve: () => {}, reject: () => {} };
  let left = new AsyncResource("cycle");

  function runTo(until: number): Promise<void> {
    return new Promise((resolve, reject) => {
      goal = { until, resolve, reject };
      left.runInAsyncScope(turn);
    });
  }

  function turn(): void {
    setImmediate(step);
  }

  function step(): void {
    if (i >= goal.until) {
      // Not AsyncResource.bind(): each of its functions leaves a map of its own in the heap.
      left = new AsyncResource("cycle");
      return goal.resolve();
    }
    port.cycle = i;
    if (i % every === 0 || (i & (i - 1)) === 0) port.progress(i, Math.max(total, goal.until));
    try {
      const result = contract.cycle(context, i++);
      if (isThenable(result)) result.then(turn, goal.reject);
      else turn();
    } catch (error) {
      goal.reject(error);
    }
  }

  async function finish(): Promise<WorkloadValidity> {
    const validity = check();
    port.stage = "teardown";
    await contract.teardown?.(context);
    port.stage = "measure";
    return validity;
  }

  function check(): WorkloadValidity {
    try {
      contract.validate?.(context);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { valid: false, cycles: i, message };
    }
    const how = contract.validate === undefined ? "ran" : "ran and were validated";
    return { valid: true, cycles: i, message: `${i} cycles ${how}` };
  }

  return {
    get cycles() {
      return i;
    },
    runTo,
    settle,
    finish,
  };
}

/** Three turns: one for promise jobs, one for finalisers, one for handles that close. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}
