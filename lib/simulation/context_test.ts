import assert from "node:assert/strict";
import { test } from "node:test";
import { liveControllers } from "../controllers/mod.ts";
import { SimulationContext } from "./mod.ts";

const config = {
  physics: { cart_mass: 2 },
  controllers: { sta_smc: { boundary_layer: 0.2 } },
  simulation: { controller: "sta", duration: 0.05, dt: 0.001, initial_state: [0, 0.1, 0, 0, 0, 0] },
};

test("SimulationContext makes plant, controllers and runs from its configuration", () => {
  const context = new SimulationContext(config);
  assert.equal(context.plant.parameters.cartMass, 2);
  const controller = context.createController();
  assert.equal(controller.name, "sta_smc");
  assert.equal(controller.options["boundaryLayer"], 0.2);
  const run = context.simulate();
  assert.deepEqual([run.steps, run.status, run.states[1]], [50, "completed", 0.1]);
  assert.deepEqual(context.simulate({ controller }).states, run.states);
  assert.equal(context.size, 1);
  assert.equal(context.engine("batch"), context.engine("batch"));
  context.dispose();
});

test("SimulationContext releases everything on dispose, twice without harm", () => {
  const before = liveControllers().length;
  const context = new SimulationContext(config);
  const controllers = [context.createController(), context.createController("hybrid")];
  let released = 0;
  context.register({ cleanup: () => released++ });
  assert.equal(liveControllers().length, before + 2);
  context.release(controllers[0]!);
  assert.equal(liveControllers().length, before + 1);
  context.dispose();
  context.dispose();
  assert.equal(liveControllers().length, before);
  assert.equal(released, 1);
  assert.throws(() => context.plant, /was released by dispose\(\)/);
  assert.throws(() => context.createController(), /was released by dispose\(\)/);
});

test("SimulationContext names what is wrong in its configuration", () => {
  const wrong: [object, RegExp][] = [
    [{ simulation: { dt: -1 } }, /dt must be > 0: current value is -1/],
    [{ simulation: { steps: 1 } }, /"steps" is unknown: expected one of model/],
    [
      { simulation: { initial_state: [1] } },
      /initial_state must be 6 finite numbers: current value is \[1\]/,
    ],
    [{ physics: { gravity: 0 } }, /gravity must be > 0/],
    [{ simulation: { integrator: "rk5" } }, /integrator must be "euler" or "rk2"/],
  ];
  for (const [bad, message] of wrong) assert.throws(() => new SimulationContext(bad), message);
});
