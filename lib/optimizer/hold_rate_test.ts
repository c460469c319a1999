import assert from "node:assert/strict";
import { test } from "node:test";
import { holdRate } from "./hold_rate.ts";

const options = { controller: "sta_smc", runs: 8, duration: 3 } as const;
const gains = [200, 4.4, 18, 20, 3.2, 7.8];

test("holdRate() counts runs that end upright, with Wilson's interval", async () => {
  const good = await holdRate({ ...options, controllerOptions: { gains } });
  assert.equal(good.held, good.outcomes.filter(Boolean).length);
  assert.equal(good.rate, good.held / 8);
  assert.ok(good.interval[0] < good.rate && good.rate <= good.interval[1]);
  const bad = await holdRate({ ...options, controllerOptions: { gains: gains.map(() => 0.1) } });
  assert.deepEqual([bad.held, bad.interval[0]], [0, 0]);
  assert.ok(good.held > 0);
});

test("holdRate() does not depend on the number of workers", async () => {
  const one = await holdRate({ ...options, controllerOptions: { gains } });
  assert.deepEqual(await holdRate({ ...options, controllerOptions: { gains }, workers: 2 }), one);
});

test("holdRate() refuses what makes no sense", async () => {
  await assert.rejects(holdRate({ ...options, runs: 0 }), /runs must be an integer >= 1/);
  await assert.rejects(holdRate({ ...options, controller: "pid" }), /name must be one of/);
});
