/**
 * Makes controllers by name and checks everything about them on the way.
 *
 * @module
 */

import { type ObjectSchema, type Plant, rangeOf, readValues } from "../plant/mod.ts";
import { adaptiveSmc } from "./adaptive_smc.ts";
import { classicalSmc } from "./classical_smc.ts";
import { Controller } from "./controller.ts";
import { hybridAdaptiveStaSmc } from "./hybrid_adaptive_sta_smc.ts";
import type { ControllerDefinition, LawOptions } from "./law.ts";
import { staSmc } from "./sta_smc.ts";

/** Names of the controllers. */
export const controllerNames: readonly [
  "classical_smc",
  "sta_smc",
  "adaptive_smc",
  "hybrid_adaptive_sta_smc",
] = ["classical_smc", "sta_smc", "adaptive_smc", "hybrid_adaptive_sta_smc"];

/** Name of a controller. */
export type ControllerName = (typeof controllerNames)[number];

/** Definitions of all controllers by name. */
export const controllerDefinitions: Readonly<Record<ControllerName, ControllerDefinition>> = {
  classical_smc: classicalSmc,
  sta_smc: staSmc,
  adaptive_smc: adaptiveSmc,
  hybrid_adaptive_sta_smc: hybridAdaptiveStaSmc,
};

/** Returns what `of` makes of each controller's definition, by name. */
export function byController<T>(
  of: (definition: ControllerDefinition) => T,
): Readonly<Record<ControllerName, T>> {
  const entries = controllerNames.map((name) => [name, of(controllerDefinitions[name])]);
  return Object.fromEntries(entries) as Record<ControllerName, T>;
}

/** Options of each controller with their defaults: the blocks `controllers` of config.yaml. */
export const controllerSchemas: Readonly<Record<ControllerName, ObjectSchema>> = byController(
  ({ schema }) => schema,
);

/** Options of `createController`; the further ones are those of the controller's schema. */
export interface ControllerOptions {
  /** Gains, which win over those in `config`. */
  readonly gains?: ArrayLike<number>;
  /** Plant of the equivalent control. */
  readonly plant?: Plant;
  /** Options as config.yaml has them; what stands beside this wins. */
  readonly config?: object;
  readonly [option: string]: unknown;
}

/**
 * Returns a controller.
 *
 * @param name A name or alias; case, `-` and spaces are forgiven.
 * @throws {RangeError} Where the name, an option, the number of gains or a value is wrong.
 */
export function createController(name: string, options: ControllerOptions = {}): Controller {
  const { plant, config, ...rest } = options;
  const definition = controllerDefinitions[resolveControllerName(name)];
  const complete = readControllerOptions(definition, { ...config, ...withoutAbsent(rest) });
  if (complete["enableEquivalent"] === true && plant === undefined) {
    throw new TypeError(
      `Cannot create ${definition.name} as enable_equivalent needs a plant: current value is undefined`,
    );
  }
  return new Controller(definition, definition.create(complete, plant), complete);
}

/**
 * Returns the name that a name or alias stands for.
 *
 * @throws {RangeError} Where there is none.
 */
export function resolveControllerName(name: string): ControllerName {
  const wanted = String(name).trim().toLowerCase().replace(/[-\s]+/g, "_");
  const found = controllerNames.find((key) =>
    key === wanted || controllerDefinitions[key].aliases.includes(wanted)
  );
  if (found !== undefined) return found;
  throw new RangeError(
    `Cannot create a controller as the name must be one of ${controllerNames.join(", ")}: ` +
      `current value is "${name}"`,
  );
}

/** Returns complete, checked options of a controller, by their names in code. */
export function readControllerOptions(
  definition: ControllerDefinition,
  values: object,
): LawOptions {
  const { gains, ...others } = values as { gains?: ArrayLike<number> };
  const { gains: gainsSchema, ...properties } = definition.schema.properties;
  const action = `create ${definition.name}`;
  const read = readValues(action, { ...definition.schema, properties }, others);
  return Object.freeze({ ...read, gains: readGains(definition, gains ?? gainsSchema!.default) });
}

/**
 * Returns checked gains of a controller, frozen.
 *
 * @throws {RangeError} Where the count or a value is wrong.
 */
export function readGains(definition: ControllerDefinition, values: unknown): readonly number[] {
  const { name, gainNames, mayBeZero = [] } = definition;
  const isList = typeof values === "object" && values !== null && "length" in values;
  const gains = isList ? Array.from(values as ArrayLike<number>) : undefined;
  if (gains === undefined || gains.length !== gainNames.length) {
    throw new RangeError(
      `Cannot create ${name} as gains must be ${gainNames.length} numbers ` +
        `[${gainNames.join(", ")}]: current value is ${
          gains === undefined ? String(values) : `[${gains.join(", ")}] (${gains.length})`
        }`,
    );
  }
  gains.forEach((gain, i) => {
    const isZeroAllowed = mayBeZero.includes(gainNames[i]!);
    if (Number.isFinite(gain) && (gain > 0 || (isZeroAllowed && gain === 0))) return;
    const range = rangeOf({
      type: "number",
      description: "",
      ...(isZeroAllowed ? { minimum: 0 } : { exclusiveMinimum: 0 }),
    });
    throw new RangeError(
      `Cannot create ${name} as gain ${gainNames[i]} must be finite and ${range}: ` +
        `current value is ${gain}`,
    );
  });
  return Object.freeze(gains);
}

function withoutAbsent(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
