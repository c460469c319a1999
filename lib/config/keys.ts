/**
 * Names in config.yaml are snake_case, the same names in code camelCase with a small first letter:
 * `max_force` is `maxForce`, `K_min` is `kMin`.
 *
 * @module
 */
import { camelKey } from "../plant/mod.ts";

/** A JSON Schema as the rooms write it: a plain object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Returns the key in config.yaml of a name in code, found among the keys of a schema. */
export function toConfigKey(name: string, schema: JsonSchema): string | undefined {
  return Object.keys(propertiesOf(schema)).find((key) => camelKey(key) === name);
}

/**
 * Returns a copy of a value with the keys that the schema names in camelCase. Keys that a user
 * chooses (additional properties) and names of things (`verbatim`) stay as they are.
 */
export function toCode(value: unknown, schema: JsonSchema, verbatim: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => toCode(item, (schema["items"] ?? {}) as JsonSchema, verbatim));
  }
  if (typeof value !== "object" || value === null) return value;
  const properties = propertiesOf(schema);
  const entries = Object.entries(value).map(([key, inner]) => {
    const innerSchema = properties[key];
    const name = innerSchema === undefined || verbatim.has(key) ? key : camelKey(key);
    return [name, toCode(inner, innerSchema ?? {}, verbatim)];
  });
  return Object.fromEntries(entries);
}

/** Returns a copy of a value with missing keys filled from the schema's defaults. */
export function withDefaults(value: unknown, schema: JsonSchema): unknown {
  if (value === undefined && "default" in schema) {
    return withDefaults(structuredClone(schema["default"]), schema);
  }
  if (Array.isArray(value)) {
    return value.map((item) => withDefaults(item, (schema["items"] ?? {}) as JsonSchema));
  }
  const properties = propertiesOf(schema);
  const keys = Object.keys(properties);
  const isSection = schema["type"] === "object" && value === undefined;
  if (!isSection && (typeof value !== "object" || value === null)) return value;
  const filled: Record<string, unknown> = { ...(value as object | undefined) };
  for (const key of keys) {
    const inner = withDefaults(filled[key], properties[key]!);
    if (inner !== undefined) filled[key] = inner;
  }
  return filled;
}

/** Returns the schemas of an object's keys. */
export function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return (schema["properties"] ?? {}) as Record<string, JsonSchema>;
}
