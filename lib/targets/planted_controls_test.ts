import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditTarget } from "../measure/target.ts";
import { plantedControls } from "./planted_controls.ts";

const load = async (module: string) => await import(module) as AuditTarget;

test("plantedControls() covers three channels and five look-alikes under unique names", () => {
  const controls = plantedControls();
  const names = controls.map((control) => control.name);
  assert.equal(new Set(names).size, names.length);
  const positives = controls.filter((control) => control.kind === "positive");
  assert.deepEqual(
    [...new Set(positives.map((control) => control.channel))],
    ["heap", "arrayBuffers", "native"],
  );
  assert.ok(positives.every((control) => control.plantedBytesPerCycle > 0));
  assert.equal(controls.filter((control) => control.kind === "negative").length, 5);
});

test("plantedControls() lists modules that do their work and prove it", async () => {
  for (const control of plantedControls()) {
    const target = await load(control.module);
    const context = await target.setup!({ scenario: "default", ...control.options });
    assert.throws(() => target.validate!(context), /Cannot trust/, `${control.name} before`);
    for (let i = 0; i < 700; i++) target.cycle(context, i);
    target.validate!(context);
  }
});

test("a planted leak that loses what it planted fails its validation", async () => {
  const heap = plantedControls()[0]!;
  const target = await load(heap.module);
  const context = await target.setup!({ scenario: "default", bytes: 64 }) as { head: unknown };
  for (let i = 0; i < 10; i++) target.cycle(context, i);
  context.head = null;
  assert.throws(() => target.validate!(context), /must hold 10 nodes: it has 0/);
});

test("setup() of a planted leak rejects a rate that cannot be planted, with the value", async () => {
  for (const control of plantedControls().filter(({ kind }) => kind === "positive")) {
    const target = await load(control.module);
    for (const bytes of [0, -8, 12.5, NaN, "many", undefined]) {
      assert.throws(
        () => target.setup!({ scenario: "default", bytes }),
        (error: Error) => error instanceof RangeError && error.message.endsWith(String(bytes)),
      );
    }
  }
});
