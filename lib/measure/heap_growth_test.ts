import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { HEAP_GROWTH_FLAGS, type HeapGrowthResult } from "./heap_growth.ts";
import { runInSandbox } from "./sandbox.ts";

test("growth in workers is found in whichever of them grows", async () => {
  const outcome = await runInSandbox<HeapGrowthResult>({
    instrument: fileURLToPath(new URL("heap_growth.js", import.meta.url)),
    target: {
      name: "pair",
      module: fileURLToPath(new URL("../../measure/testdata/pair.mjs", import.meta.url)),
    },
    scenario: "default",
    parameters: { cycles: 300, warmupCycles: 50, maxHeapBytes: 2 ** 28, inWorker: true },
    nodeFlags: HEAP_GROWTH_FLAGS,
    timeoutMs: 60_000,
  });
  assert.equal(outcome.status, "completed");
  const { holders, classes } = (outcome as { readonly result: HeapGrowthResult }).result;
  assert.equal(holders[0]?.steps[holders[0].holder]?.name, "told");
  assert.equal(classes.find((grown) => grown.class === "Told")?.objects, 300);
});
