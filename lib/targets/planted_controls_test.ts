import assert from "node:assert/strict";
import { test } from "node:test";
import { plantedControls, quickControls } from "./planted_controls.ts";

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

test("quickControls() plants a leak in each channel and innocents, all of them of the whole set", () => {
  const all = new Set(plantedControls([64, 8, 1024]).map(({ name }) => name));
  const quick = quickControls([64, 8, 1024]);
  const leaks = quick.filter(({ kind }) => kind === "positive");
  assert.deepEqual(leaks.map(({ name }) => name), [
    "planted_heap_8",
    "planted_array_buffer_8",
    "planted_native_4096",
  ]);
  assert.ok(quick.some(({ kind }) => kind === "negative"));
  assert.ok(quick.every(({ name }) => all.has(name)));
});
