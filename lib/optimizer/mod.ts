/**
 * The tuner: a particle swarm that finds good gains.
 *
 * @module
 */

// Minimising any function
export { minimise, minimiseSwarm, type Minimum } from "./minimise.ts";
export type {
  Inertia,
  Iteration,
  MinimiseOptions,
  MinimiseSwarmOptions,
  SearchHistory,
  StopReason,
  SwarmSettings,
} from "./search.ts";
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

// Tuning a controller
export {
  standardStates,
  trialOf,
  tuneGains,
  type TuneOptions,
  type TuningIteration,
  type TuningResult,
} from "./tune.ts";
export { checkGainBounds, gainBounds, type Scale } from "./gain_bounds.ts";
export { psoSchema } from "./pso_schema.ts";

// What gains cost
export { type CombineWeights, Evaluator, type Trial } from "./evaluate.ts";
export {
  combineCosts,
  costOfFailure,
  costOfRecord,
  costOfSurvivor,
  type CostSettings,
  type CostTerms,
  defaultCostSettings,
  isLost,
  lostLimits,
  type RecordedRun,
  weigh,
} from "./cost.ts";
export {
  fullRobustness,
  initialStates,
  nominalOnly,
  perturbedPlants,
  perturbPlant,
  type Robustness,
  type ScenarioClass,
  scenarioClasses,
} from "./robustness.ts";

// How often gains hold
export { HELD_ANGLE, type HoldRate, holdRate, type HoldRateOptions } from "./hold_rate.ts";

// Where the default gains come from
export { DEFAULT_GAIN_DIGITS, defaultTuning } from "./default_tuning.ts";

// Controllers side by side
export {
  compareControllers,
  type ComparedController,
  type CompareOptions,
  type ComparisonRow,
  comparisonRows,
} from "./compare.ts";
