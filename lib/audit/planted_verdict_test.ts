import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeControl, type PlantedTarget } from "./planted_verdict.ts";
import type { LeakResult } from "./results.ts";
import { leakResult } from "./testdata/recorded_phases.ts";

const PLANT: PlantedTarget = {
  name: "planted_native_1024",
  module: "",
  kind: "positive",
  channel: "native",
  plantedBytesPerCycle: 1024,
};
const found = (changes: Partial<LeakResult>) =>
  judgeControl(PLANT, leakResult({ verdict: "leak", channel: "native", ...changes })).passed;

test("judgeControl() wants a planted leak found where it was planted, at about its rate", () => {
  assert.equal(found({ bytesPerCycle: 1070 }), true);
  assert.equal(found({ bytesPerCycle: 1070, channel: "wasm" }), false);
  assert.equal(found({ bytesPerCycle: 300 }), false);
  assert.equal(found({ bytesPerCycle: 3000 }), false);
  assert.equal(found({ bytesPerCycle: 1070, verdict: "inconclusive" }), false);
});

test("judgeControl() lets an innocent pass only if it is clean", () => {
  const innocent: PlantedTarget = { ...PLANT, kind: "negative", plantedBytesPerCycle: 0 };
  assert.equal(judgeControl(innocent, leakResult({ verdict: "clean" })).passed, true);
  const accused = judgeControl(innocent, leakResult({ verdict: "leak", message: "growth" }));
  assert.equal(accused.passed, false);
  assert.match(accused.message, /Planted 0 bytes per cycle; growth/);
});
