/**
 * The state of the plant: where each quantity stands in a state vector, its name and its unit.
 * s = [x, theta1, theta2, v, omega1, omega2]; theta1 from the upward vertical, theta2 relative to
 * link 1, positive angles lean towards +x. Upright at rest is the zero vector.
 *
 * @module
 */

/** Number of components of a state vector. */
export const STATE_SIZE = 6;
/** Index of the cart position, m. */
export const X = 0;
/** Index of the angle of link 1 from the upward vertical, rad. */
export const THETA1 = 1;
/** Index of the angle of link 2 relative to link 1, rad. */
export const THETA2 = 2;
/** Index of the cart velocity, m/s. */
export const V = 3;
/** Index of the angular velocity of link 1, rad/s. */
export const OMEGA1 = 4;
/** Index of the angular velocity of link 2 relative to link 1, rad/s. */
export const OMEGA2 = 5;

/** Names of the state's components, in order. */
export const stateNames: readonly string[] = ["x", "theta1", "theta2", "v", "omega1", "omega2"];

/** Units of the state's components, in order. */
export const stateUnits: readonly string[] = ["m", "rad", "rad", "m/s", "rad/s", "rad/s"];

/** Thrown where a state has a component that is no finite number; names the component. */
export class NonFiniteState extends RangeError {
  override readonly name: string = "NonFiniteState";
  /** Name of the first component that is not finite. */
  readonly component: string;
  /** Its value. */
  readonly value: number;

  /** Creates the error for the first non-finite component of `state`. */
  constructor(action: string, state: ArrayLike<number>) {
    const i = Math.max(0, Array.from(state).findIndex((value) => !Number.isFinite(value)));
    const component = stateNames[i] ?? `component ${i}`;
    super(
      `Cannot ${action} as the state must be finite: current value of ${component} is ${state[i]}`,
    );
    this.component = component;
    this.value = state[i] ?? NaN;
  }
}

/** Returns whether all components of a state are finite numbers; allocates nothing. */
export function isFiniteState(state: Float64Array): boolean {
  for (let i = 0; i < STATE_SIZE; i++) {
    const value = state[i]!;
    if (value - value !== 0) return false;
  }
  return true;
}
