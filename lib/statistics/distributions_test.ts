import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  incompleteBeta,
  incompleteGamma,
  normalQuantile,
  poissonInterval,
  studentQuantile,
  wilsonInterval,
} from "./distributions.ts";

function near(actual: number, expected: number, relative: number): void {
  const scale = Math.max(1e-300, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= relative * scale, `${actual} is not ${expected}`);
}

test("normalQuantile() gives tabulated values", () => {
  near(normalQuantile(0.995), 2.5758293035489004, 1e-14);
  near(normalQuantile(0.975), 1.959963984540054, 1e-14);
  near(normalQuantile(1e-9), -5.9978070150076869, 1e-13);
  assert.equal(normalQuantile(0.5), 0);
});

test("studentQuantile() gives tabulated values and tends to the normal", () => {
  near(studentQuantile(0.995, 1), 63.65674116287399, 1e-9);
  near(studentQuantile(0.995, 8), 3.3553873313333957, 1e-9);
  near(studentQuantile(0.975, 30), 2.0422724563012373, 1e-9);
  near(studentQuantile(0.025, 30), -2.0422724563012373, 1e-9);
  near(studentQuantile(0.995, 1e7), normalQuantile(0.995), 1e-6);
});

test("incompleteGamma() and incompleteBeta() agree with closed forms", () => {
  fc.assert(fc.property(fc.double({ min: 0.01, max: 30, noNaN: true }), (x) => {
    near(incompleteGamma(1, x), -Math.expm1(-x), 1e-9);
    const closed = 1 - Math.exp(-x) * (1 + x + x * x / 2);
    assert.ok(Math.abs(incompleteGamma(3, x) - closed) < 1e-12);
  }));
  fc.assert(fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), (x) => {
    near(incompleteBeta(x, 1, 4), 1 - (1 - x) ** 4, 1e-9);
    near(incompleteBeta(x, 3, 2), x ** 3 * (4 - 3 * x), 1e-9);
  }));
});

test("poissonInterval() gives Garwood's values", () => {
  assert.equal(poissonInterval(0)[0], 0);
  near(poissonInterval(0)[1], -Math.log(0.005), 1e-9);
  near(poissonInterval(10, 0.95)[0], 4.795389, 1e-6);
  near(poissonInterval(10, 0.95)[1], 18.390356, 1e-6);
  const [low, high] = poissonInterval(1_000_000, 0.99);
  near(1e6 - low, 2575, 2e-3);
  near(high - 1e6, 2577, 2e-3);
  assert.throws(() => poissonInterval(1.5), /whole number/);
  assert.throws(() => poissonInterval(1, 1), /confidence/);
});

test("wilsonInterval() gives published values and stays within 0 … 1", () => {
  // Newcombe 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  const cases = [[81, 263, 0.2553, 0.3662], [15, 148, 0.0624, 0.1605], [0, 20, 0, 0.1611], [
    1,
    29,
    0.0061,
    0.1718,
  ]] as const;
  for (const [successes, trials, low, high] of cases) {
    const interval = wilsonInterval(successes, trials, 0.95);
    assert.deepEqual(interval.map((value) => value.toFixed(4)), [low.toFixed(4), high.toFixed(4)]);
  }
  assert.throws(() => wilsonInterval(3, 2), RangeError);
});
