import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { commands } from "./commands.ts";

const main = fileURLToPath(new URL("./main.js", import.meta.url));

function heapbook(argv: readonly string[], cwd?: string) {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], {
    encoding: "utf8",
    env,
    ...(cwd === undefined ? {} : { cwd }),
  });
  return { status, stdout, stderr };
}

test("heapbook --help lists every command", () => {
  const { status, stdout } = heapbook(["--help"]);
  assert.equal(status, 0);
  for (const { name, summary } of commands) {
    assert.ok(stdout.includes(name) && stdout.includes(summary.split(" ")[0]!), name);
  }
});

for (const { name } of commands) {
  test(`heapbook ${name} --help has an example that names the command`, () => {
    const { status, stdout, stderr } = heapbook([name, "--help"]);
    assert.equal(status, 0, stderr);
    const [, examples] = stdout.split(/^Examples?:$/m);
    assert.match(examples ?? "", new RegExp(`heapbook ${name}`));
  });

  test(`heapbook ${name} answers an unknown option with one message and exit code 2`, () => {
    const { status, stdout, stderr } = heapbook([name, "--confgi-of-mars"]);
    assert.equal(status, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /^Cannot [^\n]*\n$/);
  });
}

test("heapbook suggests the nearest command", () => {
  const { status, stderr } = heapbook(["init-traget"]);
  assert.equal(status, 2);
  assert.match(stderr, /did you mean init-target\?/);
});

test("heapbook --version prints the package's version", () => {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  assert.equal(heapbook(["--version"]).stdout.trim(), JSON.parse(manifest).version);
});

test("heapbook config check lists all problems of a broken file and exits 2", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "heapbook-cli-"));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "config.yaml"), "audit:\n  cycles: 0\n  sede: 3\n");
  const { status, stderr } = heapbook(["config", "check"], folder);
  assert.equal(status, 2);
  assert.match(stderr, /config\.yaml:2:11 {2}audit\.cycles must be ≥ 20/);
  assert.match(stderr, /config\.yaml:3:3 {2}audit\.sede is not a known key: did you mean "seed"\?/);
  assert.doesNotMatch(stderr, /\n\s+at /);
});

test("heapbook init-target writes a starter once, and refuses to overwrite it", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "heapbook-cli-"));
  context.after(() => rmSync(folder, { recursive: true }));
  assert.equal(heapbook(["init-target", "mine.ts"], folder).status, 0);
  assert.match(readFileSync(join(folder, "mine.ts"), "utf8"), /export async function cycle/);
  const again = heapbook(["init-target", "mine.ts"], folder);
  assert.equal(again.status, 2);
  assert.match(again.stderr, /Cannot write mine\.ts as it exists: replace it with --force/);
  assert.equal(heapbook(["init-target", "mine.rb"], folder).status, 2);
});
