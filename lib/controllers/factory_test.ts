import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createPlant, NonFiniteState } from "../plant/mod.ts";
import {
  Controller,
  controllerDefinitions,
  controllerNames,
  controllerSchemas,
  createController,
  liveControllers,
  registrySize,
  resolveControllerName,
} from "./mod.ts";

const upright = new Float64Array(6);

test("createController() knows names and aliases in any spelling", () => {
  const spellings: Record<string, string> = {
    classic_smc: "classical_smc",
    smc_classical: "classical_smc",
    "SMC v1": "classical_smc",
    super_twisting: "sta_smc",
    "Super-Twisting": "sta_smc",
    STA: "sta_smc",
    adaptive: "adaptive_smc",
    Hybrid: "hybrid_adaptive_sta_smc",
    "hybrid-sta": "hybrid_adaptive_sta_smc",
    "Hybrid Adaptive STA-SMC": "hybrid_adaptive_sta_smc",
  };
  for (const [spelling, name] of Object.entries(spellings)) {
    assert.equal(resolveControllerName(spelling), name);
    assert.equal(createController(spelling).name, name);
  }
  assert.throws(() => createController("pid"), /one of classical_smc, .*: current value is "pid"/);
});

test("createController() lets gains win over the configuration and fills in defaults", () => {
  const config = { gains: [1, 2, 3, 4, 5, 6], max_force: 20, boundary_layer: 0.1 };
  const controller = createController("sta", { gains: [9, 8, 7, 6, 5, 4], config, maxForce: 30 });
  assert.deepEqual(controller.gains, [9, 8, 7, 6, 5, 4]);
  assert.equal(controller.options["maxForce"], 30);
  assert.equal(controller.options["boundaryLayer"], 0.1);
  assert.equal(controller.options["dampingGain"], 0);
  assert.deepEqual(createController("sta", { config }).gains, config.gains);
  for (const name of controllerNames) {
    const { gains } = controllerSchemas[name].properties;
    assert.deepEqual(createController(name).gains, gains!.default);
    assert.equal(
      controllerDefinitions[name].gainUnits.length,
      controllerDefinitions[name].gainNames.length,
    );
    assert.equal(
      controllerDefinitions[name].signalUnits.length,
      controllerDefinitions[name].signalNames.length,
    );
  }
});

test("createController() names controller, option and range of what is wrong", () => {
  const wrong: [string, object, RegExp][] = [
    [
      "sta",
      { gains: [1, 2] },
      /sta_smc as gains must be 6 numbers \[K1, K2, .*: current value is \[1, 2\] \(2\)/,
    ],
    ["sta", { gains: "no" }, /gains must be 6 numbers/],
    [
      "sta",
      { gains: [1, 2, 3, NaN, 5, 6] },
      /gain k2 must be finite and > 0: current value is NaN/,
    ],
    ["sta", { gains: [1, 2, 3, 0, 5, 6] }, /gain k2 must be finite and > 0: current value is 0/],
    [
      "classical",
      { gains: [1, 1, 1, 1, 1, -1] },
      /gain kd must be finite and >= 0: current value is -1/,
    ],
    [
      "classical",
      { boundary_layer: 0 },
      /classical_smc as boundary_layer must be > 0: current value is 0/,
    ],
    ["classical", { boundry_layer: 1 }, /"boundry_layer" is unknown: expected one of max_force/],
    [
      "classical",
      { switch_method: "sign" },
      /switch_method must be "tanh" or "linear": current value is "sign"/,
    ],
    ["classical", { enable_equivalent: true }, /enable_equivalent needs a plant/],
    ["classical", { enable_equivalent: 1 }, /enable_equivalent must be true or false/],
    [
      "adaptive",
      { K_init: 200 },
      /K_init must lie within K_min and K_max \(0.1 … 100 N\): current value is 200/,
    ],
    ["hybrid", { k1_init: 60 }, /k1_init must be <= k1_max \(50\): current value is 60/],
    [
      "hybrid",
      { telemetry_length: 1.5 },
      /telemetry_length must be a whole number >= 0: current value is 1.5/,
    ],
  ];
  for (const [name, options, message] of wrong) {
    assert.throws(() => createController(name, { ...options }), message);
  }
  createController("classical", { gains: [1, 1, 1, 1, 1, 0] });
  createController("classical", { enable_equivalent: true, plant: createPlant() });
});

test("createController() warns where K1 is not above K2 in the super-twisting law", () => {
  assert.deepEqual(createController("sta").warnings, []);
  assert.match(
    createController("sta", { gains: [1, 2, 1, 1, 1, 1] }).warnings[0]!,
    /K1 \(1\) is not above K2 \(2\)/,
  );
});

test("a controller may be cleaned up twice and then refuses to work", () => {
  for (const name of controllerNames) {
    const controller = createController(name);
    controller.control(upright);
    controller.cleanup();
    controller[Symbol.dispose]();
    assert.equal(controller.isReleased, true);
    assert.equal(controller.telemetry.length, 0);
    assert.throws(() => controller.control(upright), /was released by cleanup\(\)/);
    assert.throws(() => controller.reset(), /was released by cleanup\(\)/);
  }
});

test("a controller refuses a state that is not finite; the hybrid answers with no force", () => {
  const bad = Float64Array.of(0, NaN, 0, 0, 0, 0);
  for (const name of ["classical_smc", "sta_smc", "adaptive_smc"]) {
    const controller = createController(name), before = [...controller.signals];
    assert.throws(() => controller.control(bad), NonFiniteState);
    assert.deepEqual([...controller.signals], before);
  }
  const hybrid = createController("hybrid"), before = [...hybrid.signals];
  assert.equal(hybrid.control(bad), 0);
  assert.deepEqual([...hybrid.signals], before);
});

test("telemetry keeps the last steps in order and refuses unknown signals", () => {
  const controller = createController("classical", { telemetry_length: 3 });
  for (let k = 1; k <= 5; k++) controller.control(Float64Array.of(0, 0.01 * k, 0, 0, 0, 0));
  const sigma = [...controller.telemetry.column("sigma")];
  assert.deepEqual(sigma, [3, 4, 5].map((k) => controller.gains[2]! * (0.01 * k)));
  assert.throws(() => controller.telemetry.column("voltage"), /one of force, sigma, .*"voltage"/);
});

test("liveControllers() lists what was not cleaned up and forgets what was collected", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const before = liveControllers().length;
  const kept = createController("sta");
  createController("adaptive").cleanup();
  assert.equal(liveControllers().length, before + 1);
  assert.ok(liveControllers().includes(kept));
  for (let i = 0; i < 100; i++) createController("sta");
  const full = registrySize();
  for (let i = 0; i < 20 && registrySize() > full - 100; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    collect();
  }
  assert.ok(registrySize() <= full - 100, `${registrySize()} of ${full} entries are left`);
  assert.ok(liveControllers().includes(kept));
  assert.ok(kept instanceof Controller);
});
