import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { blockBootstrapInterval, lagOneCorrelation } from "./block_bootstrap.ts";
import { withoutBumps } from "./bumps.ts";
import { wilsonInterval } from "./distributions.ts";
import { envelope } from "./envelope.ts";
import { createRandom } from "./random.ts";
import type { Random } from "./random.ts";
import { slopeInterval } from "./slope_interval.ts";

const cycles = (n: number) => Float64Array.from({ length: n }, (_, i) => 20 * i);

/** AR(1) noise of unit variance. */
function autoregressive(random: Random, n: number, phi: number): Float64Array {
  const shock = Math.sqrt(1 - phi * phi);
  let level = random.normal();
  return Float64Array.from({ length: n }, () => {
    const value = level;
    level = phi * level + shock * random.normal();
    return value;
  });
}

const noises: Record<string, (random: Random, n: number) => Float64Array> = {
  "white noise": (random, n) => autoregressive(random, n, 0).map((v) => 9000 * v),
  "AR(1) at 0.5": (random, n) => autoregressive(random, n, 0.5).map((v) => 9000 * v),
  "AR(1) at 0.8": (random, n) => autoregressive(random, n, 0.8).map((v) => 9000 * v),
  "AR(1) at 0.5 in pages": (random, n) =>
    autoregressive(random, n, 0.5).map((v) => 4096 * Math.floor(v)),
  "sparse steps": (random, n) => {
    let level = 0;
    return Float64Array.from({ length: n }, () => {
      if (random.next() < 0.2) level = 9000 * random.normal();
      return level;
    });
  },
};

for (const [name, noise] of Object.entries(noises)) {
  test(`slopeInterval() at 99 % covers the true rate under ${name}`, () => {
    const [runs, n, rate] = [1200, 60, 37];
    const x = cycles(n);
    const random = createRandom(name);
    let covered = 0;
    for (let k = 0; k < runs; k++) {
      const y = noise(random, n).map((value, i) => value + rate * x[i]!);
      const { low, high } = slopeInterval(x, y);
      if (low <= rate && rate <= high) covered++;
    }
    // The long simulation pins 98.5 … 99.5 %; this one must not contradict it at 1e-3.
    const [low, high] = wilsonInterval(covered, runs, 0.999);
    assert.ok(low <= 0.995 && high >= 0.985, `${covered} of ${runs}`);
  });
}

test("slopeInterval() takes a few lasting steps on a line for what they may be, and stairs for growth", () => {
  const random = createRandom("steps");
  const x = cycles(50);
  let covered = 0;
  const runs = 400;
  for (let k = 0; k < runs; k++) {
    let level = 3e6;
    const y = x.map((v) => {
      if (random.next() < 0.04) level += 1000 + 9000 * random.next();
      return level + 8 * v + (random.next() < 0.05 ? 204_880 * random.next() : 0);
    });
    const { low, high } = slopeInterval(x, y);
    if (low <= 8 + 1e-9 && 8 - 1e-9 <= high) covered++;
  }
  assert.ok(wilsonInterval(covered, runs, 0.999)[1] >= 0.985, `${covered} of ${runs}`);
  const stairs = slopeInterval(x, x.map((v) => 4096 * Math.floor(v / 110)));
  assert.ok(stairs.low > 0 && stairs.low < 4096 / 110 && 4096 / 110 < stairs.high);
});

test("slopeInterval() is exact on a line, bumps or not", () => {
  fc.assert(fc.property(
    fc.integer({ min: -64, max: 1000 }),
    fc.integer({ min: 30, max: 90 }),
    fc.nat(),
    (rate, n, at) => {
      const x = cycles(n);
      const y = x.map((value) => 4e6 + rate * value);
      y[at % n]! += 204_880;
      const { slope, low, high } = slopeInterval(x, y);
      assert.deepEqual([slope, low, high], [rate, rate, rate]);
    },
  ));
});

test("slopeInterval() moves with the series and scales with its units", () => {
  const random = createRandom("units");
  const x = cycles(50);
  const y = autoregressive(random, 50, 0.6);
  const base = slopeInterval(x, y);
  const moved = slopeInterval(x.map((v) => v + 1e6), y.map((v, i) => 4096 * v + 3e8 + 8 * x[i]!));
  for (const key of ["slope", "low", "high"] as const) {
    assert.ok(Math.abs(moved[key] - (4096 * base[key] + 8)) < 1e-4, key);
  }
});

test("slopeInterval() widens with confidence and refuses two points", () => {
  const y = autoregressive(createRandom(5), 40, 0.3);
  const narrow = slopeInterval(cycles(40), y, { confidence: 0.9 });
  const wide = slopeInterval(cycles(40), y, { confidence: 0.999 });
  assert.ok(wide.low < narrow.low && narrow.low < narrow.slope);
  assert.ok(narrow.slope < narrow.high && narrow.high < wide.high);
  assert.throws(() => slopeInterval([1, 2], [1, 2]), /3 points/);
});

test("withoutBumps() keeps ramps, stairs and changes of level", () => {
  const shapes = [
    cycles(40),
    cycles(40).map((v) => Math.floor(v / 200) * 4096),
    cycles(40).map((v) => v < 300 ? 0 : 24e6),
    cycles(40).map((v) => v % 400),
  ];
  for (const shape of shapes) assert.deepEqual(withoutBumps(shape), shape);
});

test("blockBootstrapInterval() covers the mean of a long correlated series", () => {
  const [runs, n] = [200, 400];
  const random = createRandom("bootstrap");
  const mean = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
  let covered = 0;
  for (let k = 0; k < runs; k++) {
    const y = autoregressive(random, n, 0.5);
    const options = { random, confidence: 0.95, resamples: 300 };
    const [low, high] = blockBootstrapInterval(y, mean, options);
    if (low <= 0 && 0 <= high) covered++;
  }
  assert.ok(wilsonInterval(covered, runs, 0.999)[1] >= 0.93, `${covered} of ${runs}`);
});

test("lagOneCorrelation() finds the correlation that was put in", () => {
  const y = autoregressive(createRandom(2), 20_000, 0.7);
  assert.ok(Math.abs(lagOneCorrelation(y) - 0.7) < 0.03);
  assert.equal(lagOneCorrelation([3, 3, 3]), 0);
});

test("envelope() stands still under a sawtooth and rises with a ramp below it", () => {
  const x = cycles(200);
  const saw = x.map((v) => v % 400 * 65);
  assert.equal(envelope(x, saw, { blocks: 5, resolution: 4096 }).rises, 0);
  const ramp = envelope(x, saw.map((v, i) => v + 2048 * x[i]!), { resolution: 4096 });
  assert.equal(ramp.rises, 4);
  assert.ok(Math.abs(ramp.rate - 2048) < 20);
  assert.throws(() => envelope([1, 2], [1, 2], { blocks: 3 }), RangeError);
});
