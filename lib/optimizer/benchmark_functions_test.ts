import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { median } from "../statistics/mod.ts";
import { benchmarkFunctions } from "./benchmark_functions.ts";
import { minimise } from "./minimise.ts";

const published = JSON.parse(
  readFileSync(new URL("../../../data/reference/pso_published.json", import.meta.url), "utf8"),
);

test("benchmark functions are 0 at their minimum and known elsewhere", () => {
  const { sphere, rosenbrock, rastrigin, ackley } = benchmarkFunctions;
  assert.deepEqual([sphere([0, 0]), rosenbrock([1, 1, 1]), rastrigin([0, 0])], [0, 0, 0]);
  assert.ok(Math.abs(ackley([0, 0, 0])) < 1e-15);
  assert.deepEqual([sphere([1, 2]), rosenbrock([0, 0]), rosenbrock([1, 2])], [5, 1, 100]);
  assert.ok(Math.abs(rastrigin([0.5, 0.5]) - 40.5) < 1e-12);
  assert.ok(Math.abs(ackley([1, 1]) - 3.6253849384403627) < 1e-14);
});

for (const [name, objective] of Object.entries(benchmarkFunctions)) {
  test(`minimise() finds what pyswarms 1.3.0 finds on ${name} with equal settings`, async () => {
    const { half_range: half, best_costs: theirs } = published.functions[name];
    const ours = [];
    for (let seed = 0; seed < 50; seed++) {
      const found = await minimise({
        objective,
        seed,
        bounds: {
          lower: new Array(published.dimensions).fill(-half),
          upper: new Array(published.dimensions).fill(half),
        },
        particles: published.particles,
        iterations: published.iterations,
        boundary: "periodic",
      });
      ours.push(found.cost);
    }
    const z = rankSumDeviate(ours, theirs);
    assert.ok(Math.abs(z) < 3.29, `z = ${z}, medians ${median(ours)} and ${median(theirs)}`);
  });
}

/** Returns the normal deviate of the rank-sum test (Mann & Whitney 1947): beyond ±3.29, p < 0.001. */
function rankSumDeviate(a: readonly number[], b: readonly number[]): number {
  let u = 0;
  for (const x of a) for (const y of b) u += x < y ? 1 : x === y ? 0.5 : 0;
  const n = a.length, m = b.length;
  return (u - n * m / 2) / Math.sqrt(n * m * (n + m + 1) / 12);
}
