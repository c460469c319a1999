import assert from "node:assert/strict";
import { test } from "node:test";
import { camelKey } from "../plant/mod.ts";
import { configSchema, toConfigKey } from "./mod.ts";
import { type JsonSchema, propertiesOf, withDefaults } from "./keys.ts";

test("toConfigKey() undoes camelKey() for every key of the schema", () => {
  const visit = (schema: JsonSchema) => {
    for (const [key, inner] of Object.entries(propertiesOf(schema))) {
      assert.equal(toConfigKey(camelKey(key), schema), key);
      visit(inner);
    }
  };
  visit(configSchema);
});

const MAY_BE_ABSENT = ["config.simulation.max_energy", "config.simulation.limits"];

test("every key of the schema has a description, and a default unless it is a section", () => {
  const visit = (schema: JsonSchema, path: string) => {
    const required = (schema["required"] ?? []) as readonly string[];
    for (const [key, inner] of Object.entries(propertiesOf(schema))) {
      const place = `${path}.${key}`;
      assert.ok(typeof inner["description"] === "string", `${place} needs a description`);
      const isSection = inner["type"] === "object";
      const needsNone = isSection || required.includes(key) || MAY_BE_ABSENT.includes(place);
      assert.ok("default" in inner || needsNone, `${place}: no default`);
      visit(inner, place);
    }
  };
  visit(configSchema, "config");
});

test("withDefaults() leaves the schema's own default values untouched", () => {
  const first = withDefaults({}, configSchema) as { audit: { snapshots: number[] } };
  first.audit.snapshots.push(-1);
  const second = withDefaults({}, configSchema) as { audit: { snapshots: number[] } };
  assert.deepEqual(second.audit.snapshots, [0, 100, 500, 1000]);
});
