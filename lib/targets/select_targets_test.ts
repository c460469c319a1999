import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { auditSchema } from "../audit/mod.ts";
import { builtInTargets, selectTargets } from "./mod.ts";

test("selectTargets() finds every target that the default configuration names", async () => {
  const { targets } = auditSchema["properties"] as { targets: { default: readonly string[] } };
  const specs = await selectTargets(targets.default, { directory: "." });
  assert.deepEqual(specs.map(({ name }) => name), builtInTargets().map(({ name }) => name));
});

test("selectTargets() describes a module of the user's own, relative to config.yaml", async (context) => {
  const directory = mkdtempSync(join(tmpdir(), "heapbook-select-"));
  context.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(
    join(directory, "own.mjs"),
    `export const meta = { name: "other", scenarios: ["a", "b"] }; export const cycle = () => 1;`,
  );
  const entry = { name: "own", module: "own.mjs", options: { size: 3 }, sources: ["src"] };
  const [spec] = await selectTargets(["sta_smc", entry], { directory, only: ["own"] });
  assert.equal(spec?.name, "own");
  assert.equal(spec?.module, join(directory, "own.mjs"));
  assert.deepEqual(spec?.options, { size: 3 });
  assert.deepEqual(spec?.meta?.scenarios, ["a", "b"]);
  assert.deepEqual(spec?.meta?.sources, [join(directory, "src")]);
});

test("selectTargets() names what there is where a name is wrong or a module is missing", async () => {
  const options = { directory: "." };
  await assert.rejects(selectTargets(["pid"], options), /"pid" as there are only classical_smc/);
  await assert.rejects(
    selectTargets(["sta_smc"], { ...options, only: ["sta"] }),
    /must be one of sta_smc: current value is "sta"/,
  );
  const missing = { name: "x", module: "nowhere.ts", options: {}, sources: [] };
  await assert.rejects(selectTargets([missing], options), /nowhere\.ts/);
});
