import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { ConfigError, configSchema, loadConfig, parseConfig, renderDefaultConfig } from "./mod.ts";
import { withDefaults } from "./keys.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const bad = join(root, "lib/config/testdata/bad");

test("config.yaml shows every value there is, and each equals its default", () => {
  const shown = parse(readFileSync(join(root, "config.yaml"), "utf8"));
  assert.deepEqual(shown, withDefaults({}, configSchema));
});

test("renderDefaultConfig() describes every key and reads back as the defaults", () => {
  const text = renderDefaultConfig("schema.json");
  assert.deepEqual(parse(text), withDefaults({}, configSchema));
  for (const line of text.split("\n")) assert.ok(line.length <= 110, line);
});

test("config.yaml tells editors where its schema is", () => {
  const [first] = readFileSync(join(root, "config.yaml"), "utf8").split("\n");
  assert.match(first!, /^# yaml-language-server: \$schema=/);
});

for (const file of readdirSync(bad)) {
  test(`parseConfig() rejects ${file} at the right place in the right words`, () => {
    const text = readFileSync(join(bad, file), "utf8");
    const expected = [...text.matchAll(/^# expect (\S+) (.*)$/gm)];
    assert.ok(expected.length > 0, "the example says what it expects");
    const problems = problemsOf(text);
    const found = problems.map(({ line, column, path, message }) =>
      `${line}:${column} ${`${path} ${message}`.trim()}`
    );
    assert.equal(found.length, expected.length, found.join("\n"));
    for (const [i, [, place, message]] of expected.entries()) {
      assert.ok(found[i]!.startsWith(`${place} ${message}`), `${found[i]}\n${place} ${message}`);
    }
  });
}

test("parseConfig() names things in camelCase and leaves a target's own options alone", () => {
  const { audit } = parseConfig(
    "audit: { targets: [{ name: c, module: c.ts, options: { max_size: 3 } }] }",
    { file: "c.yaml", directory: "/" },
  );
  assert.equal(audit.warmupCycles, 200);
  assert.deepEqual(audit.limits, { acceptableMb: 5, majorMb: 10, criticalMb: 50 });
  assert.deepEqual(audit.targets, [
    { name: "c", module: "c.ts", options: { max_size: 3 }, sources: [] },
  ]);
});

test("loadConfig() finds the nearest config.yaml above, and overrides win", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "heapbook-config-"));
  context.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "a/b"), { recursive: true });
  writeFileSync(
    join(folder, "config.yaml"),
    "audit:\n  seed: 11\n  cycles: 300",
  );
  const config = loadConfig(undefined, {
    directory: join(folder, "a/b"),
    overrides: { audit: { cycles: 400, seed: undefined } },
  });
  assert.equal(config.audit.seed, 11);
  assert.equal(config.audit.cycles, 400);
  assert.deepEqual(config.audit.snapshots, [0, 100]);
  assert.equal(config.origin.directory, folder);
  assert.match(config.origin.sha256, /^[0-9a-f]{64}$/);
});

test("loadConfig() checks overrides as strictly as the file", () => {
  assert.throws(
    () => loadConfig(join(root, "config.yaml"), { overrides: { audit: { cycles: 0 } } }),
    /audit\.cycles must be ≥ 20: current value is 0/,
  );
});

test("loadConfig() says which file is missing, or takes defaults where that is allowed", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "heapbook-config-"));
  context.after(() => rmSync(folder, { recursive: true }));
  assert.throws(
    () => loadConfig("nowhere.yaml"),
    /Cannot read .*nowhere.yaml as it does not exist/,
  );
  assert.throws(() => loadConfig(undefined, { directory: folder }), /Cannot find config.yaml/);
  const { audit } = loadConfig(undefined, { directory: folder, optional: true });
  assert.equal(audit.cycles, 1000);
});

function problemsOf(text: string) {
  try {
    parseConfig(text, { file: "config.yaml", directory: "/" });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return assert.fail("the text was accepted");
}
