import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "./random.ts";
import { staircaseInterval } from "./staircase.ts";

const x = Array.from({ length: 150 }, (_, k) => 800 + 50 * k);
const TRUE = 40;

/** Asserts that the interval of a staircase holds the true rate, and is of this width at most. */
function assertHolds(valueAt: (cycle: number) => number, regular: boolean, width: number): void {
  const fit = staircaseInterval(x, x.map(valueAt), 0.99);
  assert.ok(fit !== null && fit.low <= TRUE && TRUE <= fit.high, JSON.stringify(fit));
  assert.ok(fit.low <= fit.slope && fit.slope <= fit.high);
  assert.equal(fit.isRegular, regular);
  assert.ok(fit.high - fit.low <= width * TRUE, JSON.stringify(fit));
}

test("staircaseInterval() knows the rate of tables that double, and of stores that grow by half", () => {
  const random = createRandom("tables");
  for (let k = 0; k < 200; k++) {
    const first = 2000 * (1 + random.next());
    const store = (factor: number) => (cycle: number) => {
      let size = first;
      while (size < TRUE * cycle) size *= factor;
      return size;
    };
    assertHolds(store(2), true, 0.1);
    assertHolds(store(1.5), true, 0.1);
    assertHolds((cycle) => 0.5 * TRUE * cycle + 0.5 * store(2)(cycle), true, 0.1);
  }
});

test("staircaseInterval() is narrow for periodic steps, wide for those that come by chance", () => {
  const random = createRandom("steps");
  let held = 0;
  for (let k = 0; k < 300; k++) {
    const period = 300 + 1500 * random.next();
    const phase = random.next();
    assertHolds((cycle) => Math.floor(cycle / period + phase) * period * TRUE, true, 0.3);
    const wait = 300;
    const at: number[] = [];
    for (let c = 0; c < 9000;) at.push(c += -wait * Math.log(1 - random.next()));
    const y = x.map((cycle) => at.filter((c) => c <= cycle).length * wait * TRUE);
    const fit = staircaseInterval(x, y, 0.99)!;
    if (fit.low <= TRUE && TRUE <= fit.high) held++;
  }
  assert.ok(held >= 290, `${held} of 300 hold the rate`);
});

test("staircaseInterval() leaves lines, parabolas, sawteeth and single steps to others", () => {
  const fit = (valueAt: (cycle: number) => number) => staircaseInterval(x, x.map(valueAt), 0.99);
  assert.equal(fit((cycle) => TRUE * cycle), null);
  assert.equal(fit((cycle) => cycle * cycle), null);
  assert.equal(fit((cycle) => TRUE * (cycle % 900)), null);
  assert.equal(fit((cycle) => cycle > 4000 ? 1e6 : 0), null);
});
