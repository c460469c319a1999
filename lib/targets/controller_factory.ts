/**
 * Target: the controller factory and its registry. Each cycle makes one of each kind by an alias and
 * cleans it up (in some cycles two are only dropped), and asks for what must be refused.
 *
 * @module
 */

import {
  controllerDefinitions,
  controllerNames,
  createController,
  liveControllers,
} from "../controllers/mod.ts";
import type { TargetMeta } from "../measure/target.ts";
import { createPlant, type Plant } from "../plant/mod.ts";
import { initialStateOf } from "./initial_states.ts";
import { WorkProof } from "./proof.ts";

// The classes whose instances are counted.
export { Controller, Telemetry } from "../controllers/mod.ts";

// Asking keeps all controllers until the job ends; a program that always asks never drops one.
const REGISTRY_EVERY = 25; // cycles
const DROPPED_EVERY = 5; // cycles in which two of four controllers are dropped without cleanup

/** State of the target. */
export interface FactoryContext {
  readonly plant: Plant;
  readonly proof: WorkProof;
}

/** Names the target. */
export const meta: TargetMeta = {
  name: "controller_factory",
  description: "Makes controllers by alias, cleans some up and drops the others",
  stepsPerCycle: controllerNames.length,
  classes: ["Controller", "Telemetry"],
};

/** Makes the plant. */
export function setup(): FactoryContext {
  return { plant: createPlant("full"), proof: new WorkProof() };
}

/** Makes, uses and ends one controller of each kind. */
export function cycle({ plant, proof }: FactoryContext, i: number): void {
  const state = Float64Array.from(initialStateOf(i));
  const isAsked = i % REGISTRY_EVERY === 0;
  controllerNames.forEach((name, kind) => {
    const alias =
      controllerDefinitions[name].aliases[i % controllerDefinitions[name].aliases.length];
    const controller = createController(alias ?? name, { plant, telemetryLength: 50 });
    proof.require(controller.name === name, `"${alias}" gave ${controller.name}`);
    const isListed = !isAsked || liveControllers().includes(controller);
    proof.require(isListed, `${name} is not in the registry`);
    const force = controller.control(state);
    proof.require(Number.isFinite(force) && force !== 0, `${name} pushed with ${force} N`);
    if (i % DROPPED_EVERY !== 0 || kind % 2 === 0) controller.cleanup();
  });
  proof.require(refuses(() => createController("no_such_law")), "an unknown law was made");
  proof.require(
    refuses(() => createController("sta", { gains: [1, NaN] })),
    "bad gains were taken",
  );
  proof.cycleDone();
}

/** Throws unless every cycle proved its work. */
export function validate(context: FactoryContext): void {
  context.proof.verify();
}

/** Stops listening for warnings. */
export function teardown(context: FactoryContext): void {
  context.proof.close();
}

function refuses(request: () => unknown): boolean {
  try {
    request();
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
}
