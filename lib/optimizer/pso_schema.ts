/**
 * JSON Schema of the tuner's settings: the block `pso` of config.yaml.
 *
 * @module
 */
import { controllerDefinitions, type ControllerName, controllerNames } from "../controllers/mod.ts";
import { boundaryHandlings } from "./boundary.ts";
import { defaultSwarmSettings as swarm } from "./check_options.ts";
import { type CostTerms, defaultCostSettings } from "./cost.ts";
import { gainBounds } from "./gain_bounds.ts";
import { nominalOnly as robust } from "./robustness.ts";

type Schema = Readonly<Record<string, unknown>>;

const number = (description: string, value: number, range: object = { minimum: 0 }): Schema => ({
  type: "number",
  description,
  default: value,
  ...range,
});
const count = (description: string, value: number, minimum: number): Schema => ({
  type: "integer",
  description,
  default: value,
  minimum,
});
const section = (description: string, properties: Record<string, Schema>): Schema => ({
  type: "object",
  description,
  additionalProperties: false,
  properties,
});

function terms(description: string, values: CostTerms, range: object): Schema {
  return section(description, {
    state: number("Integral of the squared state", values.state, range),
    force: number("Integral of the squared force, N² s", values.force, range),
    force_change: number("Integral of the squared change of force", values.forceChange, range),
    sigma: number("Integral of the squared sliding variable", values.sigma, range),
  });
}

function bounds(name: ControllerName): Schema {
  const { gainNames } = controllerDefinitions[name];
  const limits = (side: string, values: readonly number[]): Schema => ({
    type: "array",
    description: `${side} limits of [${gainNames.join(", ")}]`,
    items: { type: "number", minimum: 0 },
    minItems: gainNames.length,
    maxItems: gainNames.length,
    default: values,
  });
  return section(`Box in which the gains of ${name} are searched`, {
    lower: limits("Lower", gainBounds[name].lower),
    upper: limits("Upper", gainBounds[name].upper),
  });
}

/** JSON Schema of the block `pso`. */
export const psoSchema: Schema = section("The tuner: a particle swarm that finds gains", {
  seed: { type: "integer", description: "Names the random numbers", default: swarm.seed },
  particles: count("Number of particles", swarm.particles, 1),
  iterations: count("Evaluations of each particle", swarm.iterations, 1),
  inertia: number("Inertia weight w at the first iteration", swarm.inertia[0]),
  inertia_last: number("Inertia weight w at the last iteration", swarm.inertia[1]),
  cognitive: number("Weight c1 of the pull to a particle's own best place", swarm.cognitive),
  social: number("Weight c2 of the pull to the best place of all", swarm.social),
  velocity_clamp: number("Largest velocity as a fraction of the range", swarm.velocityClamp, {
    exclusiveMinimum: 0,
  }),
  boundary: {
    type: "string",
    description: "How a particle outside its box is brought back",
    enum: boundaryHandlings,
    default: swarm.boundary,
  },
  patience: count("Iterations without improvement after which it stops; 0 for never", 0, 0),
  tolerance: number("Smallest relative fall of the cost that counts as improvement", 0),
  scale: {
    type: "string",
    description: "Whether the box is searched evenly in the gains or in their logarithms",
    enum: ["linear", "logarithmic"],
    default: "logarithmic",
  },
  duration: number("Length of each simulated run, s", 10, { exclusiveMinimum: 0 }),
  cost: section("What a run costs", {
    weights: terms("Weight of each term", defaultCostSettings.weights, { minimum: 0 }),
    norms: terms("Size by which each term is divided", defaultCostSettings.norms, {
      exclusiveMinimum: 0,
    }),
    penalty: number("Cost that no survivor exceeds and every failure does", 1000, {
      exclusiveMinimum: 0,
    }),
  }),
  robust: section("Plants and initial states that gains are tried on", {
    plants: count("Plants, the nominal one first; 1 for the nominal one alone", robust.plants, 1),
    scenarios: count("Initial states; 0 for the two of the laboratory", robust.scenarios, 0),
    body: number("Largest relative change of masses, lengths, centres, inertias", robust.body, {
      minimum: 0,
      exclusiveMaximum: 1,
    }),
    friction: number("Largest relative change of frictions", robust.friction, {
      minimum: 0,
      maximum: 1,
    }),
  }),
  bounds: section(
    "Box of each controller",
    Object.fromEntries(controllerNames.map((name) => [name, bounds(name)])),
  ),
});
