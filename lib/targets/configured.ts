/**
 * The plant and the controllers as config.yaml has them, so that what is audited is what a user runs.
 *
 * @module
 */

import { type Controller, type ControllerOptions, createController } from "../controllers/mod.ts";
import type { TargetOptions } from "../measure/target.ts";
import { createPlant, type Plant, type PlantParameters } from "../plant/mod.ts";

/** The blocks `physics` and `controllers` of config.yaml; the defaults where absent. */
export interface Laboratory {
  readonly physics?: Partial<PlantParameters>;
  readonly controllers?: Readonly<Record<string, ControllerOptions>>;
}

/** Makes the full plant with the physics of the target's options. */
export function configuredPlant(options: TargetOptions): Plant {
  return createPlant("full", (options as Laboratory).physics);
}

/** Makes a controller with the gains and settings of the target's options, where it has some. */
export function configuredController(
  name: string,
  options: TargetOptions,
  own: ControllerOptions,
): Controller {
  return createController(name, { ...(options as Laboratory).controllers?.[name], ...own });
}
