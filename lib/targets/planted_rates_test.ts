import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runInSandbox } from "../measure/mod.ts";
import { plantedControls } from "./planted_controls.ts";

/** What a process holds per cycle after full collections, between two cycles. */
interface Rates {
  readonly heap: number;
  readonly arrayBuffers: number;
  readonly native: number;
}

const FLAGS = [
  "--expose-gc",
  "--no-opt",
  "--no-sparkplug",
  "--no-lazy-feedback-allocation",
  "--no-flush-bytecode",
];

async function ratesOf(name: string): Promise<Rates> {
  const outcome = await runInSandbox<Rates>({
    instrument: fileURLToPath(
      new URL("../../targets/testdata/rates_instrument.mjs", import.meta.url),
    ),
    target: plantedControls().find((control) => control.name === name)!,
    scenario: "default",
    nodeFlags: FLAGS,
    timeoutMs: 60_000,
  });
  assert.ok(outcome.status === "completed", JSON.stringify(outcome));
  return outcome.result;
}

test("planted leaks on the heap and in ArrayBuffers grow by the bytes they promise", async () => {
  for (const { name, channel, plantedBytesPerCycle: planted } of plantedControls()) {
    if (channel === "native" || (planted !== 8 && planted !== 1024)) continue;
    const rates = await ratesOf(name);
    // Besides the list of sealed buffers nothing else grows: below one byte per cycle.
    const expected = { heap: 0, arrayBuffers: 0, [channel]: planted };
    assert.ok(Math.abs(rates.heap - expected.heap) < 1, `${name}: ${rates.heap} B on the heap`);
    assert.ok(
      Math.abs(rates.arrayBuffers - expected.arrayBuffers) < 0.1,
      `${name}: ${rates.arrayBuffers} B in ArrayBuffers`,
    );
  }
});

test("planted native leaks grow in the resident set alone, by whole pages", async () => {
  const rates = await ratesOf("planted_native_4096");
  assert.ok(Math.abs(rates.heap) < 1 && Math.abs(rates.arrayBuffers) < 0.1);
  // The C library moves its list of variables as it grows, and keeps the holes for a while.
  const share = rates.native / 4096;
  assert.ok(share > 0.95 && share < 1.3, `${rates.native} B per cycle`);
});
