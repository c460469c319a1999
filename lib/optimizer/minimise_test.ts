import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { minimise, minimiseSwarm } from "./minimise.ts";
import type { Iteration, MinimiseOptions } from "./search.ts";

const box = (n: number, half: number) => ({
  lower: Array.from({ length: n }, () => -half),
  upper: Array.from({ length: n }, () => half),
});
const sphere = (x: Float64Array) => x.reduce((sum, value) => sum + value * value, 0);
const search = (more: Partial<MinimiseOptions> = {}) =>
  minimise({ objective: sphere, bounds: box(6, 10), iterations: 30, ...more });

test("minimise() reaches 1e-8 on the sphere with 40 particles and 200 iterations, any seed", async () => {
  for (const boundary of ["periodic", "nearest", "reflective"] as const) {
    for (let seed = 1; seed <= 10; seed++) {
      const found = await search({ iterations: 200, seed, boundary });
      assert.ok(found.cost <= 1e-8, `seed ${seed}, ${boundary}: ${found.cost}`);
      assert.equal(sphere(found.position), found.cost);
    }
  }
});

test("minimise() gives the same bits for the same seed, and others for another", async () => {
  const [first, again, other] = [
    await search({ seed: 7 }),
    await search({ seed: 7 }),
    await search({ seed: 8 }),
  ];
  assert.deepEqual(first, again);
  assert.notDeepEqual(first.position, other.position);
});

test("minimise() is not disturbed by a second search that runs between its iterations", async () => {
  const alone = [await search({ seed: 1 }), await search({ seed: 2 })];
  const slowly = async (x: Float64Array) => {
    await Promise.resolve();
    return sphere(x);
  };
  const together = await Promise.all([
    search({ seed: 1, objective: slowly }),
    search({ seed: 2, objective: slowly }),
  ]);
  assert.deepEqual(together, alone);
});

test("minimiseSwarm() does not depend on the order in which costs are computed", async () => {
  const settings = { bounds: box(3, 10), seed: 5, iterations: 20 };
  const backwards = await minimiseSwarm({
    ...settings,
    evaluate: (positions) => {
      const costs = new Float64Array(positions.length);
      for (let i = costs.length - 1; i >= 0; i--) costs[i] = sphere(positions[i]!);
      return costs;
    },
  });
  assert.deepEqual(backwards, await minimise({ ...settings, objective: sphere }));
});

test("minimise() records a course that only falls, and counts its evaluations", async () => {
  let calls = 0;
  const told: Iteration[] = [];
  const found = await search({
    objective: (x) => (calls++, sphere(x)),
    onIteration: (iteration) => told.push(iteration),
  });
  assert.equal(found.stopReason, "iterations");
  assert.equal(found.evaluations, 40 * 30);
  assert.equal(calls, found.evaluations);
  assert.equal(found.history.best.length, 30);
  assert.deepEqual(told.map((t) => t.best), [...found.history.best]);
  assert.deepEqual(told.at(-1)!.position, found.position);
  assert.deepEqual([...told[4]!.history.best], [...found.history.best.slice(0, 5)]);
  found.history.best.reduce((before, best) => {
    assert.ok(best <= before);
    return best;
  });
  assert.equal(found.history.best.at(-1), found.cost);
  assert.ok(found.history.spread[0]! > 0.2 && found.history.spread.at(-1)! < 0.1);
  assert.ok(found.history.mean.every((mean, i) => mean >= found.history.best[i]!));
});

test("minimise() stays inside the bounds under every boundary handling", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("periodic", "nearest", "reflective"),
      fc.integer(),
      async (boundary, seed) => {
        const bounds = { lower: [1, -3], upper: [2, -3] };
        await minimise({
          bounds,
          seed,
          iterations: 10,
          particles: 5,
          velocityClamp: Infinity,
          boundary: boundary as "nearest",
          objective: ([x, y]) => {
            assert.ok(x! >= 1 && x! <= 2 && y === -3, `${x}, ${y}`);
            return -x!;
          },
        });
      },
    ),
    { numRuns: 50 },
  );
});

test("minimise() stops when stalled or cancelled and keeps the best so far", async () => {
  const stalled = await search({ objective: () => 1, patience: 4 });
  assert.equal(stalled.stopReason, "stalled");
  assert.equal(stalled.history.best.length, 5);

  const abort = new AbortController();
  const cancelled = await search({
    signal: abort.signal,
    onIteration: ({ iteration }) => iteration === 3 && abort.abort(),
  });
  assert.equal(cancelled.stopReason, "cancelled");
  assert.equal(cancelled.evaluations, 120);
  assert.equal(cancelled.cost, (await search({ iterations: 3 })).cost);

  const before = await search({ signal: AbortSignal.abort() });
  assert.deepEqual([before.stopReason, before.evaluations, before.cost], [
    "cancelled",
    0,
    Infinity,
  ]);
});

test("minimise() starts from given places", async () => {
  const found = await search({ iterations: 1, start: [[0, 0, 0, 0, 0, 0.5]] });
  assert.equal(found.cost, 0.25);
});

test("minimise() never takes a cost that is not a number for the best", async () => {
  const found = await search({ objective: (x) => x[0]! > 0 ? NaN : sphere(x) });
  assert.ok(found.cost < 1 && found.position[0]! <= 0);
});

test("minimise() follows an inertia schedule", async () => {
  const flat = await search({ inertia: [0.7, 0.7], seed: 3 });
  assert.deepEqual(flat, await search({ inertia: 0.7, seed: 3 }));
  const falling = await search({ inertia: [0.9, 0.4], seed: 3 });
  assert.notDeepEqual(falling.history, flat.history);
});

test("minimise() refuses settings that make no sense, naming them", async () => {
  const cases: [Partial<MinimiseOptions>, RegExp][] = [
    [{ particles: 0 }, /particles must be an integer ≥ 1: current value is 0/],
    [{ iterations: 1.5 }, /iterations must be .* 1.5/],
    [{ seed: NaN }, /seed must be finite/],
    [{ inertia: -1 }, /inertia/],
    [{ cognitive: Infinity }, /cognitive/],
    [{ velocityClamp: 0 }, /velocity clamp/],
    [{ boundary: "wall" as "nearest" }, /boundary must be periodic, nearest, reflective/],
    [{ bounds: { lower: [1], upper: [0] } }, /dimension 0 is \[1, 0\]/],
    [{ bounds: { lower: [], upper: [] } }, /at least one/],
    [{ start: [[99, 0, 0, 0, 0, 0]] }, /inside the bounds/],
  ];
  for (const [more, message] of cases) {
    await assert.rejects(async () => await search(more), { name: "RangeError", message });
  }
});

test("minimise() passes on what its objective throws", async () => {
  await assert.rejects(
    search({
      objective: () => {
        throw new TypeError("no such plant");
      },
    }),
    /no such plant/,
  );
});
