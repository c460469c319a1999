/** Random streams, growth models and intervals: the numbers behind each verdict. @module */

// Random numbers
export { createRandom } from "./random.ts";
export type { Random, Seed } from "./random.ts";

// One number for a series
export { median, quantile, robustSigma } from "./quantile.ts";
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
