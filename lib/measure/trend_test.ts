import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runInSandbox } from "./sandbox.ts";
import { TREND_ENVIRONMENT, TREND_FLAGS, type TrendResult } from "./trend.ts";

const target = fileURLToPath(new URL("../../measure/testdata/still.mjs", import.meta.url));

// Long enough for the log to fill and thin itself, and for each goal and snapshot to be passed.
const parameters = {
  cycles: 200,
  warmupCycles: 50,
  maxCycles: 1200,
  budgetSeconds: 60,
  sharpeningSeconds: 4,
  limitSeconds: 60,
  plentyBytes: 2 ** 30,
  enoughBytes: 2 ** 30,
  snapshotCycles: [0, 100, 500, 1000],
  tolerances: { heap: -1 }, // never flat enough, so that all cycles are measured
};

test("the instrument leaves nothing in the heap of a target that does nothing", async () => {
  const outcome = await runInSandbox<TrendResult>({
    instrument: fileURLToPath(new URL("trend.js", import.meta.url)),
    target: { name: "still", module: target },
    scenario: "default",
    parameters,
    nodeFlags: TREND_FLAGS,
    timeoutMs: 60_000,
  });
  assert.equal(outcome.status, "completed");
  const { samples, cycles } = (outcome as { readonly result: TrendResult }).result;
  assert.equal(cycles, 1200);
  const settled = samples["heap"]!.filter((_, row) => samples["cycle"]![row]! > 60);
  assert.ok(settled.length > 90, `${settled.length} rows`);
  assert.deepEqual([...new Set(settled)], [settled[0]], "the heap changed by itself");
});

test("buffers that come and go leave nothing that looks like native memory kept", async () => {
  const module = fileURLToPath(new URL("../../measure/testdata/churn.mjs", import.meta.url));
  const outcome = await runInSandbox<TrendResult>({
    instrument: fileURLToPath(new URL("trend.js", import.meta.url)),
    target: { name: "churn", module },
    scenario: "default",
    parameters: { ...parameters, maxCycles: 2400 },
    nodeFlags: TREND_FLAGS,
    env: TREND_ENVIRONMENT,
    timeoutMs: 60_000,
  });
  assert.equal(outcome.status, "completed");
  const { native, cycle } = (outcome as { readonly result: TrendResult }).result.samples;
  const settled = native!.filter((_, row) => cycle![row]! > 400);
  const half = settled.length >> 1;
  const lowest = (values: readonly number[]) => Math.min(...values);
  const rise = lowest(settled.slice(half)) - lowest(settled.slice(0, half));
  assert.ok(rise < 1e6, `${rise} bytes`);
});
