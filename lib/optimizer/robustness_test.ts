import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { defaultParameters, parameterNames, THETA1, THETA2 } from "../plant/mod.ts";
import { fullRobustness, initialStates, perturbedPlants, scenarioClasses } from "./robustness.ts";

const vectors = JSON.parse(
  readFileSync(new URL("../../../data/reference/pso_vectors.json", import.meta.url), "utf8"),
);

test("perturbedPlants() changes bodies by up to 5 %, frictions by up to 10 %, gravity never", () => {
  const plants = perturbedPlants(defaultParameters, 1, { ...fullRobustness, plants: 400 });
  assert.deepEqual(plants[0], defaultParameters);
  for (const name of parameterNames) {
    const reach = name === "gravity" ? 0 : name.endsWith("Friction") ? 0.1 : 0.05;
    const changes = plants.map((plant) => plant[name] / defaultParameters[name] - 1);
    const largest = Math.max(...changes.map(Math.abs));
    assert.ok(largest <= reach + 1e-12 && largest >= 0.95 * reach, `${name} ${largest}`);
    const mean = changes.reduce((sum, c) => sum + c, 0) / changes.length;
    assert.ok(Math.abs(mean) <= 0.15 * reach + 1e-12, `${name} ${mean}`);
  }
});

test("perturbedPlants() lies in the range that the reference's plants span", () => {
  const theirs = vectors.perturbed_plants_seed42.plants.slice(1);
  assert.equal(perturbedPlants(defaultParameters, 42).length, theirs.length + 1);
  for (const plant of theirs) {
    const mass = plant.cart_mass / defaultParameters.cartMass - 1;
    const friction = plant.joint1_friction / defaultParameters.joint1Friction - 1;
    assert.ok(Math.abs(mass) <= 0.05 && Math.abs(friction) <= 0.1);
  }
});

test("perturbedPlants() and initialStates() repeat by seed and keep draws when more are asked", () => {
  const more = perturbedPlants(defaultParameters, 5, { ...fullRobustness, plants: 20 });
  assert.deepEqual(perturbedPlants(defaultParameters, 5), more.slice(0, 10));
  assert.notDeepEqual(perturbedPlants(defaultParameters, 6)[1], more[1]);
  assert.deepEqual(initialStates(15, 5), initialStates(15, 5));
  assert.notDeepEqual(initialStates(15, 6), initialStates(15, 5));
});

test("initialStates() draws 20 % near, 30 % middle and 50 % far, as the reference does", () => {
  const theirs: number[][] = vectors.robust_scenarios_seed42_n15;
  const ours = initialStates(15, 42);
  assert.equal(theirs.length, 15);
  const groups = [[0, 3], [3, 7], [7, 15]] as const;
  groups.forEach(([from, to], g) => {
    const { angle, rate } = scenarioClasses[g]!;
    for (const state of [...theirs.slice(from, to), ...ours.slice(from, to)]) {
      assert.ok(Math.abs(state[THETA1]!) <= angle && Math.abs(state[THETA2]!) <= angle);
      assert.equal(state[0], 0);
      assert.ok([3, 4, 5].every((i) => Math.abs(state[i]!) <= rate), `${state}`);
    }
  });
});

test("initialStates() fills its ranges", () => {
  const far = initialStates(1000, 3).slice(500);
  assert.ok(Math.max(...far.map((s) => Math.abs(s[THETA1]!))) > 0.29);
  assert.ok(Math.max(...far.map((s) => Math.abs(s[4]!))) > 0.39);
});
