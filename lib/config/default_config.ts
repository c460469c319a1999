/**
 * A config.yaml that shows every key with its default and its meaning.
 *
 * @module
 */
import { type JsonSchema, propertiesOf } from "./keys.ts";
import { configSchema } from "./schema.ts";

const WIDTH = 100;

/**
 * Returns the text of a complete, commented config.yaml.
 *
 * @param schemaPath Where editors find the schema, relative to the file.
 */
export function renderDefaultConfig(schemaPath: string): string {
  const head = [
    `# yaml-language-server: $schema=${schemaPath}`,
    "# Every number a user may change. SI units and bytes; a missing key takes the value shown here.",
  ];
  const sections = Object.entries(propertiesOf(configSchema)).flatMap(([key, schema]) => [
    "",
    ...renderKey(key, schema, ""),
  ]);
  return [...head, ...sections, ""].join("\n");
}

function renderKey(key: string, schema: JsonSchema, indent: string): string[] {
  const about = String(schema["description"]);
  if (!("default" in schema) && schema["type"] !== "object") {
    return [`${indent}# ${key}: # ${about}`];
  }
  if (!("default" in schema)) {
    const inner = Object.entries(propertiesOf(schema));
    const lines = inner.flatMap(([name, value]) => renderKey(name, value, `${indent}  `));
    return [`${indent}# ${about}`, `${indent}${key}:`, ...lines];
  }
  const value = schema["default"];
  const line = `${indent}${key}: ${flow(value)}`;
  const commented = `${line} # ${about}`;
  if (commented.length <= WIDTH && !hasNames(about)) return [commented];
  if (line.length <= WIDTH && !isSection(value) && !hasNames(about)) {
    return [`${indent}# ${about}`, line];
  }
  return [`${indent}# ${about}`, `${indent}${key}:`, ...renderBlock(value, about, `${indent}  `)];
}

function renderBlock(value: unknown, about: string, indent: string): string[] {
  if (isSection(value)) {
    return Object.entries(value).flatMap(([key, inner]) => [
      `${indent}${key}:`,
      ...renderBlock(inner, "", `${indent}  `),
    ]);
  }
  const names = /\[([^\]]*)\]/.exec(about)?.[1]?.split(", ") ?? [];
  return (value as unknown[]).map((item, i) =>
    `${indent}- ${flow(item)}${names[i] === undefined ? "" : ` # ${names[i]}`}`
  );
}

/** Whether a description names the items of its list, for example `Gains [k1, k2]`. */
function hasNames(about: string): boolean {
  return /\[\w+(, \w+)+\]/.test(about);
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function flow(value: unknown): string {
  return JSON.stringify(value).replace(/,(?=\S)/g, ", ").replace(/"([A-Za-z]\w*)"/g, "$1");
}
