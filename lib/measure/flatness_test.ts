import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { envelopeRise, isEnding, stepNoise } from "./flatness.ts";

const rise = (values: readonly number[]): number =>
  envelopeRise((row) => values[row] as number, Math.floor(values.length / 3), values.length);

test("envelopeRise() is nothing for constants, sawteeth and one odd sample", () => {
  assert.equal(rise(new Array(60).fill(5e6)), 0);
  assert.equal(rise(Array.from({ length: 60 }, (_, k) => k % 10)), 0);
  assert.equal(rise(Array.from({ length: 60 }, (_, k) => k === 55 ? 9e6 : 5e6)), 0);
  assert.ok(rise(Array.from({ length: 60 }, (_, k) => k < 10 ? k : 10)) <= 0);
});

test("envelopeRise() sees a line, and a staircase whose steps double", () => {
  assert.ok(Math.abs(rise(Array.from({ length: 60 }, (_, k) => 8 * k)) - 8 * 26) < 8 * 4);
  // A table of doubling size steps once in any span of a factor of three; wherever it is, it shows.
  fc.assert(fc.property(fc.integer({ min: 30, max: 200 }), (length) => {
    const table = Array.from({ length }, (_, k) => 2 ** Math.ceil(Math.log2(k + 1)));
    return rise(table) > 0;
  }));
});

const ending = (length: number, valueAt: (row: number) => number): boolean =>
  isEnding((row) => valueAt(row), length);

test("isEnding() sees a cache that is full, fills ever slower, or filled up a moment ago", () => {
  assert.ok(ending(160, (row) => 100 * Math.min(row, 120)));
  assert.ok(ending(160, (row) => 1e5 * (1 - Math.exp(-row / 60))));
  assert.ok(ending(160, (row) => 100 * Math.min(row, 155)));
});

test("isEnding() takes no leak for one: a line, a parabola, a noisy line, one step in ten", () => {
  assert.ok(!ending(160, (row) => 100 * row));
  assert.ok(!ending(160, (row) => row * row));
  assert.ok(!ending(160, (row) => 100 * row + 250 * (row * 7919 % 11)));
  assert.ok(!ending(160, (row) => 5000 * Math.floor(row / 5)));
  // A list and a table beside it that doubles in the middle third.
  assert.ok(!ending(160, (row) => 100 * row + (row > 80 ? 12_000 : 0)));
  // A table that doubles only pauses.
  assert.ok(!ending(160, (row) => 2 ** Math.ceil(Math.log2(row + 1))));
});

test("stepNoise() is the scatter of noise, nothing for what is exact, a step for a sawtooth", () => {
  const noise = (valueAt: (row: number) => number) => stepNoise(valueAt, 20, 160);
  assert.equal(noise(() => 5e6), 0);
  assert.equal(noise((row) => 100 * row), 0);
  assert.equal(noise((row) => row > 80 ? 1e6 : 0), 0);
  assert.equal(noise((row) => 3000 * (row % 13)), 3000);
  assert.equal(noise((row) => 3000 * (row % 13) + 50 * row), 3050);
  const scatter = noise((row) => 100 * row + 100 * (row * row * 7919 % 101));
  assert.ok(scatter > 1000 && scatter < 10_000, String(scatter));
});
