/**
 * The physical parameters of the cart with two links: names, units, ranges and defaults.
 *
 * @module
 */

import { camelKey, type ObjectSchema, type PropertySchema, readValues } from "./schema.ts";

/** Parameters of the plant, SI units. Valid: all > 0 but frictions >= 0, and each com < its length. */
export interface PlantParameters {
  /** Mass of the cart m0, kg. */
  readonly cartMass: number;
  /** Mass of link 1 m1, kg. */
  readonly pendulum1Mass: number;
  /** Mass of link 2 m2, kg. */
  readonly pendulum2Mass: number;
  /** Length of link 1 L1, m. */
  readonly pendulum1Length: number;
  /** Length of link 2 L2, m. */
  readonly pendulum2Length: number;
  /** Distance a1 from joint 1 to the centre of mass of link 1, m. */
  readonly pendulum1Com: number;
  /** Distance a2 from joint 2 to the centre of mass of link 2, m. */
  readonly pendulum2Com: number;
  /** Inertia I1 of link 1 about its centre of mass, kg m². */
  readonly pendulum1Inertia: number;
  /** Inertia I2 of link 2 about its centre of mass, kg m². */
  readonly pendulum2Inertia: number;
  /** Gravity g, m/s². */
  readonly gravity: number;
  /** Viscous friction c0 of the cart, N s/m. */
  readonly cartFriction: number;
  /** Viscous friction c1 of joint 1, N m s/rad. */
  readonly joint1Friction: number;
  /** Viscous friction c2 of joint 2 on the relative rate, N m s/rad. */
  readonly joint2Friction: number;
}

/** JSON Schema of the parameters, with defaults: the block `physics` of config.yaml. */
export const physicsSchema: ObjectSchema = {
  type: "object",
  description: "The plant: a cart that carries two rods linked in series",
  properties: {
    cart_mass: positive("Mass of the cart, kg", 1.5),
    pendulum1_mass: positive("Mass of link 1, kg", 0.2),
    pendulum2_mass: positive("Mass of link 2, kg", 0.15),
    pendulum1_length: positive("Length of link 1, m", 0.4),
    pendulum2_length: positive("Length of link 2, m", 0.3),
    pendulum1_com: positive("From joint 1 to the centre of mass of link 1, m, < its length", 0.2),
    pendulum2_com: positive("From joint 2 to the centre of mass of link 2, m, < its length", 0.15),
    pendulum1_inertia: positive("Inertia of link 1 about its centre of mass, kg m²", 0.0081),
    pendulum2_inertia: positive("Inertia of link 2 about its centre of mass, kg m²", 0.0034),
    gravity: positive("Gravity, m/s²", 9.81),
    cart_friction: friction("Viscous friction of the cart, N s/m", 0.2),
    joint1_friction: friction("Viscous friction of joint 1, N m s/rad", 0.005),
    joint2_friction: friction("Viscous friction of joint 2, relative rate, N m s/rad", 0.004),
  },
  additionalProperties: false,
};

/** Names of the parameters in code, in the order of the schema. */
export const parameterNames: readonly (keyof PlantParameters)[] = Object.keys(
  physicsSchema.properties,
).map(camelKey) as (keyof PlantParameters)[];

/** The parameters that the laboratory uses where none are given. */
export const defaultParameters: PlantParameters = readParameters();

/**
 * Returns complete, checked and frozen parameters; what is absent takes its default.
 *
 * @throws {RangeError} Where a parameter is unknown or outside its range.
 */
export function readParameters(values: Partial<PlantParameters> = {}): PlantParameters {
  const p = readValues("create the plant", physicsSchema, values) as unknown as PlantParameters;
  checkCom("pendulum1", p.pendulum1Com, p.pendulum1Length);
  checkCom("pendulum2", p.pendulum2Com, p.pendulum2Length);
  return Object.freeze(p);
}

function checkCom(link: string, com: number, length: number): void {
  if (com < length) return;
  throw new RangeError(
    `Cannot create the plant as ${link}_com must be < ${link}_length (${length} m): ` +
      `current value is ${com}`,
  );
}

function positive(description: string, value: number): PropertySchema {
  return { type: "number", description, exclusiveMinimum: 0, default: value };
}

function friction(description: string, value: number): PropertySchema {
  return { type: "number", description, minimum: 0, default: value };
}
