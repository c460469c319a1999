import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { verifyCleanup } from "./cleanup.ts";
import { openRun } from "./run_store.ts";

const folder = mkdtempSync(join(tmpdir(), "cleanup-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const testdata = fileURLToPath(new URL("../../measure/testdata/cleanup/", import.meta.url));
const spec = (name: string, classes?: string[]) => ({
  name,
  module: `${testdata}${name}.mjs`,
  ...(classes ? { meta: { classes } } : {}),
});

test("verifyCleanup() finds the leaky class, its orphans and their number, and clears the good one", async () => {
  const store = openRun(folder, { id: "first" });
  const target = spec("subjects", ["Good", "Bad"]);
  const phase = await verifyCleanup([target], { instances: 20, workers: 2, store });
  const failed = phase.checks.filter(({ passed }) => !passed);
  assert.deepEqual([...new Set(failed.map((check) => check.class))], ["Bad"]);
  const orphans = Object.fromEntries(
    phase.orphans.map(({ type, before, after }) => [type, after - before]),
  );
  assert.equal(orphans["Bad"], 60);
  assert.equal(orphans["Good"], 60); // the inner ones of the leaked
  const bad = phase.orphans.find(({ type }) => type === "Bad")!;
  assert.match(bad.retainer, /variable "everything" in subjects.mjs \(Set\) → entry \(Bad\)/);
  const check = phase.checks.find((row) => row.class === "Bad" && row.check === "drop.no_orphans")!;
  assert.match(check.observed, /60 created and dropped.*60 Bad/);
  assert.deepEqual(phase.classes.map((result) => result.class), ["Good", "Bad"]);
  assert.equal(phase.concurrency.length, 0);
  const again = await verifyCleanup([target], { instances: 20, store });
  assert.deepEqual(again.checks, phase.checks);
});

test("verifyCleanup() takes the classes that a user's target names", async () => {
  const phase = await verifyCleanup([spec("named_classes")], { instances: 10, workers: 2 });
  const failed = phase.checks.filter((row) =>
    row.check === "cleanup.releases_fields" && !row.passed
  );
  assert.deepEqual(failed.map((row) => row.class), ["Forgetful"]);
  assert.deepEqual(phase.concurrency.map(({ check, passed }) => [check, passed]), [
    ["concurrency.threads_complete", true],
    ["concurrency.same_result", true],
    ["concurrency.nothing_left", true],
  ]);
});

test("verifyCleanup() finds a user's target that fails, or answers otherwise, on threads", async () => {
  const { concurrency } = await verifyCleanup([spec("shared_state")], { instances: 5, workers: 2 });
  const rows = Object.fromEntries(concurrency.map((row) => [row.check, row]));
  assert.equal(rows["concurrency.same_result"]!.passed, false);
  assert.match(rows["concurrency.same_result"]!.observed, /of 4 threads returned something else/);
});

test("verifyCleanup() reports threads that stay, results that differ and checks that throw", async () => {
  const { concurrency } = await verifyCleanup([spec("threads", [])], { workers: 2 });
  const rows = Object.fromEntries(concurrency.map((row) => [row.check, row]));
  assert.equal(rows["made.fine"]!.passed, true);
  assert.equal(rows["made.differs"]!.passed, false);
  assert.match(rows["made.throws"]!.observed, /threw out of threads/);
  assert.equal(rows["concurrency.nothing_left"]!.passed, false);
  assert.match(rows["concurrency.nothing_left"]!.observed, /thread/);
});

test("verifyCleanup() reports a class that cannot be verified", async () => {
  const phase = await verifyCleanup([spec("subjects", ["Absent"])], { instances: 5 });
  const row = phase.checks.find((check) => check.check === "run.completed")!;
  assert.equal(row.passed, false);
  assert.match(row.observed, /must have the class: current value is "Absent"/);
});
