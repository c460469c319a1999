/**
 * Monte Carlo: many random variations of one task. Sample i draws from a sub-stream of its own, so
 * the results depend on the seed alone, not on the engine or the number of workers.
 *
 * @module
 */

import type { Outcome } from "../parallel/mod.ts";
import { type PlantParameters, readParameters, STATE_SIZE } from "../plant/mod.ts";
import { createRandom, type Random, type Seed } from "../statistics/mod.ts";
import { createEngine, type Engine, type EngineOptions, type EngineResult } from "./engines.ts";
import type { SimulationTask } from "./task.ts";

/** How far samples vary: uniform, symmetric about the task's own values. */
export interface Spread {
  /** Largest relative change of masses, lengths, centres and inertias; 0 where absent. */
  readonly parameters?: number;
  /** Largest relative change of frictions; 0 where absent. */
  readonly frictions?: number;
  /** Largest change of each component of the initial state, six values; none where absent. */
  readonly initialState?: ArrayLike<number>;
}

/** Options of `monteCarlo`. */
export interface MonteCarloOptions extends EngineOptions {
  readonly task: SimulationTask;
  readonly samples: number;
  readonly seed: Seed;
  /** Variation of the samples, or a function that makes sample i. */
  readonly vary: Spread | ((task: SimulationTask, random: Random, index: number) => SimulationTask);
  /** `"parallel"` where absent. */
  readonly engine?: Engine;
}

/**
 * Returns one outcome per sample, in order.
 *
 * @throws {RangeError} Where `samples` is not a whole number > 0.
 */
export function monteCarlo(
  options: MonteCarloOptions,
): Promise<readonly Outcome<EngineResult>[]> {
  const { task, samples, seed, vary, engine = createEngine("parallel"), ...rest } = options;
  if (!Number.isSafeInteger(samples) || samples < 1) {
    throw new RangeError(
      `Cannot sample as samples must be a whole number > 0: current value is ${samples}`,
    );
  }
  const source = createRandom(seed);
  const make = typeof vary === "function"
    ? vary
    : (t: SimulationTask, r: Random) => spread(t, r, vary);
  const tasks = Array.from({ length: samples }, (_, i) => make(task, source.split(i), i));
  return engine.run(tasks, rest);
}

function spread(task: SimulationTask, random: Random, by: Spread): SimulationTask {
  const { parameters = 0, frictions = 0, initialState: reach } = by;
  const entries = Object.entries(readParameters(task.parameters)).map(([name, value]) => {
    const part = name === "gravity" ? 0 : name.endsWith("Friction") ? frictions : parameters;
    return [name, value * (1 + part * symmetric(random))];
  });
  const initialState = Array.from(
    { length: STATE_SIZE },
    (_, i) => task.initialState[i]! + (reach?.[i] ?? 0) * symmetric(random),
  );
  return {
    ...task,
    parameters: Object.fromEntries(entries) as unknown as PlantParameters,
    initialState,
  };
}

function symmetric(random: Random): number {
  return 2 * random.next() - 1;
}
