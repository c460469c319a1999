import assert from "node:assert/strict";
import { test } from "node:test";
import { plantedControls } from "./planted_controls.ts";

test("plantedControls() plants the rates it is asked for, and innocents always", () => {
  const controls = plantedControls([16]);
  const rates = (channel: string) =>
    controls.filter((control) => control.kind === "positive" && control.channel === channel)
      .map(({ plantedBytesPerCycle }) => plantedBytesPerCycle);
  assert.deepEqual(rates("heap"), [16]);
  assert.deepEqual(rates("arrayBuffers"), [16]);
  assert.ok(rates("native").every((rate) => rate >= 1024));
  assert.equal(controls.filter(({ kind }) => kind === "negative").length, 5);
});
