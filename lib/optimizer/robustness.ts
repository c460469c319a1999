/**
 * Plants and initial states that a tuner has not been told about: draws around the nominal plant
 * and starts from near to far. The same seed gives the same draws for every particle and iteration.
 *
 * @module
 */
import {
  OMEGA1,
  OMEGA2,
  type PlantParameters,
  readParameters,
  STATE_SIZE,
  THETA1,
  THETA2,
  V,
} from "../plant/mod.ts";
import { createRandom } from "../statistics/mod.ts";

/** On how many plants and from how many initial states gains are tried. */
export interface Robustness {
  /** Plants, the nominal one first and the others drawn around it; 1 for the nominal one alone. */
  readonly plants: number;
  /** Drawn initial states; 0 for given ones. */
  readonly scenarios: number;
  /** Largest relative change of masses, lengths, centres and inertias. */
  readonly body: number;
  /** Largest relative change of frictions. */
  readonly friction: number;
}

/** The nominal plant from given initial states. */
export const nominalOnly: Robustness = { plants: 1, scenarios: 0, body: 0.05, friction: 0.1 };

/** Robust evaluation of the laboratory: 10 plants, 15 initial states on each. */
export const fullRobustness: Robustness = { ...nominalOnly, plants: 10, scenarios: 15 };

const BODY: readonly (keyof PlantParameters)[] = [
  "cartMass",
  "pendulum1Mass",
  "pendulum2Mass",
  "pendulum1Length",
  "pendulum2Length",
  "pendulum1Com",
  "pendulum2Com",
  "pendulum1Inertia",
  "pendulum2Inertia",
];
const FRICTION: readonly (keyof PlantParameters)[] = [
  "cartFriction",
  "joint1Friction",
  "joint2Friction",
];

/** Returns one plant drawn uniformly around the nominal one; gravity stays. */
export function perturbPlant(
  nominal: PlantParameters,
  seed: number,
  index: number,
  settings: Robustness = fullRobustness,
): PlantParameters {
  const random = createRandom(seed).split("plant").split(index);
  const drawn: Partial<Record<keyof PlantParameters, number>> = { ...nominal };
  const draw = (names: readonly (keyof PlantParameters)[], reach: number) => {
    for (const name of names) drawn[name] = nominal[name] * (1 + reach * (2 * random.next() - 1));
  };
  draw(BODY, settings.body);
  draw(FRICTION, settings.friction);
  return readParameters(drawn);
}

/** Returns the nominal plant and draws around it, `settings.plants` in all. */
export function perturbedPlants(
  nominal: PlantParameters,
  seed: number,
  settings: Robustness = fullRobustness,
): PlantParameters[] {
  return Array.from(
    { length: settings.plants },
    (_, i) => i === 0 ? nominal : perturbPlant(nominal, seed, i, settings),
  );
}

/** A group of initial states: its share of all, and how far its states lie from upright. */
export interface ScenarioClass {
  /** Share of all scenarios, 0 … 1. */
  readonly share: number;
  /** Largest |theta1| and |theta2|, rad. */
  readonly angle: number;
  /** Largest cart velocity, m/s, and angular rates, rad/s. */
  readonly rate: number;
}

/** Near, middle and far starts of the laboratory: 20 %, 30 %, 50 %. */
export const scenarioClasses: readonly ScenarioClass[] = [
  { share: 0.2, angle: 0.05, rate: 0 },
  { share: 0.3, angle: 0.15, rate: 0.2 },
  { share: 0.5, angle: 0.3, rate: 0.4 },
];

/** Returns `count` initial states, near ones first, drawn uniformly within their class. */
export function initialStates(
  count: number,
  seed: number,
  classes: readonly ScenarioClass[] = scenarioClasses,
): Float64Array[] {
  return Array.from({ length: count }, (_, i) => {
    const { angle, rate } = classOf(i, count, classes);
    const random = createRandom(seed).split("state").split(i);
    const within = (reach: number) => reach * (2 * random.next() - 1);
    const state = new Float64Array(STATE_SIZE);
    state[THETA1] = within(angle);
    state[THETA2] = within(angle);
    state[V] = within(rate);
    state[OMEGA1] = within(rate);
    state[OMEGA2] = within(rate);
    return state;
  });
}

function classOf(i: number, count: number, classes: readonly ScenarioClass[]): ScenarioClass {
  let end = 0;
  for (const group of classes) {
    end += group.share;
    if (i < Math.round(end * count)) return group;
  }
  return classes[classes.length - 1]!;
}
