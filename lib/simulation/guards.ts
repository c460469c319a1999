/**
 * Guards end a run that has left the region where its numbers mean something.
 *
 * @module
 */

import { type Plant, STATE_SIZE, stateNames, stateUnits } from "../plant/mod.ts";

/** Limits of a run; what is absent is not guarded. */
export interface Guards {
  /** Largest energy, J. */
  readonly maxEnergy?: number;
  /** Largest |component| of the state, in the order and units of the state; Infinity for none. */
  readonly limits?: ArrayLike<number>;
}

/** Returns guards that were checked. */
export function readGuards(guards: Guards = {}): Guards {
  const { maxEnergy, limits } = guards;
  if (maxEnergy !== undefined && !(maxEnergy > -Infinity)) {
    throw new RangeError(
      `Cannot guard as maxEnergy must be a number: current value is ${maxEnergy}`,
    );
  }
  const isRight = limits === undefined ||
    (limits.length === STATE_SIZE && Array.from(limits).every((limit) => limit > 0));
  if (!isRight) {
    throw new RangeError(
      `Cannot guard as limits must be ${STATE_SIZE} numbers > 0: ` +
        `current value is [${Array.from(limits).join(", ")}]`,
    );
  }
  return guards;
}

/** Returns whether a state keeps all guards; allocates nothing. */
export function keepsGuards(guards: Guards, plant: Plant, state: Float64Array): boolean {
  const { maxEnergy, limits } = guards;
  if (limits !== undefined) {
    for (let i = 0; i < STATE_SIZE; i++) {
      if (Math.abs(state[i]!) > limits[i]!) return false;
    }
  }
  return maxEnergy === undefined || plant.energy(state) <= maxEnergy;
}

/** Returns the sentence for the guard that a state breaks: step, component and limit. */
export function explainGuard(
  guards: Guards,
  plant: Plant,
  state: Float64Array,
  step: number,
): string {
  const { maxEnergy = Infinity, limits = [] } = guards;
  const i = Array.from(limits).findIndex((limit, j) => Math.abs(state[j]!) > limit);
  if (i >= 0) {
    return `${stateNames[i]} is ${state[i]} ${stateUnits[i]} at step ${step}, ` +
      `outside ±${limits[i]} ${stateUnits[i]}`;
  }
  return `energy is ${plant.energy(state)} J at step ${step}, above ${maxEnergy} J`;
}
