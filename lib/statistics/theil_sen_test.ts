import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { median, quantile, robustSigma } from "./quantile.ts";
import { createRandom } from "./random.ts";
import { theilSen } from "./theil_sen.ts";

const line = (n: number, slope: number, start: number) => {
  const x = Float64Array.from({ length: n }, (_, i) => 20 * i);
  return { x, y: x.map((value) => start + slope * value) };
};

test("quantile() interpolates as type 7 and refuses nothing at all", () => {
  assert.equal(quantile([3, 1, 2, 4], 0.25), 1.75);
  assert.equal(median([5, 1, 3]), 3);
  assert.throws(() => quantile([], 0.5), RangeError);
  assert.throws(() => quantile([1], 2), RangeError);
});

test("robustSigma() measures normal noise and overlooks a few giants", () => {
  const random = createRandom(1);
  const noise = Float64Array.from({ length: 4000 }, (_, i) => i % 20 ? random.normal() : 1e9);
  assert.ok(Math.abs(robustSigma(noise) - 1) < 0.15);
});

test("theilSen() is exact on a line with isolated bumps, whatever their size", () => {
  fc.assert(fc.property(
    fc.integer({ min: 20, max: 80 }),
    fc.integer({ min: -64, max: 4096 }),
    fc.integer(),
    (n, slope, seed) => {
      const { x, y } = line(n, slope, 3e6);
      const random = createRandom(seed);
      for (let i = 0; i < n / 10; i++) y[random.integer(n)]! += 204_880;
      assert.equal(theilSen(x, y).slope, slope);
    },
  ));
});

test("theilSen() answers for thousands of samples by block medians", () => {
  const { x, y } = line(20_000, 8, 0);
  const fit = theilSen(x, y);
  assert.ok(Math.abs(fit.slope - 8) < 1e-9);
  assert.ok(Math.abs(fit.intercept) < 1e-6);
});

test("theilSen() refuses a single point and takes repeated x as no growth", () => {
  assert.throws(() => theilSen([1], [1]), /at least 2/);
  assert.equal(theilSen([1, 1], [1, 5]).slope, 0);
});
