import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { CleanupRunResult } from "./cleanup_result.ts";
import { CLEANUP_FLAGS } from "./cleanup_run.ts";
import { runInSandbox } from "./sandbox.ts";

const testdata = fileURLToPath(new URL("../../measure/testdata/cleanup/", import.meta.url));

async function verify(module: string): Promise<readonly CleanupRunResult[]> {
  const outcome = await runInSandbox<readonly CleanupRunResult[]>({
    instrument: fileURLToPath(new URL("./cleanup_run.js", import.meta.url)),
    target: { name: module, module: testdata + module },
    scenario: "default",
    parameters: { instances: 20 },
    nodeFlags: CLEANUP_FLAGS,
    timeoutMs: 30_000,
  });
  assert.ok(outcome.status === "completed", JSON.stringify(outcome));
  return outcome.result;
}

const subjects = verify("subjects.mjs");

async function resultOf(name: string): Promise<CleanupRunResult> {
  return (await subjects).find((result) => result.class === name)!;
}

async function checkOf(name: string, check: string) {
  const found = (await resultOf(name)).checks.find((row) => row.check === check);
  assert.ok(found, `${name} ${check}`);
  return found;
}

test("cleanup of a good class passes every check", async () => {
  const { checks } = await resultOf("Good");
  assert.deepEqual(checks.filter(({ passed }) => !passed), []);
  const keys = checks.map(({ check }) => check);
  for (
    const key of [
      "cleanup.releases_fields",
      "cleanup.idempotent",
      "cleanup.before_use",
      "cleanup.use_after",
      "cleanup.after_exception",
      "dispose.same_as_cleanup",
      "dispose.scope_exit",
      "drop.collected_after_cleanup",
      "drop.collected_without_cleanup",
      "reset.clears_state",
      "reset.keeps_settings",
      "reset.bit_identical",
    ]
  ) assert.ok(keys.includes(key), key);
});

test("cleanup shows the fate of every own field, private ones included", async () => {
  const { fields } = await resultOf("Good");
  const fates = Object.fromEntries(fields.map(({ field, fate }) => [field, fate]));
  assert.deepEqual(fates, {
    "#rows": "released",
    "#seen": "emptied",
    "#count": "kept",
    gain: "kept",
  });
  const rows = fields.find(({ field }) => field === "#rows")!;
  assert.equal(rows.before, "Float64Array(64)");
  assert.equal(rows.after, "null");
});

test("cleanup that keeps, grows or throws is named by field and message", async () => {
  const released = await checkOf("Bad", "cleanup.releases_fields");
  assert.equal(released.passed, false);
  assert.match(released.observed, /inner kept \(Good\)/);
  assert.match(released.observed, /#history grown \(Array\(4\)\)/);
  assert.match(
    (await checkOf("Bad", "cleanup.nested")).observed,
    /inner\.#rows = Float64Array\(64\)/,
  );
  assert.equal((await checkOf("Bad", "cleanup.idempotent")).observed, "threw already ended");
  assert.match((await checkOf("Bad", "cleanup.use_after")).observed, /TypeError|work succeeded/);
  for (const check of ["cleanup.use_after", "dispose.same_as_cleanup", "cleanup.nested"]) {
    assert.equal((await checkOf("Bad", check)).passed, false, check);
  }
});

test("cleanup counts dropped instances that stay referenced", async () => {
  const check = await checkOf("Bad", "drop.collected_after_cleanup");
  assert.equal(check.passed, false);
  assert.match(check.observed, /20 created, 20 still referenced, 0 finalised, 20 more in the heap/);
  assert.match(
    (await checkOf("Good", "drop.collected_without_cleanup")).observed,
    /0 more in the heap/,
  );
});

test("reset that leaves state behind or changes settings is found", async () => {
  assert.match((await checkOf("Bad", "reset.clears_state")).observed, /differs in gain/);
  assert.equal((await checkOf("Bad", "reset.keeps_settings")).passed, false);
  assert.equal((await checkOf("Bad", "reset.bit_identical")).passed, false);
});

test("a class without a method that ends it fails one check that says so", async () => {
  const { checks } = await resultOf("Endless");
  const failed = checks.filter(({ passed }) => !passed);
  assert.deepEqual(failed.map(({ check }) => check), ["cleanup.present"]);
});

test("a class that needs no end must hold nothing that has one", async () => {
  assert.equal((await checkOf("Value", "cleanup.not_needed")).passed, true);
  const holder = await checkOf("Holder", "cleanup.not_needed");
  assert.equal(holder.passed, false);
  assert.equal(holder.observed, "part has");
});

test("cleanup that stops at a component that throws is found", async () => {
  const check = await checkOf("Owner", "cleanup.component_throws");
  assert.equal(check.passed, false);
  assert.match(check.observed, /"a part got stuck" passed on, parts kept \(Array\(2\)\)/);
});

test("classes that a target only names are found in what its cycles fill", async () => {
  const results = await verify("named_classes.mjs");
  assert.deepEqual(results.map((result) => result.class), ["Cache", "Forgetful"]);
  const [cache, forgetful] = results as [CleanupRunResult, CleanupRunResult];
  const released = (result: CleanupRunResult) =>
    result.checks.find(({ check }) => check === "cleanup.releases_fields")!;
  assert.equal(released(cache).passed, true);
  assert.equal(released(forgetful).passed, false);
  assert.match(released(forgetful).observed, /#entries kept \(Map\(\d+\)\)/);
  assert.ok(cache.checks.find(({ check }) => check === "drop.collected_after_cleanup")!.passed);
});
