/**
 * Initial states from which the built-in targets simulate: upright but for small leans, as in the
 * laboratory's reference runs.
 *
 * @module
 */

/** States [x, theta1, theta2, v, omega1, omega2], taken in turn: m, rad, m/s, rad/s. */
export const initialStates: readonly (readonly number[])[] = [
  [0, 0.05, -0.03, 0, 0, 0],
  [0, 0.1, 0.1, 0, 0, 0],
  [0.02, -0.05, 0.03, 0, 0, 0],
  [-0.02, 0.02, -0.04, 0.05, 0.1, -0.1],
];

/** Returns the initial state of a cycle. */
export function initialStateOf(cycle: number): readonly number[] {
  return initialStates[cycle % initialStates.length]!;
}
