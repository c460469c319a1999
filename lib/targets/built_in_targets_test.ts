import assert from "node:assert/strict";
import { test } from "node:test";
import type { Controller } from "../controllers/mod.ts";
import type { AuditTarget } from "../measure/target.ts";
import { createPlant, type Plant } from "../plant/mod.ts";
import { builtInTargets } from "./built_in_targets.ts";

const load = async (module: string) => await import(module) as AuditTarget;

async function runCycles(
  name: string,
  options: Record<string, unknown> = {},
  cycles = 3,
): Promise<() => void> {
  const spec = builtInTargets().find((target) => target.name === name)!;
  const target = await load(spec.module);
  const scenario = String(options.scenario ?? spec.meta?.scenarios?.[0] ?? "default");
  const context = await target.setup!({ ...spec.options, ...options, scenario });
  for (let i = 0; i < cycles; i++) await target.cycle(context, i);
  await target.teardown!(context);
  return () => target.validate!(context);
}

test("builtInTargets() are the ten of the design, controllers in two scenarios", () => {
  assert.deepEqual(builtInTargets().map(({ name }) => name), [
    "classical_smc",
    "sta_smc",
    "adaptive_smc",
    "hybrid_adaptive_sta_smc",
    "simulation_runner",
    "simulation_context",
    "batch_simulation",
    "controller_factory",
    "pso_tuner",
    "orchestrator",
  ]);
  const scenarios = builtInTargets().slice(0, 4).map(({ meta }) => meta?.scenarios);
  for (const list of scenarios) assert.deepEqual(list, ["create_destroy", "long_lived"]);
});

test("builtInTargets() export the classes whose instances are counted", async () => {
  for (const { name, module, meta } of builtInTargets()) {
    const exports = await import(module) as Record<string, unknown>;
    assert.ok((meta?.classes?.length ?? 0) > 0, name);
    for (const owner of meta?.classes ?? []) assert.equal(typeof exports[owner], "function", owner);
  }
});

test("builtInTargets() run and prove their work in every scenario", async () => {
  for (const { name, meta } of builtInTargets()) {
    for (const scenario of meta?.scenarios ?? ["default"]) {
      const validate = await runCycles(name, { scenario }, 6);
      assert.doesNotThrow(validate, `${name} ${scenario}`);
    }
  }
});

test("builtInTargets() without a cycle prove nothing", async () => {
  for (const { name } of builtInTargets()) {
    assert.throws(await runCycles(name, {}, 0), /no cycle came to its end/, name);
  }
});

/** A plant that takes every call and never moves, like the one that once fooled an audit. */
function stillPlant(): Plant {
  const plant = createPlant("full");
  return {
    model: plant.model,
    parameters: plant.parameters,
    matrices: (state, out) => plant.matrices(state, out),
    energy: (state) => plant.energy(state),
    derivative: (_state, _force, out) => void out.fill(0),
  };
}

test("validate() of a controller target rejects a plant that never moves", async () => {
  for (const scenario of ["create_destroy", "long_lived"]) {
    const validate = await runCycles("classical_smc", { scenario, plant: stillPlant() });
    assert.throws(validate, /cycle 0: the state never left its initial value/, scenario);
  }
});

test("validate() of a controller target rejects a plant that answers with an exception", async () => {
  const plant = {
    ...stillPlant(),
    derivative() {
      throw new TypeError("the force has the wrong shape");
    },
  };
  const validate = await runCycles("sta_smc", { plant });
  assert.throws(validate, /the run ended as error: the force has the wrong shape/);
});

test("validate() rejects work during which the process warned", async () => {
  const spec = builtInTargets()[0]!;
  const target = await load(spec.module);
  const context = await target.setup!({ ...spec.options, scenario: "create_destroy" });
  await target.cycle(context, 0);
  process.emitWarning("plant returned the same state", "PlantedWarning");
  await new Promise((resolve) => setImmediate(resolve));
  await target.teardown!(context);
  assert.throws(() => target.validate!(context), /process warning: plant returned the same state/);
});

test("builtInTargets() are made of the plant and the gains of a configuration", async () => {
  const controllers = { sta_smc: { gains: [10, 5, 8, 7, 6, 5] } };
  const specs = builtInTargets({ physics: { cartMass: 2.5 }, controllers });
  for (const name of ["sta_smc", "simulation_runner"]) {
    const { module, options } = specs.find((spec) => spec.name === name)!;
    const target = await load(module);
    const context = await target.setup!({ ...options, scenario: "long_lived" }) as {
      readonly plant: Plant;
      readonly kept?: Controller;
      readonly controller?: Controller;
    };
    assert.equal(context.plant.parameters.cartMass, 2.5, name);
    const { gains } = (context.kept ?? context.controller)!;
    assert.deepEqual([...gains], controllers.sta_smc.gains, name);
    await target.teardown!(context);
  }
});
