/**
 * Pairs the gains, plants and initial states of a batch: each is given once for all members or once
 * per member.
 *
 * @module
 */

import { controllerDefinitions, resolveControllerName } from "../controllers/mod.ts";
import { type PlantParameters, STATE_SIZE } from "../plant/mod.ts";

/** What a batch is made of. */
export interface BatchInput {
  /** Name of the controller. */
  readonly controller: string;
  /** Gains of one or of all members, B × G by rows; the controller's own where absent. */
  readonly gains?: ArrayLike<number>;
  /** Parameters of the plant, one for all or one per member; the defaults where absent. */
  readonly parameters?: Partial<PlantParameters> | readonly Partial<PlantParameters>[];
  /** Initial state of all members, or one per member, B × 6 by rows. */
  readonly initialStates: ArrayLike<number>;
}

/** The parts of a batch, by member. */
export interface BatchMembers {
  readonly size: number;
  /** Returns the gains of a member, undefined for the controller's own. */
  gains(member: number): number[] | undefined;
  /** Returns the parameters of a member's plant. */
  parameters(member: number): Partial<PlantParameters>;
  /** Returns the initial state of a member. */
  initialState(member: number): number[];
}

/**
 * Returns the members of a batch.
 *
 * @throws {RangeError} Where lengths do not fit each other.
 */
export function pairMembers(input: BatchInput): BatchMembers {
  const { gainNames } = controllerDefinitions[resolveControllerName(input.controller)];
  const plants = Array.isArray(input.parameters)
    ? input.parameters as readonly Partial<PlantParameters>[]
    : [(input.parameters ?? {}) as Partial<PlantParameters>];
  const counts = {
    gains: input.gains === undefined ? 1 : input.gains.length / gainNames.length,
    parameters: plants.length,
    initialStates: input.initialStates.length / STATE_SIZE,
  };
  const size = Math.max(...Object.values(counts));
  for (const [name, count] of Object.entries(counts)) {
    if (count >= 1 && (count === 1 || count === size) && Number.isInteger(count)) continue;
    throw new RangeError(
      `Cannot simulate the batch as ${name} must be given once or for each of ${size} members: ` +
        `current value is ${count} times`,
    );
  }
  return {
    size,
    gains: (b) => input.gains && rowOf(input.gains, gainNames.length, counts.gains > 1 ? b : 0),
    parameters: (b) => plants[plants.length > 1 ? b : 0]!,
    initialState: (b) => rowOf(input.initialStates, STATE_SIZE, counts.initialStates > 1 ? b : 0),
  };
}

function rowOf(values: ArrayLike<number>, width: number, row: number): number[] {
  return Array.from({ length: width }, (_, i) => values[row * width + i]!);
}
