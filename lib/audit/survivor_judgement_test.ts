import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../statistics/mod.ts";
import { judgeSurvivors, type SurvivorRecord } from "./survivor_judgement.ts";

const SLICES = 20;
const INTERVAL = 64;

/** A record of one place whose slices hold so many samples on average, drawn as a sampler would. */
function drawn(expected: (slice: number) => number, seed: number): SurvivorRecord {
  const random = createRandom(seed);
  const samples = Array.from({ length: SLICES }, (_, slice) => {
    // Many rare chances make a count that is Poisson's.
    let count = 0;
    for (let k = 0; k < 200; k++) if (random.next() < expected(slice) / 200) count++;
    return count;
  });
  const frame = { function: "remember", url: "file:///app/cache.mjs", line: 3, column: 5 };
  const group = {
    stack: [frame],
    samples,
    objects: samples.map((count) => 3 * count),
    bytes: samples.map((count) => 3 * INTERVAL * count),
  };
  return { groups: [group], slices: SLICES, cyclesPerSlice: 200, intervalBytes: INTERVAL };
}

function shareAccused(expected: (slice: number) => number): number {
  const runs = 1000;
  let accused = 0;
  for (let seed = 0; seed < runs; seed++) {
    if (judgeSurvivors(drawn(expected, seed)).leaking.length > 0) accused++;
  }
  return accused / runs;
}

test("judgeSurvivors() finds an even leak of which 40 samples were seen", () => {
  const share = shareAccused(() => 2);
  assert.ok(share >= 0.99, `${share}`);
});

test("judgeSurvivors() accuses no ring, no pool and nothing that is thinned out with age", () => {
  const shapes: Record<string, (slice: number) => number> = {
    ring: (slice) => slice >= SLICES - 4 ? 30 : 0,
    pool: (slice) => slice < 6 ? 30 : 0,
    thinned: (slice) => 40 * 0.75 ** (SLICES - 1 - slice),
  };
  for (const [name, expected] of Object.entries(shapes)) {
    const share = shareAccused(expected);
    assert.ok(share <= 0.001, `${name}: ${share}`);
  }
});
