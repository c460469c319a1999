import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { latestRun, openRun, type RunManifest, sha256, unitName } from "./run_store.ts";

function withRoot(body: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), "heapbook-run-"));
  try {
    body(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test("openRun() keeps JSON, samples and log, and a resumed run finds them", () =>
  withRoot((root) => {
    const run = openRun(root);
    run.write("leaks", { rate: 8, note: "ü" });
    const path = run.writeSamples("leaks/a.0", {
      cycle: Float64Array.of(0, 20),
      rss_bytes: [1, NaN],
    });
    run.log("measured a");
    const again = openRun(root, { resume: true });
    assert.equal(again.id, run.id);
    assert.deepEqual(again.read("leaks"), { rate: 8, note: "ü" });
    assert.equal(path, "samples/leaks/a.0.json");
    for (const name of [path, "leaks/a.0"]) {
      assert.deepEqual(again.readSamples(name), {
        cycle: Float64Array.of(0, 20),
        rss_bytes: Float64Array.of(1, NaN),
      });
    }
    assert.match(readFileSync(join(run.folder, "log.txt"), "utf8"), /measured a\n$/);
  }));

test("write() leaves no part behind and records the digest of what it wrote", () =>
  withRoot((root) => {
    const run = openRun(root, { id: "r1" });
    run.write("run", { a: 1 });
    run.write("run.json", { a: 2 });
    assert.deepEqual(run.read("run.json"), run.read("run"));
    assert.ok(run.has("run") && run.has("run.json"));
    assert.deepEqual(readdirSync(run.folder).sort(), ["manifest.json", "run.json", "samples"]);
    const content = readFileSync(join(run.folder, "run.json"));
    const manifest = run.read<RunManifest>("manifest");
    assert.deepEqual(manifest.files, {
      "run.json": { sha256: sha256(content), bytes: content.length },
    });
    assert.throws(() => run.write("samples", {}) ?? run.read("missing"), RangeError);
  }));

test("openRun() refuses to resume nothing and to leave its folder", () =>
  withRoot((root) => {
    assert.throws(() => openRun(root, { resume: true }), /Cannot resume/);
    assert.throws(() => openRun(root, { id: "gone", resume: true }), /Cannot resume/);
    assert.throws(() => openRun(root, { id: "../x" }), /letters, digits/);
    assert.throws(() => openRun(root, { id: "a" }).write("../../x", 1), /stay in the run's folder/);
    assert.equal(existsSync(join(root, "../x.json")), false);
  }));

test("openRun() gives each new run a name of its own, later ones last", () =>
  withRoot((root) => {
    const ids = [openRun(root), openRun(root), openRun(root)].map((run) => run.id);
    assert.equal(new Set(ids).size, 3);
    assert.equal(latestRun(root), ids[2]);
  }));

test("unitName() keeps keys apart that only look alike", () => {
  const name = (target: string, scenario: string) =>
    unitName({ phase: "leaks", target, scenario, repetition: 0 });
  assert.notEqual(name("a.b", "c"), name("a", "b.c"));
  assert.notEqual(name("a/b", "c"), name("a_b", "c"));
});

test("writeSamples() refuses columns of different length", () =>
  withRoot((root) => {
    assert.throws(() => openRun(root).writeSamples("x", { a: [1], b: [1, 2] }), /a 1, b 2/);
  }));
