import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import {
  combineCosts,
  costOfFailure,
  costOfRecord,
  costOfSurvivor,
  defaultCostSettings,
  isLost,
} from "./cost.ts";

const vectors = JSON.parse(
  readFileSync(new URL("../../../data/reference/pso_vectors.json", import.meta.url), "utf8"),
);

interface Shape {
  readonly N: number;
  readonly amp: number;
  readonly fall?: number;
  readonly explode?: number;
  readonly nan?: number;
}

/** The trajectory that the reference describes in `cost_golden.trajectory`. */
function scripted({ N, amp, fall = Infinity, explode = Infinity, nan = Infinity }: Shape) {
  const states = new Float64Array((N + 1) * 6);
  for (let k = 0; k <= N; k++) {
    for (let i = 0; i < 6; i++) states[k * 6 + i] = 0.1 * amp * Math.cos(3 * 0.01 * k + i);
    if (k >= fall) states[k * 6 + 1] = 1.6;
    if (k >= explode) states[k * 6] = 2e6;
    if (k >= nan) states[k * 6 + 2] = NaN;
  }
  const forces = Float64Array.from({ length: N }, (_, k) => 5 * amp * Math.sin(4 * 0.01 * k));
  const sigma = Float64Array.from({ length: N }, (_, k) => 0.3 * amp * Math.cos(2 * 0.01 * k));
  return { states, forces, sigma, dt: 0.01, duration: 10 };
}

test("costOfRecord() gives the reference's terms, and ranks failures by our own rule", () => {
  for (const { name, params, pso_tuner_cost: theirs } of vectors.cost_golden.cases) {
    if (name === "empty_horizon" || name === "nan_from_step_400") continue;
    const { cost, terms, survivedSteps } = costOfRecord(scripted(params));
    const sum = terms.state + terms.force + terms.forceChange + terms.sigma;
    const isFailure = survivedSteps < 1000;
    // The reference adds its penalty to the terms, times w_sigma, and so ranks a fall below a survivor.
    const theirPenalty = isFailure ? 0.1 * 1000 * (10 - survivedSteps * 0.01) / 10 : 0;
    assert.ok(Math.abs(sum + theirPenalty - theirs) < 1e-12 * Math.max(1, theirs), name);
    assert.equal(cost, isFailure ? 1000 + 1000 * (10 - survivedSteps * 0.01) / 10 : sum, name);
  }
});

test("costOfRecord() treats a state that is not a number as a failure at that step", () => {
  const fallen = costOfRecord(scripted({ N: 1000, amp: 1, fall: 400 }));
  assert.deepEqual(costOfRecord(scripted({ N: 1000, amp: 1, nan: 400 })), fallen);
  assert.deepEqual(costOfRecord(scripted({ N: 1000, amp: 1, explode: 400 })), fallen);
  assert.equal(fallen.survivedSteps, 399);
});

test("costOfRecord() makes a run without steps the most expensive", () => {
  assert.equal(costOfRecord(scripted({ N: 0, amp: 1 })).cost, 2000);
  assert.equal(costOfRecord(scripted({ N: 1000, amp: 1, fall: 1 })).cost, 2000);
});

test("no failure is cheaper than any survivor, and later failures are cheaper", () => {
  const size = fc.double({ min: 0, max: 1e9, noNaN: true });
  const integrals = fc.record({ state: size, force: size, forceChange: size, sigma: size });
  const time = fc.double({ min: 0, max: 10, noNaN: true });
  fc.assert(fc.property(integrals, time, time, (survivor, early, late) => {
    const settings = defaultCostSettings;
    assert.ok(costOfFailure(late, 10, settings) >= costOfSurvivor(survivor, settings));
    if (late - early < 1e-9) return;
    assert.ok(costOfFailure(early, 10, settings) > costOfFailure(late, 10, settings));
  }));
});

test("isLost() draws the line where lab coordinates say", () => {
  const state = (theta1: number, theta2: number, x = 0) =>
    Float64Array.of(x, theta1, theta2, 0, 0, 0);
  assert.equal(isLost(state(Math.PI / 2, -Math.PI)), false);
  assert.equal(isLost(state(-1.5708, 0)), true);
  assert.equal(isLost(state(0, 3.1416)), true);
  assert.equal(isLost(state(0, 0, -1.1e6)), true);
  assert.equal(isLost(state(0, NaN)), true);
});

test("combineCosts() weighs mean and largest as the reference does", () => {
  const [first, second, failed] = vectors.combine;
  assert.ok(Math.abs(combineCosts(first.input, 0.7, 0.3) - first.out) < 1e-15);
  // The reference's second case has one column per particle.
  const column = (j: number) => second.input.map((row: number[]) => row[j]);
  assert.ok(Math.abs(combineCosts(column(0), 0.7, 0.3) - second.out[0]) < 1e-14);
  assert.ok(Math.abs(combineCosts(column(1), 0.7, 0.3) - second.out[1]) < 1e-14);
  // A cost without end stays the worst there is; ours never produces one.
  assert.equal(failed.input[1], "Infinity");
  assert.equal(combineCosts([1, Infinity], 0.7, 0.3), Infinity);
});
