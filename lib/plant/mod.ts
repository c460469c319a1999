/**
 * The plant: equations of motion of a cart with a double inverted pendulum.
 *
 * @module
 */

// Plants
export { createPlant } from "./create_plant.ts";
export { createMatrices, plantModels } from "./plant.ts";
export type { Plant, PlantMatrices, PlantModel } from "./plant.ts";
export { linearise } from "./simplified.ts";
export type { Linearisation } from "./simplified.ts";

// Parameters
export { defaultParameters, parameterNames, physicsSchema, readParameters } from "./parameters.ts";
export type { PlantParameters } from "./parameters.ts";
export { coefficientsOf } from "./coefficients.ts";
export type { Coefficients } from "./coefficients.ts";
export { camelKey, rangeOf, readValue, readValues } from "./schema.ts";
export type { ObjectSchema, PropertySchema } from "./schema.ts";

// State vectors
export {
  isFiniteState,
  NonFiniteState,
  OMEGA1,
  OMEGA2,
  STATE_SIZE,
  stateNames,
  stateUnits,
  THETA1,
  THETA2,
  V,
  X,
} from "./state.ts";
export { FullPlant } from "./full.ts";

// Sine and cosine with the same bits everywhere
export {
  COSINE,
  HALF_PI,
  LARGEST_ANGLE,
  ROUND,
  SINE,
  sineCosine,
  TWO_OVER_PI,
} from "./sine_cosine.ts";
