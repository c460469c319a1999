import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { GrowthLedger } from "./growth_ledger.ts";

const PLACES = [10, 20, 30, 40].map((line) => ({ url: "file:///a.mjs", line, column: 3 }));

/** A ledger that is told by how much the reading changes at each place. */
function openLedger(isNoisy: boolean = false) {
  let reading = 1000;
  const ledger = new GrowthLedger(PLACES, () => reading, { isNoisy });
  ledger.resume();
  const visit = (place: number, change: number, caller?: number): void => {
    const frame = { ...PLACES[place]!, function: "f" };
    const above = { ...frame, line: caller ?? 0, function: "g" };
    ledger.enter(place, caller === undefined ? null : [frame, above]);
    reading += change;
  };
  const lines = (): (readonly [line: number, bytes: number])[] => {
    ledger.pause();
    return ledger.places().map(({ stack, bytes }) => [stack[0]!.line, bytes]);
  };
  return { ledger, visit, lines };
}

test("GrowthLedger credits what rose to the place before", () => {
  const { visit, lines } = openLedger();
  for (let k = 0; k < 3; k++) {
    visit(0, 0);
    visit(1, 64);
    visit(2, 0);
  }
  assert.deepEqual(lines(), [[20, 192]]);
});

test("GrowthLedger takes back what shrinks again", () => {
  const { visit, lines } = openLedger();
  for (let k = 0; k < 5; k++) {
    visit(0, 64);
    visit(1, 640);
    visit(2, -640);
  }
  assert.deepEqual(lines(), [[10, 320]]);
});

test("GrowthLedger asks for the stacks of what rose, and tells callers apart", () => {
  const { ledger, visit } = openLedger();
  assert.equal(ledger.isGrown(0), false);
  visit(0, 64);
  visit(1, 0);
  assert.equal(ledger.isGrown(0), true);
  visit(0, 64, 100);
  visit(0, 64, 100);
  visit(0, 64, 200);
  visit(1, 0);
  const callers = ledger.places().map(({ stack, bytes }) => [stack[1]?.line, bytes]);
  // What rose before its stack was asked for goes with the commonest.
  assert.deepEqual(callers, [[100, 192], [200, 64]]);
});

test("GrowthLedger leaves out of a noisy reading what all places have in common", () => {
  const { visit, lines } = openLedger(true);
  for (let k = 0; k < 400; k++) {
    for (let place = 0; place < 4; place++) {
      const noise = ((k * 7 + place * 3) % 5 === 0 ? 4096 : 0) - (k % 3 === 0 ? 1024 : 0);
      visit(place, noise + (place === 2 && k % 4 === 0 ? 20480 : 0));
    }
  }
  const [[line, bytes], ...others] = lines() as [[number, number]];
  assert.deepEqual([line, others], [30, []]);
  assert.ok(Math.abs(bytes - 100 * 20480) < 0.1 * 100 * 20480, `${bytes}`);
});

test("GrowthLedger accounts for every byte of an exact reading that only rises", () => {
  const visits = fc.array(fc.tuple(fc.nat(3), fc.nat(1000)), { maxLength: 50 });
  fc.assert(fc.property(visits, (all) => {
    const { visit, lines } = openLedger();
    for (const [place, rise] of all) visit(place, rise);
    const total = lines().reduce((sum, [, bytes]) => sum + bytes, 0);
    assert.equal(total, all.reduce((sum, [, rise]) => sum + rise, 0));
  }));
});
