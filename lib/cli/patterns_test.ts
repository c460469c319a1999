import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { PatternFinding } from "../patterns/mod.ts";

const main = fileURLToPath(new URL("./main.js", import.meta.url));
let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "heapbook-cli-patterns-"));
  writeFileSync(
    join(folder, "cache.ts"),
    "const entries = new Map<string, number>();\nexport function put(key: string): void {\n  entries.set(key, 1);\n}\n",
  );
});
after(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [main, "patterns", ...args], { cwd: folder, encoding: "utf8" });

test("heapbook patterns prints one finding per row, with its place", () => {
  const { status, stdout, stderr } = run("cache.ts");
  assert.equal(status, 0);
  assert.match(stdout, /^cache\.ts:3:3 growth entries UNBOUNDED per_call: /m);
  assert.equal(stdout.trim().split("\n").length, 2);
  assert.match(stderr, /2 findings, 2 unbounded, in 1 files/);
});

test("heapbook patterns --json prints an array with one finding per line", () => {
  const { stdout } = run("cache.ts", "--json");
  const findings = JSON.parse(stdout) as PatternFinding[];
  assert.deepEqual(findings.map(({ kind, line }) => [kind, line]), [["module_state", 1], [
    "growth",
    3,
  ]]);
  assert.equal(stdout.trim().split("\n").length, findings.length + 2);
});

test("heapbook patterns --fix adds advice, and exits 2 with a message for a path that is not there", () => {
  assert.match(run("cache.ts", "--fix").stdout, /entries\.delete\(entries\.keys\(\)/);
  const { status, stderr } = run("nowhere");
  assert.equal(status, 2);
  assert.match(stderr, /^Cannot read nowhere as it does not exist$/m);
});
