import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { describeTarget } from "./mod.ts";

function moduleOf(context: TestContext, name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "heapbook-describe-"));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test("describeTarget() takes name and scenarios from the module, without running a cycle", async (context) => {
  const module = moduleOf(
    context,
    "x.ts",
    `export const meta: object = { name: "cache", scenarios: ["short", "long"] };
     export function setup() { throw new Error("setup ran"); }
     export function cycle(): void { throw new Error("cycle ran"); }`,
  );
  const described = await describeTarget({ name: "x", module });
  assert.ok(described.ok);
  assert.equal(described.spec.name, "cache");
  assert.deepEqual(described.spec.meta?.scenarios, ["short", "long"]);
});

test("describeTarget() lets the caller's own words win", async (context) => {
  const module = moduleOf(
    context,
    "x.cjs",
    `exports.meta = { name: "a" }; exports.cycle = () => {};`,
  );
  const described = await describeTarget({ name: "x", module, meta: { name: "mine" } });
  assert.ok(described.ok);
  assert.equal(described.spec.name, "mine");
});

test("describeTarget() says why a module cannot be loaded", async (context) => {
  const module = moduleOf(context, "x.mjs", `export const cycles = 3;`);
  const described = await describeTarget({ name: "x", module });
  assert.ok(!described.ok);
  assert.equal(described.failure.status, "load_failed");
  assert.match(described.failure.message, /must export a function "cycle": it exports cycles/);
});
