import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRandom, randomFromState, splitmix64 } from "./random.ts";

test("randomFromState() gives the published xoshiro128++ vector", () => {
  // Vector of the reference C code for state 1, 2, 3, 4, as in the tests of rand_xoshiro.
  const random = randomFromState([1, 2, 3, 4]);
  const expected = [
    641,
    1573767,
    3222811527,
    3517856514,
    836907274,
    4247214768,
    3867114732,
    1355841295,
    495546011,
    621204420,
  ];
  assert.deepEqual(expected.map(() => random.uint32()), expected);
});

test("splitmix64() gives the published vector of seed 1234567", () => {
  assert.deepEqual(splitmix64(1234567n, 5), [
    6457827717110365317n,
    3203168211198807973n,
    9817491932198370423n,
    4593380528125082431n,
    16408922859458223821n,
  ]);
});

test("createRandom() repeats a stream for the same seed and not for another", () => {
  fc.assert(fc.property(fc.oneof(fc.integer(), fc.string()), (seed) => {
    const [a, b, c] = [createRandom(seed), createRandom(seed), createRandom(`${seed}'`)];
    const first = Array.from({ length: 8 }, () => a.next());
    assert.deepEqual(first, Array.from({ length: 8 }, () => b.next()));
    assert.notDeepEqual(first, Array.from({ length: 8 }, () => c.next()));
    assert.ok(first.every((value) => value >= 0 && value < 1));
  }));
  assert.notEqual(createRandom(1).next(), createRandom("1").next());
  assert.throws(() => createRandom(NaN), RangeError);
});

test("split() depends on seed and key only, and its streams are uncorrelated", () => {
  const parent = createRandom(7);
  const before = parent.split("a").next();
  parent.next();
  assert.equal(parent.split("a").next(), before);
  assert.notEqual(parent.split("b").next(), before);
  assert.notEqual(parent.split("a").split("b").next(), parent.split("b").split("a").next());
  const n = 20_000;
  const [left, right] = [parent.split(0), parent.split(1)];
  let product = 0;
  for (let i = 0; i < n; i++) product += left.normal() * right.normal();
  assert.ok(Math.abs(product / Math.sqrt(n)) < 4.5);
});

test("next() and normal() have the moments of their distributions", () => {
  const random = createRandom("moments");
  const n = 100_000;
  let [mean, square, normalMean, normalSquare, fourth] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const u = random.next();
    const z = random.normal();
    mean += u / n;
    square += u * u / n;
    normalMean += z / n;
    normalSquare += z * z / n;
    fourth += z ** 4 / n;
  }
  // Limits: 5 standard errors of each moment.
  assert.ok(Math.abs(mean - 1 / 2) < 5 * Math.sqrt(1 / 12 / n));
  assert.ok(Math.abs(square - 1 / 3) < 5 * Math.sqrt(4 / 45 / n));
  assert.ok(Math.abs(normalMean) < 5 / Math.sqrt(n));
  assert.ok(Math.abs(normalSquare - 1) < 5 * Math.sqrt(2 / n));
  assert.ok(Math.abs(fourth - 3) < 5 * Math.sqrt(96 / n));
});

test("integer() is unbiased and refuses what is not a count", () => {
  const random = createRandom(3);
  const counts = new Float64Array(7);
  for (let i = 0; i < 70_000; i++) counts[random.integer(7)]! += 1;
  const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  assert.ok(chiSquare < 27.9); // 6 degrees of freedom, p = 1e-4
  for (const n of [0, -1, 1.5, NaN, 2 ** 33]) assert.throws(() => random.integer(n), RangeError);
});

test("shuffle() returns a permutation and leaves its argument alone", () => {
  fc.assert(fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
    const copy = items.slice();
    const shuffled = createRandom(seed).shuffle(items);
    assert.deepEqual(items, copy);
    assert.deepEqual(shuffled.sort((a, b) => a - b), copy.sort((a, b) => a - b));
  }));
});
