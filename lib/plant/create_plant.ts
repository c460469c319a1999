/**
 * The door by which a plant is made.
 *
 * @module
 */

import { FullPlant } from "./full.ts";
import { type PlantParameters, readParameters } from "./parameters.ts";
import type { Plant, PlantModel } from "./plant.ts";
import { SimplifiedPlant } from "./simplified.ts";

/**
 * Returns a plant of the given model.
 *
 * @throws {RangeError} Where the model or a parameter is unknown or a parameter is out of range.
 */
export function createPlant(
  model: PlantModel = "full",
  parameters: Partial<PlantParameters> = {},
): Plant {
  const complete = readParameters(parameters);
  switch (model) {
    case "full":
      return new FullPlant(complete);
    case "simplified":
      return new SimplifiedPlant(complete);
    default:
      throw new RangeError(
        `Cannot create the plant as the model must be "full" or "simplified": ` +
          `current value is "${model}"`,
      );
  }
}
