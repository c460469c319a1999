/**
 * What a search is told, and what it tells while it runs.
 *
 * @module
 */
import type { BoundaryHandling } from "./boundary.ts";
import type { Bounds } from "./swarm.ts";

/** Inertia weight: constant, or falling (or rising) linearly from the first to the last iteration. */
export type Inertia = number | readonly [first: number, last: number];

/** Why a search ended. */
export type StopReason = "iterations" | "stalled" | "cancelled";

/** Settings of the swarm; all optional. */
export interface SwarmSettings {
  /** Number of particles. Default 40. */
  readonly particles?: number;
  /** Number of times every particle is evaluated. Default 200. */
  readonly iterations?: number;
  /** Names the random numbers. Default 42. */
  readonly seed?: number;
  /** Inertia weight w. Default 0.7298. */
  readonly inertia?: Inertia;
  /** Weight c1 of the pull to a particle's own best place. Default 1.49618. */
  readonly cognitive?: number;
  /** Weight c2 of the pull to the best place of all. Default 1.49618. */
  readonly social?: number;
  /** Largest velocity as a fraction of the range; Infinity for no limit. Default 0.2. */
  readonly velocityClamp?: number;
  /** How a particle outside the box is brought back. Default "reflective". */
  readonly boundary?: BoundaryHandling;
  /** Stops after so many iterations without improvement; 0 for never. Default 0. */
  readonly patience?: number;
  /** Smallest relative fall of the best cost that counts as improvement. Default 0. */
  readonly tolerance?: number;
  /** Places that the first particles start from. Default none. */
  readonly start?: readonly ArrayLike<number>[];
  /** Ends the search at the next iteration, with the best found so far. */
  readonly signal?: AbortSignal;
  /** Is told about each iteration as it ends. */
  readonly onIteration?: (iteration: Iteration) => void;
}

/** What `minimise` searches and how. */
export interface MinimiseOptions extends SwarmSettings {
  /** Box that is searched. */
  readonly bounds: Bounds;
  /** Cost of one place; lower is better. A cost that is not a number counts as Infinity. */
  readonly objective: (position: Float64Array) => number | Promise<number>;
}

/** What `minimiseSwarm` searches and how. */
export interface MinimiseSwarmOptions extends SwarmSettings {
  /** Box that is searched. */
  readonly bounds: Bounds;
  /** Costs of all particles of an iteration, in their order. */
  readonly evaluate: (
    positions: readonly Float64Array[],
  ) => ArrayLike<number> | Promise<ArrayLike<number>>;
}

/** State of the search after one iteration. */
export interface Iteration {
  /** Number of this iteration, from 1. */
  readonly iteration: number;
  /** Iterations in all. */
  readonly iterations: number;
  /** Lowest cost so far. */
  readonly best: number;
  /** Mean of this iteration's finite costs; NaN if there is none. */
  readonly mean: number;
  /** Root mean square distance of the particles from their centre, as a fraction of the range. */
  readonly spread: number;
  /** Number of costs computed so far. */
  readonly evaluations: number;
  /** Best place so far; a copy. */
  readonly position: Float64Array;
  /** Course so far; views that stay as they are. */
  readonly history: SearchHistory;
}

/** Course of a search, one entry per completed iteration. */
export interface SearchHistory {
  /** Lowest cost so far. */
  readonly best: Float64Array;
  /** Mean of each iteration's finite costs. */
  readonly mean: Float64Array;
  /** How far apart the particles were, as a fraction of the range. */
  readonly spread: Float64Array;
}
