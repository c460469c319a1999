/**
 * The classes of the laboratory whose cleanup is verified: what makes, uses and ends each. The
 * module is a target as well, whose cycle is the life of a controller.
 *
 * @module
 */

import {
  type Controller,
  controllerNames,
  createController,
  Telemetry,
} from "../controllers/mod.ts";
import type { CleanupContract, ConcurrencyContract, TargetMeta } from "../measure/mod.ts";
import { createPlant, type Plant } from "../plant/mod.ts";
import { createIntegrator, integratorNames, SimulationContext } from "../simulation/mod.ts";
import { createRandom } from "../statistics/mod.ts";
import { laboratoryConcurrency } from "./cleanup_concurrency.ts";
import { runSubjects } from "./cleanup_runs.ts";
import { initialStateOf } from "./initial_states.ts";

const STEPS = 300; // calls that count as one unit of work
const SETTING = "a setting: numbers and short texts that stay readable";

const controllerSubjects = controllerNames.map((name): CleanupContract<Controller> => ({
  class: `Controller ${name}`,
  create: () =>
    createController(name, { plant: fragilePlant(), telemetryLength: 100, ...equivalent(name) }),
  use: (controller) => {
    const forces = scriptedStates().map((state) => controller.control(state));
    return [forces, controller.telemetry.column("sigma"), controller.activity];
  },
  fail: (controller) => {
    // The hybrid law answers states that are not finite; its plant fails instead.
    const isHybrid = name === "hybrid_adaptive_sta_smc";
    return controller.control(Float64Array.of(isHybrid ? UNREACHABLE : NaN, 0.1, 0.1, 0, 0, 0));
  },
  nested: ({ telemetry }) => ({ telemetry }),
  settings: ({ gains }) => gains,
  scratch: ["#law.#io", "#law.#equivalent"],
  keeps: {
    gains: SETTING,
    options: SETTING,
    warnings: SETTING,
    "#signals": "the last force and signals stay readable: fewer than a dozen numbers",
    "telemetry.names": "belongs to the definition of the law; all controllers share it",
    "telemetry.units": "belongs to the definition of the law; all controllers share it",
  },
}));

const telemetrySubject: CleanupContract<Telemetry> = {
  class: "Telemetry",
  create: () => new Telemetry(["sigma", "force"], ["1", "N"], 64),
  use: (telemetry) => {
    for (let k = 0; k < 100; k++) telemetry.record(Float64Array.of(k, -k));
    return [telemetry.length, telemetry.capacity > 0 ? telemetry.column("force") : null];
  },
  settings: ({ names, units, capacity }) => [names, units, capacity],
  keeps: { names: SETTING, units: SETTING },
  // Recording into a ring that was given back keeps nothing, by design of a law's last step.
  usableAfterCleanup: true,
};

const contextSubject: CleanupContract<SimulationContext> = {
  class: "SimulationContext",
  create: () => {
    const context = new SimulationContext({
      simulation: { controller: "sta_smc", duration: 0.05, initial_state: initialStateOf(0) },
    });
    components.set(context, {
      first: context.createController("adaptive_smc", { telemetryLength: 20 }),
      second: context.createController("sta_smc", { telemetryLength: 20 }),
    });
    context.engine("sequential");
    return context;
  },
  use: (context) => context.simulate().finalState,
  fail: (context) => context.simulate({ dt: -1 }),
  nested: (context) => components.get(context)!,
  sabotage: (context) => {
    components.get(context)!.first.cleanup = () => {
      throw new Error("a component got stuck");
    };
  },
  keeps: {
    "#config": "what the caller gave; it is shared, not copied",
    "#settings": SETTING,
    ...Object.fromEntries(
      ["first", "second"].flatMap((name) =>
        ["gains", "options", "warnings", "#signals", "telemetry.names", "telemetry.units"].map(
          (field) => [`${name}.${field}`, "see Controller"],
        )
      ),
    ),
  },
};

const plantSubjects = (["full", "simplified"] as const).map((model): CleanupContract<Plant> => ({
  class: `Plant ${model}`,
  create: () => createPlant(model),
  use: (plant) => {
    const out = new Float64Array(6);
    return scriptedStates().map((state) => {
      plant.derivative(state, 1, out);
      return [...out, plant.energy(state)];
    });
  },
  needsNoEnd: "it owns coefficients only",
}));

const integratorSubjects = integratorNames.map((name): CleanupContract => ({
  class: `Integrator ${name}`,
  create: () => createIntegrator(name),
  use: (integrator) => {
    const state = Float64Array.from(initialStateOf(1));
    const plant = createPlant("full");
    for (let k = 0; k < 50; k++) {
      (integrator as ReturnType<typeof createIntegrator>).step(plant, state, 0, 0.001);
    }
    return state;
  },
  needsNoEnd: "it owns buffers of fixed size only",
  // Arguments and stages. Of `#io` one number outlives a step, the size of the next inner one; that
  // it is reset shows in the bits.
  scratch: ["inputs", "#rate", "#rates", "#middle", "#stage", "#sum", "#io"],
}));

/** Every class of the laboratory that owns state. */
export const cleanupSubjects: readonly CleanupContract[] = [
  ...controllerSubjects,
  telemetrySubject,
  contextSubject,
  ...plantSubjects,
  ...integratorSubjects,
  ...runSubjects,
] as unknown as readonly CleanupContract[];

/** What must hold where several threads work at once. */
export const concurrencyChecks: readonly ConcurrencyContract[] = laboratoryConcurrency;

/** Names the classes, so that each can be verified in a process of its own. */
export const meta: TargetMeta = {
  name: "laboratory",
  description: "Every class of the laboratory that owns state",
  classes: cleanupSubjects.map((subject) => subject.class),
};

/** Lives through one controller. */
export function cycle(_context: unknown, i: number): void {
  const subject = controllerSubjects[i % controllerSubjects.length]!;
  const controller = subject.create() as Controller;
  subject.use!(controller);
  controller.cleanup();
}

// Components of a context by name, held no longer than the context itself.
const components: WeakMap<SimulationContext, { first: Controller; second: Controller }> =
  new WeakMap();

const UNREACHABLE = 1e6; // m

/** A plant that throws far from where any script leads. */
function fragilePlant(): Plant {
  const plant = createPlant("full");
  return {
    model: plant.model,
    parameters: plant.parameters,
    derivative: (state, force, out) => plant.derivative(state, force, out),
    energy: (state) => plant.energy(state),
    matrices(state, out) {
      if (state[0] === UNREACHABLE) throw new RangeError("the cart is off the rail");
      plant.matrices(state, out);
    },
  };
}

// The adaptive law has no equivalent control.
function equivalent(name: string): { enableEquivalent?: boolean } {
  return name === "adaptive_smc" ? {} : { enableEquivalent: true };
}

function scriptedStates(): readonly Float64Array[] {
  const random = createRandom("scripted states");
  return Array.from(
    { length: STEPS },
    () => Float64Array.from([0.5, 0.2, 0.2, 0.5, 1, 1], (reach) => reach * (2 * random.next() - 1)),
  );
}
