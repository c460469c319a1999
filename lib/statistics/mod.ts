/** Random streams, growth models and intervals: the numbers behind each verdict. @module */

// Random numbers
export { createRandom } from "./random.ts";
export type { Random, Seed } from "./random.ts";
