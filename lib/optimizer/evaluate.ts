/**
 * The cost of gains: closed loops from several initial states on several plants, summed as they
 * run, so nothing is stored and no step allocates.
 *
 * @module
 */
import {
  type ControllerName,
  createController,
  FORCE,
  type Law,
  SIGMA,
} from "../controllers/mod.ts";
import {
  createPlant,
  type Plant,
  type PlantModel,
  type PlantParameters,
  STATE_SIZE,
} from "../plant/mod.ts";
import { createIntegrator, type Integrator } from "../simulation/mod.ts";
import { combineCosts, type CostSettings, isLost, RunCost } from "./cost.ts";

/** How the costs of several runs become one: `mean` × their mean + `max` × their largest. */
export interface CombineWeights {
  readonly mean: number;
  readonly max: number;
}

/** What gains are tried on. Plain data, so that a worker thread can be told. */
export interface Trial {
  readonly controller: ControllerName;
  /** Options of the controller, as config.yaml has them; the gains come per call. */
  readonly controllerOptions: Readonly<Record<string, unknown>>;
  readonly model: PlantModel;
  /** Plants that the gains are tried on, at least one. */
  readonly plants: readonly PlantParameters[];
  /** Initial states on each plant, at least one. */
  readonly initialStates: readonly (readonly number[])[];
  /** Length of a run, s. */
  readonly duration: number;
  /** Length of a step and period of the controller, s. */
  readonly dt: number;
  readonly cost: CostSettings;
  /** How the runs on one plant are combined. */
  readonly overStates: CombineWeights;
  /** How the plants are combined. */
  readonly overPlants: CombineWeights;
}

/** Tries gains; keeps its plants and buffers between calls. */
export class Evaluator {
  readonly #trial: Trial;
  readonly #plants: readonly Plant[];
  readonly #initialStates: readonly Float64Array[];
  readonly #state: Float64Array = new Float64Array(STATE_SIZE);
  readonly #before: Float64Array = new Float64Array(STATE_SIZE);
  readonly #integrator: Integrator = createIntegrator("rk4");
  readonly #cost: RunCost;
  readonly #steps: number;

  /** Creates the plants of a trial. */
  constructor(trial: Trial) {
    this.#trial = trial;
    this.#plants = trial.plants.map((parameters) => createPlant(trial.model, parameters));
    this.#initialStates = trial.initialStates.map((state) => Float64Array.from(state));
    this.#cost = new RunCost(trial.cost);
    this.#steps = Math.round(trial.duration / trial.dt);
  }

  /**
   * Returns the cost of gains over all plants and initial states.
   *
   * @throws {RangeError} Where the controller refuses the gains.
   */
  costOf(gains: ArrayLike<number>): number {
    const { overStates, overPlants } = this.#trial;
    const perPlant = this.costs(gains).map((costs) =>
      combineCosts(costs, overStates.mean, overStates.max)
    );
    return perPlant.length === 1
      ? perPlant[0]!
      : combineCosts(perPlant, overPlants.mean, overPlants.max);
  }

  /** Returns the cost of each run: one row per plant, one entry per initial state. */
  costs(gains: ArrayLike<number>): Float64Array[] {
    return this.#plants.map((plant) => this.#costsOnPlant(plant, gains));
  }

  #costsOnPlant(plant: Plant, gains: ArrayLike<number>): Float64Array {
    const { controller: name, controllerOptions, dt } = this.#trial;
    const controller = createController(name, {
      ...controllerOptions,
      gains,
      plant,
      dt,
      telemetryLength: 0,
    });
    try {
      return Float64Array.from(this.#initialStates, (initial) => {
        controller.reset();
        return this.#run(plant, controller.law!, initial);
      });
    } finally {
      controller.cleanup();
    }
  }

  #run(plant: Plant, law: Law, initial: Float64Array): number {
    const { dt, duration } = this.#trial;
    const cost = this.#cost, signals = law.signals, integrator = this.#integrator;
    const state = this.#state, before = this.#before;
    state.set(initial);
    cost.reset();
    if (isLost(state)) return cost.failed(0, duration);
    for (let k = 0; k < this.#steps; k++) {
      for (let i = 0; i < STATE_SIZE; i++) before[i] = state[i]!;
      law.update(state);
      integrator.step(plant, state, signals[FORCE]!, dt);
      if (isLost(state)) return cost.failed(k * dt, duration);
      cost.add(before, signals[FORCE]!, signals[SIGMA]!, dt);
    }
    return cost.survived();
  }
}
