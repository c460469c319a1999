/**
 * Global-best particle swarm optimisation of any function in a box. Every random number comes from
 * a seeded stream and the swarm moves only after all costs of an iteration are known, so the result
 * is the same bit for bit, however the costs are computed.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { checkMinimiseOptions } from "./check_options.ts";
import type {
  Iteration,
  MinimiseOptions,
  MinimiseSwarmOptions,
  SearchHistory,
  StopReason,
} from "./search.ts";
import { Swarm } from "./swarm.ts";

/** What a search found. */
export interface Minimum {
  /** The best place. */
  readonly position: Float64Array;
  /** Cost at `position`; Infinity if no place had a cost below Infinity. */
  readonly cost: number;
  /** Course of the search. */
  readonly history: SearchHistory;
  /** Number of costs computed. */
  readonly evaluations: number;
  /** Why it ended. */
  readonly stopReason: StopReason;
  /** Seed that finds it again. */
  readonly seed: number;
}

/**
 * Returns the best place found by a swarm, with the course of the search.
 *
 * @throws RangeError for settings out of range; whatever the objective throws.
 * @example
 * ```ts
 * import { minimise } from "heapbook/optimizer";
 * import assert from "node:assert/strict";
 * const found = await minimise({
 *   objective: ([x, y]) => (x! - 1) ** 2 + (y! + 2) ** 2,
 *   bounds: { lower: [-5, -5], upper: [5, 5] },
 *   seed: 1,
 * });
 * assert.ok(found.cost < 1e-12);
 * ```
 */
export function minimise(options: MinimiseOptions): Promise<Minimum> {
  const { objective, ...settings } = options;
  return minimiseSwarm({
    ...settings,
    evaluate: async (positions) => {
      const costs = new Float64Array(positions.length);
      for (let i = 0; i < costs.length; i++) {
        const cost = objective(positions[i]!);
        costs[i] = typeof cost === "number" ? cost : await cost;
      }
      return costs;
    },
  });
}

/**
 * Returns the best place found when the costs of a whole iteration are computed at once, for
 * example by several worker threads.
 *
 * @throws RangeError for settings out of range; whatever `evaluate` throws, unless cancelled.
 */
export async function minimiseSwarm(options: MinimiseSwarmOptions): Promise<Minimum> {
  const settings = checkMinimiseOptions(options);
  const { iterations, patience, tolerance, signal } = settings;
  const swarm = new Swarm(options.bounds, settings);
  const history = {
    best: new Float64Array(iterations),
    mean: new Float64Array(iterations),
    spread: new Float64Array(iterations),
  };
  let done = 0;
  let stale = 0;
  let stopReason: StopReason = "iterations";
  for (; done < iterations; done++) {
    if (signal?.aborted) break;
    const costs = await evaluateUnlessAborted(options, swarm.positions, signal);
    if (costs === undefined) break;
    const before = swarm.bestCost;
    swarm.remember(costs);
    history.best[done] = swarm.bestCost;
    history.mean[done] = meanOfFinite(costs);
    history.spread[done] = swarm.spread();
    options.onIteration?.(describe(done, settings, swarm, history));
    stale = improved(before, swarm.bestCost, tolerance) ? 0 : stale + 1;
    if (patience > 0 && stale >= patience) {
      stopReason = "stalled";
      done++;
      break;
    }
    const progress = iterations > 1 ? done / (iterations - 1) : 0;
    swarm.move({
      inertia: settings.inertia[0] + (settings.inertia[1] - settings.inertia[0]) * progress,
      cognitive: settings.cognitive,
      social: settings.social,
    });
    await setImmediate(); // lets a Ctrl-C or an abort through between iterations
  }
  if (stopReason !== "stalled" && done < iterations) stopReason = "cancelled";
  return {
    position: swarm.best.slice(),
    cost: swarm.bestCost,
    history: {
      best: history.best.slice(0, done),
      mean: history.mean.slice(0, done),
      spread: history.spread.slice(0, done),
    },
    evaluations: done * settings.particles,
    stopReason,
    seed: settings.seed,
  };
}

/** Returns the costs, or nothing if the search was cancelled meanwhile. */
async function evaluateUnlessAborted(
  options: MinimiseSwarmOptions,
  positions: readonly Float64Array[],
  signal: AbortSignal | undefined,
): Promise<ArrayLike<number> | undefined> {
  try {
    return await options.evaluate(positions);
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}

function improved(before: number, now: number, tolerance: number): boolean {
  return before === Infinity ? now < Infinity : before - now > tolerance * Math.abs(before);
}

function describe(
  done: number,
  settings: { iterations: number; particles: number },
  swarm: Swarm,
  history: SearchHistory,
): Iteration {
  return {
    iteration: done + 1,
    iterations: settings.iterations,
    best: history.best[done]!,
    mean: history.mean[done]!,
    spread: history.spread[done]!,
    evaluations: (done + 1) * settings.particles,
    position: swarm.best.slice(),
    history: firstOf(history, done + 1),
  };
}

function firstOf({ best, mean, spread }: SearchHistory, count: number): SearchHistory {
  return {
    best: best.subarray(0, count),
    mean: mean.subarray(0, count),
    spread: spread.subarray(0, count),
  };
}

function meanOfFinite(costs: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < costs.length; i++) {
    if (!Number.isFinite(costs[i]!)) continue;
    sum += costs[i]!;
    count++;
  }
  return count === 0 ? NaN : sum / count;
}
