import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { changePoints } from "./change_points.ts";
import { classifyGrowth, limitOfDetection } from "./classify_growth.ts";
import type { GrowthFit } from "./classify_growth.ts";
import { createRandom } from "./random.ts";
import type { Random } from "./random.ts";

const cycle = Float64Array.from({ length: 50 }, (_, i) => 20 * i);
const SIZE = 400_000; // bytes by which each shape rises over the run, give or take a half

type Draw = (random: Random) => (c: number) => number;

const shapes: Record<string, { readonly draw: Draw; readonly growth: string; settled: string }> = {
  flat: { draw: () => () => 0, growth: "flat", settled: "flat" },
  linear: {
    draw: (random) => {
      const rate = SIZE * (0.5 + random.next()) / 1000;
      return (c) => rate * c;
    },
    growth: "linear",
    settled: "linear",
  },
  quadratic: {
    draw: (random) => {
      const rate = SIZE * (0.5 + random.next()) / 1e6;
      return (c) => rate * c * c;
    },
    growth: "quadratic",
    settled: "quadratic",
  },
  "one-time step": {
    draw: (random) => {
      const [at, rise] = [100 + 500 * random.next(), SIZE * (0.5 + random.next())];
      return (c) => c < at ? 0 : rise;
    },
    growth: "step",
    settled: "flat",
  },
  "24 MB loaded at once, then a leak": {
    draw: (random) => {
      const [at, rate] = [10 + 240 * random.next(), 300 + 300 * random.next()];
      return (c) => (c < at ? 0 : 24e6) + rate * c;
    },
    growth: "step",
    settled: "linear",
  },
  "pool that fills": {
    draw: (random) => {
      const [full, rise] = [200 + 250 * random.next(), SIZE * (0.5 + random.next())];
      return (c) => rise * Math.min(1, c / full);
    },
    growth: "saturating",
    settled: "flat",
  },
  sawtooth: {
    draw: (random) => {
      const [period, rise] = [120 + 250 * random.next(), SIZE * (0.5 + random.next())];
      const phase = random.next();
      return (c) => rise * ((c / period + phase) % 1);
    },
    growth: "sawtooth",
    settled: "sawtooth",
  },
  "leak from cycle 300 to 500 on": {
    draw: (random) => {
      const [onset, rate] = [300 + 200 * random.next(), SIZE / 500];
      return (c) => rate * Math.max(0, c - onset);
    },
    growth: "linear",
    settled: "linear",
  },
};

/** AR(1) noise of 10 KB. */
function correlated(random: Random): () => number {
  let level = 10_000 * random.normal();
  return () => {
    const value = level;
    level = 0.5 * level + 10_000 * Math.sqrt(0.75) * random.normal();
    return value;
  };
}

for (const [name, { draw, growth, settled }] of Object.entries(shapes)) {
  test(`classifyGrowth() recognises ${name}, exact, noisy and in pages`, () => {
    const random = createRandom(name);
    let wrong = 0;
    const runs = 14;
    for (let k = 0; k < runs; k++) {
      const shape = draw(random);
      const noise = correlated(random);
      const exact = cycle.map((c) => 3e7 + shape(c));
      const noisy = exact.map((v) => v + noise());
      const paged = noisy.map((v) => Math.floor(v / 4096) * 4096);
      const fits = [
        classifyGrowth(cycle, exact),
        classifyGrowth(cycle, noisy),
        classifyGrowth(cycle, paged, { quantum: 4096 }),
      ];
      assert.deepEqual([fits[0]!.growth, fits[0]!.settledGrowth], [growth, settled]);
      wrong += fits.filter((f) => f.growth !== growth || f.settledGrowth !== settled).length;
    }
    // Measured over 60 series of each kind: at most 5 % of a shape are taken for a neighbour.
    assert.ok(wrong <= 0.12 * 3 * runs, `${wrong} of ${3 * runs}`);
  });
}

test("classifyGrowth() measures 8 B per cycle under isolated bumps as 8", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 64 }), (seed, rate) => {
      const random = createRandom(seed);
      const y = cycle.map((c) => 4_000_000 + rate * c);
      for (let k = 0; k < 3; k++) y[15 * k + 3 + random.integer(11)]! += 204_880;
      const fit = classifyGrowth(cycle, y);
      assert.equal(fit.settledGrowth, "linear");
      assert.ok(fit.interval[0] <= rate && rate <= fit.interval[1]);
      assert.ok(Math.abs(fit.slope - rate) < 1e-9);
    }),
    { numRuns: 40 },
  );
});

test("classifyGrowth() finds where the warm-up ends", () => {
  const y = cycle.map((c) => 3e7 + (c < 240 ? 0 : 5e6));
  const fit = classifyGrowth(cycle, y);
  assert.deepEqual([fit.settledFrom, fit.warmupRise, fit.settled], [240, 5e6, true]);
  const unfinished = classifyGrowth(cycle, cycle.map((c) => 3e7 - 5e6 * Math.exp(-c / 700)));
  assert.equal(unfinished.settledGrowth, "saturating");
});

test("classifyGrowth() does not depend on units or level", () => {
  const noise = correlated(createRandom("units"));
  const bytes = cycle.map((c) => 3e7 + 300 * c + noise());
  const base = classifyGrowth(cycle, bytes);
  const scaled = classifyGrowth(cycle, bytes.map((v) => v / 1024 + 1000));
  assert.equal(scaled.growth, base.growth);
  assert.ok(Math.abs(scaled.slope * 1024 - base.slope) < 1e-6 * base.slope);
});

test("classifyGrowth() gives one fitted value per sample, also for long series", () => {
  const x = Float64Array.from({ length: 1201 }, (_, i) => i);
  const fit = classifyGrowth(x, x.map((c) => 1e6 + 5 * c));
  assert.equal(fit.fitted.length, 1201);
  assert.ok(Math.abs(fit.fitted[600]! - 1_003_000) < 30);
  assert.equal(fit.growth, "linear");
});

test("classifyGrowth() refuses what is no series", () => {
  assert.throws(() => classifyGrowth([0, 1, 2], [1, 2, 3]), /4 samples/);
  assert.throws(() => classifyGrowth([0, 1, 1, 2], [1, 2, 3, 4]), /x must ascend/);
  assert.throws(() => classifyGrowth([0, 1, 2, 3], [1, NaN, 3, 4]), /at sample 1/);
});

test("limitOfDetection() is the rate that the interval shows 95 times in 100", () => {
  const random = createRandom("power");
  const noise = () => cycle.map(() => 10_000 * random.normal());
  const clean: GrowthFit[] = Array.from({ length: 40 }, () => classifyGrowth(cycle, noise()));
  const limit = clean.reduce((sum, fit) => sum + fit.limitOfDetection, 0) / clean.length;
  let shown = 0;
  for (let k = 0; k < 150; k++) {
    const y = noise().map((v, i) => v + limit * cycle[i]!);
    if (classifyGrowth(cycle, y).interval[0] > 0) shown++;
  }
  assert.ok(shown >= 0.88 * 150, `${shown} of 150`);
  assert.ok(Math.abs(limitOfDetection([-1, 1], 0.99) - 1.6386) < 1e-3);
});

test("changePoints() finds changes of level and of trend, and none in noise", () => {
  const random = createRandom("changes");
  const noise = () => random.normal();
  let exact = 0;
  for (let k = 0; k < 60; k++) {
    const points = changePoints(cycle, cycle.map((c) => (c < 400 ? 0 : 12) + noise()));
    exact += Number(points.length === 1 && Math.abs(points[0]! - 20) <= 1);
  }
  assert.ok(exact >= 54, `${exact} of 60`);
  const kink = cycle.map((c) => 0.1 * Math.min(c, 500) + noise());
  assert.ok(changePoints(cycle, kink).some((point) => Math.abs(point - 25) <= 2));
  let alarms = 0;
  for (let k = 0; k < 200; k++) alarms += Number(changePoints(cycle, cycle.map(noise)).length > 0);
  assert.ok(alarms <= 10, `${alarms} of 200`);
  assert.throws(() => changePoints([1], []), RangeError);
});
