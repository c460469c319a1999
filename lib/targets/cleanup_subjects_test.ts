import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { CleanupCheck, CleanupPhase } from "../audit/mod.ts";
import { runInSandbox } from "../measure/mod.ts";
import { cleanupTargets } from "./built_in_targets.ts";
import { concurrencyChecks } from "./cleanup_subjects.ts";

// All classes in one process: the audit gives each its own, which takes longer than a test should.
async function ask<T>(instrument: string): Promise<T> {
  const outcome = await runInSandbox<T>({
    instrument: fileURLToPath(new URL(`../measure/cleanup_${instrument}.js`, import.meta.url)),
    target: cleanupTargets()[0]!,
    scenario: "default",
    parameters: { instances: 3 },
    nodeFlags: ["--expose-gc"],
    timeoutMs: 120_000,
  });
  assert.ok(outcome.status === "completed", JSON.stringify(outcome));
  return outcome.result;
}

test("every class of the laboratory that owns state cleans up, resets and is collected", async () => {
  type Verified = { class: string; checks: CleanupPhase["checks"] };
  const results = await ask<readonly Verified[]>("run");
  const checks = results.flatMap((result) => result.checks);
  assert.deepEqual(checks.filter(({ passed }) => !passed), []);
  assert.deepEqual(results.map((result) => result.class), cleanupTargets()[0]!.meta!.classes);
});

test("the laboratory works on several threads at once and leaves nothing behind", async () => {
  const rows = await ask<readonly CleanupCheck[]>("concurrent");
  assert.deepEqual(rows.filter(({ passed }) => !passed), []);
  assert.equal(rows.length, concurrencyChecks.length + 1);
});
