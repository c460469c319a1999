/**
 * What a worker thread does in the concurrency checks: creates, steps and drops controllers.
 *
 * @module
 */

import { controllerNames, createController, registrySize } from "../controllers/mod.ts";
import { createPlant } from "../plant/mod.ts";
import { runSimulation } from "../simulation/mod.ts";
import { createRandom } from "../statistics/mod.ts";

/** One thread's share of the work. */
export interface ThreadTask {
  readonly seed: number;
  readonly controllers: number;
}

/** What the thread computed, and what it left in its own registry. */
export interface ThreadResult {
  readonly ends: readonly number[];
  readonly registered: number;
}

/** Where worker threads find `workOnControllers`. */
export const cleanupWorkerModule: string = import.meta.url;

/** Creates controllers of all kinds, simulates with each and cleans it up. */
export function workOnControllers({ seed, controllers }: ThreadTask): ThreadResult {
  const random = createRandom(seed);
  const ends: number[] = [];
  for (let n = 0; n < controllers; n++) {
    const plant = createPlant("full");
    const controller = createController(controllerNames[n % controllerNames.length]!, { plant });
    const lean = () => 0.1 * (2 * random.next() - 1);
    const run = runSimulation({
      controller,
      plant,
      duration: 0.05,
      dt: 0.001,
      initialState: [0, lean(), lean(), 0, 0, 0],
      strict: true,
    });
    ends.push(...run.finalState);
    controller.cleanup();
  }
  return { ends, registered: registrySize() };
}
