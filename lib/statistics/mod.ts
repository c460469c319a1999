/** Random streams, growth models and intervals: the numbers behind each verdict. @module */

// Random numbers
export { createRandom } from "./random.ts";
export type { Random, Seed } from "./random.ts";

// One number for a series
export { median, quantile, robustSigma } from "./quantile.ts";
export { type StaircaseInterval, staircaseInterval } from "./staircase.ts";
export { theilSen } from "./theil_sen.ts";
export type { TheilSenFit } from "./theil_sen.ts";

// Counts and proportions
export {
  normalQuantile,
  poissonInterval,
  studentQuantile,
  wilsonInterval,
} from "./distributions.ts";
export type { Bounds } from "./distributions.ts";

// Growth of a series
export { classifyGrowth, limitOfDetection } from "./classify_growth.ts";
export type { GrowthFit, GrowthOptions } from "./classify_growth.ts";
export type { GrowthShape } from "./growth_models.ts";
export { slopeInterval } from "./slope_interval.ts";
export type { SlopeInterval, SlopeIntervalOptions } from "./slope_interval.ts";
export { blockBootstrapInterval, lagOneCorrelation } from "./block_bootstrap.ts";
export type { BlockBootstrapOptions } from "./block_bootstrap.ts";
export { envelope } from "./envelope.ts";
export type { Envelope, EnvelopeOptions } from "./envelope.ts";
export { changePoints } from "./change_points.ts";
export type { ChangePointOptions } from "./change_points.ts";
export { detectOrderArtefact } from "./order_artefact.ts";
export type { OrderArtefact, OrderedRun } from "./order_artefact.ts";
export { withoutBumps } from "./bumps.ts";
