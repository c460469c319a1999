/**
 * The cost of gains: one batch of closed loops from several initial states on several plants,
 * summed as they run, so no trajectory is stored.
 *
 * @module
 */
import type { ControllerName } from "../controllers/mod.ts";
import type { PlantModel, PlantParameters } from "../plant/mod.ts";
import { type BatchResult, simulateBatch } from "../simulation/mod.ts";
import {
  combineCosts,
  costOfFailure,
  costOfSurvivor,
  type CostSettings,
  lostLimits,
} from "./cost.ts";

/** How the costs of several runs become one: `mean` × their mean + `max` × their largest. */
export interface CombineWeights {
  /** Weight of the mean. */
  readonly mean: number;
  /** Weight of the largest. */
  readonly max: number;
}

/** What gains are tried on. Plain data, so that a worker thread can be told. */
export interface Trial {
  /** Name of the controller. */
  readonly controller: ControllerName;
  /** Options of the controller, as config.yaml has them; the gains come per call. */
  readonly controllerOptions: Readonly<Record<string, unknown>>;
  /** Model of all plants. */
  readonly model: PlantModel;
  /** Plants that the gains are tried on, at least one. */
  readonly plants: readonly PlantParameters[];
  /** Initial states on each plant, at least one. */
  readonly initialStates: readonly (readonly number[])[];
  /** Length of a run, s. */
  readonly duration: number;
  /** Length of a step and period of the controller, s. */
  readonly dt: number;
  /** What a run costs. */
  readonly cost: CostSettings;
  /** How the runs on one plant are combined. */
  readonly overStates: CombineWeights;
  /** How the plants are combined. */
  readonly overPlants: CombineWeights;
}

/** Tries gains; the runs of one vector are laid out once. */
export class Evaluator {
  readonly #trial: Trial;
  readonly #parameters: readonly PlantParameters[];
  readonly #initialStates: readonly number[];

  /** Lays out a trial's runs: all initial states on the first plant, then on the next. */
  constructor(trial: Trial) {
    this.#trial = trial;
    this.#parameters = trial.plants.flatMap((plant) => trial.initialStates.map(() => plant));
    this.#initialStates = trial.plants.flatMap(() => trial.initialStates.flat());
  }

  /** Number of runs of one vector of gains: on each plant, one from each initial state. */
  get runs(): number {
    return this.#parameters.length;
  }

  /**
   * Returns the cost of each vector of gains over all plants and initial states. All runs go as one
   * batch, so that one that falls early leaves its lane to the next.
   *
   * @throws {RangeError} Where the controller refuses the gains or its options.
   */
  costsOf(vectors: readonly ArrayLike<number>[]): number[] {
    return this.combine(this.costsOfMembers(vectors));
  }

  /** Returns each vector's costs of its runs: one row per plant, one entry per initial state. */
  costsOfRuns(vectors: readonly ArrayLike<number>[]): Float64Array[][] {
    return this.#rowsOf(this.costsOfMembers(vectors));
  }

  /** Returns the cost of each vector of gains from the costs of all their runs. */
  combine(costs: Float64Array): number[] {
    const { overStates, overPlants } = this.#trial;
    return this.#rowsOf(costs).map((plants) => {
      const perPlant = plants.map((row) => combineCosts(row, overStates.mean, overStates.max));
      return perPlant.length === 1
        ? perPlant[0]!
        : combineCosts(perPlant, overPlants.mean, overPlants.max);
    });
  }

  /**
   * Returns the costs of all runs, vector by vector; with `take` (see `BatchOptions`), NaN for those
   * that were not taken.
   */
  costsOfMembers(vectors: readonly ArrayLike<number>[], take?: () => number): Float64Array {
    const { controller, controllerOptions, model, duration, dt } = this.#trial;
    const costs = new Float64Array(vectors.length * this.runs).fill(NaN);
    const taken: number[] = [];
    let next = 0;
    const batch = simulateBatch({
      controller,
      options: { ...controllerOptions, dt, telemetryLength: 0 },
      gains: vectors.flatMap((gains) => this.#parameters.flatMap(() => Array.from(gains))),
      model,
      parameters: vectors.flatMap(() => this.#parameters),
      initialStates: vectors.flatMap(() => this.#initialStates),
      duration,
      dt,
      guards: { limits: lostLimits },
      take: () => {
        const member = take?.() ?? next++;
        if (member < costs.length) taken.push(member);
        return member;
      },
    });
    for (const member of taken) costs[member] = this.#costOfMember(batch, member);
    return costs;
  }

  #rowsOf(costs: Float64Array): Float64Array[][] {
    const { runs } = this, width = this.#trial.initialStates.length;
    return Array.from(
      { length: costs.length / runs },
      (_, v) =>
        this.#trial.plants.map((_, p) =>
          costs.subarray(v * runs + p * width, v * runs + (p + 1) * width)
        ),
    );
  }

  #costOfMember({ status, messages, steps, sums }: BatchResult, b: number): number {
    const { cost, duration, dt } = this.#trial;
    if (status[b] === "error") throw new RangeError(messages[b]);
    if (status[b] !== "completed") {
      // The step that lost the state was taken, but not survived.
      return costOfFailure(Math.max(0, steps[b]! - 1) * dt, duration, cost);
    }
    const integrals = {
      state: sums.state[b]!,
      force: sums.force[b]!,
      forceChange: sums.slew[b]!,
      sigma: sums.sliding[b]!,
    };
    return costOfSurvivor(integrals, cost);
  }
}
