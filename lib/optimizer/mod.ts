/**
 * The tuner: a particle swarm that finds good gains.
 *
 * @module
 */

// Minimising any function
export {
  type Inertia,
  type Iteration,
  minimise,
  type MinimiseOptions,
  minimiseSwarm,
  type MinimiseSwarmOptions,
  type Minimum,
  type SearchHistory,
  type StopReason,
  type SwarmSettings,
} from "./minimise.ts";
export { type BoundaryHandling, boundaryHandlings } from "./boundary.ts";
export type { Bounds } from "./swarm.ts";

// Comparing swarms
export {
  ackley,
  type BenchmarkFunction,
  benchmarkFunctions,
  rastrigin,
  rosenbrock,
  sphere,
} from "./benchmark_functions.ts";
