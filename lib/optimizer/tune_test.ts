import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../statistics/mod.ts";
import { Evaluator } from "./evaluate.ts";
import { gainBounds } from "./gain_bounds.ts";
import { trialOf, tuneGains, type TuneOptions, type TuningIteration } from "./tune.ts";

const quick = { controller: "sta_smc", duration: 1, particles: 6, iterations: 4, seed: 3 } as const;

test("tuneGains() gives the same bits for any number of workers", async () => {
  const [one, two, three] = [
    await tuneGains({ ...quick, workers: 1 }),
    await tuneGains({ ...quick, workers: 2 }),
    await tuneGains({ ...quick, workers: 3 }),
  ];
  assert.deepEqual(two, one);
  assert.deepEqual(three, one);
  assert.notDeepEqual((await tuneGains({ ...quick, seed: 4 })).gains, one.gains);
});

test("tuneGains() is not disturbed by another tuner that runs at the same time", async () => {
  const other = { ...quick, controller: "adaptive_smc", seed: 9 } as const;
  const alone = [await tuneGains(quick), await tuneGains(other)];
  assert.deepEqual(await Promise.all([tuneGains(quick), tuneGains(other)]), alone);
  assert.deepEqual(
    await Promise.all([tuneGains({ ...quick, workers: 2 }), tuneGains({ ...other, workers: 2 })]),
    alone,
  );
});

test("tuneGains() beats the best of 200 random draws and its gains hold the full plant", async () => {
  const options: TuneOptions = {
    controller: "classical_smc",
    particles: 20,
    iterations: 20,
    seed: 1,
  };
  const found = await tuneGains({ ...options, workers: 2 });
  const judge = new Evaluator(trialOf(options));
  const random = createRandom(42);
  const { lower, upper } = gainBounds.classical_smc;
  let best = Infinity;
  for (let draw = 0; draw < 200; draw++) {
    const gains = lower.map((low, d) => low * (upper[d]! / low) ** random.next());
    best = Math.min(best, judge.costsOf([gains])[0]!);
  }
  assert.ok(found.cost < best, `${found.cost} against ${best}`);
  assert.ok(judge.costsOfRuns([found.gains])[0]![0]!.every((cost) => cost < 1000));
  assert.equal(judge.costsOf([found.gains])[0], found.cost);
});

test("tuneGains() records what finds its gains again", async () => {
  const found = await tuneGains(quick);
  assert.equal(found.seed, 3);
  assert.deepEqual(found.bounds, gainBounds.sta_smc);
  assert.deepEqual(found.trial, trialOf(quick));
  const again = await tuneGains({ ...quick, ...JSON.parse(JSON.stringify({ seed: found.seed })) });
  assert.deepEqual(again, found);
});

test("tuneGains() goes on from given gains and stays inside its bounds", async () => {
  const start = [199.5, 5, 16, 18, 3.2, 7.7];
  const bounds = { lower: [100, 1, 10, 10, 1, 5], upper: [200, 10, 30, 30, 5, 10] };
  const told: TuningIteration[] = [];
  const found = await tuneGains({
    ...quick,
    start: [start],
    bounds,
    scale: "linear",
    onIteration: (iteration) => told.push(iteration),
  });
  assert.equal(told.length, 4);
  assert.ok(told[0]!.best <= new Evaluator(trialOf(quick)).costsOf([start])[0]!);
  assert.deepEqual(told[3]!.gains, found.gains);
  found.gains.forEach((gain, d) => {
    assert.ok(gain >= bounds.lower[d]! && gain <= bounds.upper[d]!);
  });
});

test("tuneGains() can be cancelled and keeps the best so far", async () => {
  for (const workers of [1, 2]) {
    const abort = new AbortController();
    const found = await tuneGains({
      ...quick,
      iterations: 1000,
      workers,
      signal: abort.signal,
      onIteration: ({ iteration }) => iteration === 2 && abort.abort(),
    });
    assert.equal(found.stopReason, "cancelled");
    assert.equal(found.history.best.length, 2);
    assert.equal(found.cost, found.history.best[1]);
  }
});

test("tuneGains() refuses what makes no sense, naming it", async () => {
  const cases: [Partial<TuneOptions>, RegExp][] = [
    [{ controller: "pid" }, /name must be one of classical_smc/],
    [{ bounds: { lower: [1], upper: [2] } }, /lower bounds must be 6 numbers \[K1, K2/],
    [
      { bounds: { ...gainBounds.sta_smc, lower: [0, 1, 1, 1, 1, 1] } },
      /lower bound of K1 must be > 0/,
    ],
    [{ dt: 0 }, /0 < dt <= duration/],
    [{ particles: 0 }, /particles must be an integer ≥ 1/],
    [{ controllerOptions: { boundry_layer: 1 } }, /"boundry_layer" is unknown/],
  ];
  for (const [more, message] of cases) {
    await assert.rejects(async () => await tuneGains({ ...quick, ...more }), message);
  }
});
