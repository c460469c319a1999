/**
 * The laboratory's classes that live as long as one run: they own memory of fixed size and nothing
 * that has to be ended, so what is verified is that dropping them leaves nothing.
 *
 * @module
 */

import { createController } from "../controllers/mod.ts";
import type { CleanupContract } from "../measure/mod.ts";
import { Evaluator, trialOf } from "../optimizer/mod.ts";
import { createPlant } from "../plant/mod.ts";
import { SimulationRun } from "../simulation/mod.ts";
import { initialStateOf } from "./initial_states.ts";

const runSubject: CleanupContract<SimulationRun> = {
  class: "SimulationRun",
  create: () => {
    const plant = createPlant("full");
    return new SimulationRun({
      controller: createController("adaptive_smc", { plant, telemetryLength: 10 }),
      plant,
      duration: 0.1,
      dt: 0.001,
      initialState: initialStateOf(0),
    });
  },
  use: (run) => {
    run.advance(100);
    return run.result().finalState;
  },
  needsNoEnd: "it borrows controller and plant, and owns rows of fixed size",
};

const evaluatorSubject: CleanupContract<Evaluator> = {
  class: "Evaluator",
  create: () => new Evaluator(trialOf({ controller: "sta_smc", duration: 0.05 })),
  use: (evaluator) => evaluator.costsOf([[8, 4, 12, 6, 4.85, 3.43]]),
  needsNoEnd: "it owns plants and buffers of fixed size",
};

/** Classes of single runs and evaluations. */
export const runSubjects: readonly CleanupContract[] = [
  runSubject,
  evaluatorSubject,
] as unknown as readonly CleanupContract[];
