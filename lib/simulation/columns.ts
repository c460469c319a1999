/**
 * Columns of a trajectory.
 *
 * @module
 */
import { STATE_SIZE, stateNames } from "../plant/mod.ts";
import type { Response } from "./metrics.ts";

/** Returns one component of the state over time, one entry per row, for example `THETA1`. */
export function stateColumn(
  { states }: Pick<Response, "states">,
  component: number,
): Float64Array {
  const rows = states.length / STATE_SIZE;
  const column = new Float64Array(rows);
  for (let k = 0; k < rows; k++) column[k] = states[k * STATE_SIZE + component]!;
  return column;
}

/**
 * Returns a trajectory as columns `t`, the six components of the state, and `force`, which is NaN in
 * the last row, where no force followed.
 */
export function trajectoryColumns(response: Response): Readonly<Record<string, Float64Array>> {
  const { time, forces } = response;
  const force = new Float64Array(time.length).fill(NaN);
  force.set(forces.subarray(0, time.length));
  const states = stateNames.map((name, i) => [name, stateColumn(response, i)] as const);
  return { t: time, ...Object.fromEntries(states), force };
}
