import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openRun } from "../audit/mod.ts";

const main = fileURLToPath(new URL("./main.js", import.meta.url));

test("heapbook verify names what a run lacks, and says where there is none", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "heapbook-verify-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const verify = (...args: readonly string[]) =>
    spawnSync(process.execPath, [main, "verify", ...args], { cwd: folder, encoding: "utf8" });

  const none = verify();
  assert.equal(none.status, 2);
  assert.match(none.stderr, /Cannot verify as there is no run in data\/runs/);

  const store = openRun(join(folder, "data/runs"), { id: "r1" });
  store.writeSamples("leaks/x", { cycle: [0, 1], heap: [1, 2] });
  const headless = verify("r1");
  assert.equal(headless.status, 1);
  assert.match(headless.stdout, /data\/runs\/r1: 1 thing is not as recorded/);
  assert.match(headless.stdout, /run\.json/);
  assert.equal(JSON.parse(verify("--json").stdout).ok, false);
  assert.match(verify("r2").stderr, /current value is "r2"/);
});
