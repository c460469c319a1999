import assert from "node:assert/strict";
import { test } from "node:test";
import { controllerNames } from "../controllers/mod.ts";
import { compareControllers, comparisonRows } from "./compare.ts";

test("compareControllers() measures all controllers from one start, in order", async () => {
  const told: string[] = [];
  const compared = await compareControllers({
    duration: 2,
    runs: 2,
    onController: (name, done, total) => told.push(`${name} ${done}/${total}`),
  });
  assert.deepEqual(compared.map(({ controller }) => controller), controllerNames);
  assert.equal(told.at(-1), "hybrid_adaptive_sta_smc 4/4");
  for (const { trajectory, sigma, success } of compared) {
    assert.deepEqual([...trajectory.states.subarray(0, 6)], [0, 0.1, 0.1, 0, 0, 0]);
    assert.deepEqual([trajectory.steps, sigma.length, success.runs], [2000, 2000, 2]);
    assert.ok(trajectory.validity.isValid && sigma.every(Number.isFinite));
  }
});

test("comparisonRows() has a row per controller and leaves out what never happens", async () => {
  const compared = await compareControllers({
    controllers: ["sta_smc"],
    controllerOptions: { sta_smc: { gains: [1, 1, 1, 1, 1, 1] } },
    duration: 2,
    runs: 2,
  });
  const [row] = comparisonRows(compared);
  assert.equal(row!["settling time [s]"], null);
  assert.equal(row!["unseen runs held"], "0 of 2");
  assert.equal(row!["controller"], "sta_smc");
});
