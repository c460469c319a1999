// Writes lib/audit/results_schema.ts from the interfaces of lib/audit/results.ts, so that the schema
// of audit.json cannot drift from the types. `--check` only compares. Run by npm test.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import process from "node:process";
import { parse } from "@ast-grep/napi";

const SOURCES = ["../lib/audit/results.ts", "../lib/patterns/finding.ts"]
  .map((path) => fileURLToPath(new URL(path, import.meta.url)));
const TARGET = fileURLToPath(new URL("../lib/audit/results_schema.ts", import.meta.url));

/** Returns the JSON Schema (draft 2020-12 keywords that draft-07 shares) of all declarations. */
export function schemaOf(source) {
  const definitions = {};
  const root = parse("TypeScript", source).root();
  for (const kind of ["type_alias_declaration", "interface_declaration"]) {
    for (const node of root.findAll({ rule: { kind } })) {
      const name = node.field("name").text();
      const type = kind === "interface_declaration"
        ? interfaceSchema(node, definitions)
        : typeSchema(node.field("value"));
      const about = description(node.parent());
      definitions[name] = about ? { description: about, ...type } : type;
    }
  }
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "audit.json",
    $ref: "#/definitions/AuditResults",
    definitions: reachable("AuditResults", definitions),
  };
}

/** The definitions that one of them leads to, itself included. */
function reachable(name, definitions, found = {}) {
  if (found[name]) return found;
  found[name] = definitions[name];
  const text = JSON.stringify(definitions[name]);
  for (const [, next] of text.matchAll(/#\/definitions\/(\w+)/g)) {
    reachable(next, definitions, found);
  }
  return found;
}

/** An interface with what it extends, which must stand before it. */
function interfaceSchema(node, definitions) {
  const clause = node.children().find((child) => child.kind() === "extends_type_clause");
  const own = objectSchema(node.field("body"));
  const bases = (clause?.children() ?? []).filter((child) => child.isNamed())
    .map((child) => definitions[child.text()]);
  return {
    ...own,
    required: [...bases.flatMap((base) => base.required), ...own.required],
    properties: Object.assign({}, ...bases.map((base) => base.properties), own.properties),
  };
}

function typeSchema(node) {
  const kind = node.kind();
  const inner = node.children().filter((child) => child.isNamed());
  switch (kind) {
    case "predefined_type":
      return { type: node.text() };
    case "literal_type": {
      const text = node.text();
      if (text === "null") return { type: "null" };
      return { const: text.startsWith('"') ? text.slice(1, -1) : JSON.parse(text) };
    }
    case "union_type":
      return unionSchema(members(node));
    case "array_type":
      return { type: "array", items: typeSchema(inner[0]) };
    case "readonly_type":
      return typeSchema(inner[0]);
    case "parenthesized_type":
      return typeSchema(inner[0]);
    case "tuple_type": {
      const items = inner.map((child) =>
        typeSchema(child.kind().includes("parameter") ? annotated(child) : child)
      );
      return { type: "array", items, minItems: items.length, maxItems: items.length };
    }
    case "object_type":
      return objectSchema(node);
    case "generic_type": {
      const [name, parameters] = [node.field("name").text(), node.field("type_arguments")];
      const given = parameters.children().filter((child) => child.isNamed());
      if (name === "Readonly") return typeSchema(given[0]);
      if (name === "Record") return { type: "object", additionalProperties: typeSchema(given[1]) };
      throw new Error(
        `Cannot describe the type ${node.text()} as only Readonly and Record are known`,
      );
    }
    case "type_identifier":
      return { $ref: `#/definitions/${node.text()}` };
    default:
      throw new Error(`Cannot describe the type ${node.text()} as its kind is ${kind}`);
  }
}

function members(node) {
  return node.kind() === "union_type"
    ? node.children().filter((child) => child.isNamed()).flatMap(members)
    : [node];
}

function unionSchema(nodes) {
  const schemas = nodes.map(typeSchema);
  if (schemas.every((schema) => "const" in schema || schema.type === "null")) {
    return { enum: schemas.map((schema) => schema.const ?? null) };
  }
  if (schemas.every((schema) => Object.keys(schema).join() === "type")) {
    return { type: schemas.map((schema) => schema.type) };
  }
  return { anyOf: schemas };
}

function objectSchema(body) {
  const properties = {};
  const required = [];
  for (const member of body.children()) {
    if (member.kind() !== "property_signature") continue;
    const name = member.field("name").text();
    const about = description(member);
    properties[name] = {
      ...(about ? { description: about } : {}),
      ...typeSchema(annotated(member)),
    };
    if (!member.children().some((child) => child.text() === "?")) required.push(name);
  }
  return { type: "object", additionalProperties: false, required, properties };
}

/** The type behind a colon. */
function annotated(node) {
  return node.children().find((child) => child.kind() === "type_annotation").children().at(-1);
}

/** First sentence of the comment before a declaration. */
function description(node) {
  const comment = node.prev();
  if (comment?.kind() !== "comment" || comment.range().end.line !== node.range().start.line - 1) {
    return "";
  }
  const text = comment.text().replace(/^\/\*\*|\*\/$/g, "").replace(/\s*\n\s*\*\s?/g, " ").trim();
  return text.replace(/\{@linkcode (\w+)\}/g, "$1");
}

/** Returns the text of lib/audit/results_schema.ts. */
export function moduleText(schema) {
  return `/**
 * JSON Schema of \`audit.json\`. Written by tools/results_schema.mjs from results.ts: change that.
 *
 * @module
 */

// deno-fmt-ignore-file

/** JSON Schema (draft-07) of {@linkcode AuditResults}, the content of \`audit.json\`. */
export const resultsSchema: Readonly<Record<string, unknown>> = ${layOut(schema)};
`;
}

/** JSON with one line per property of each definition. */
function layOut({ definitions, ...head }) {
  const lines = Object.entries(definitions).map(([name, { properties, ...rest }]) => {
    if (!properties) return `    ${JSON.stringify(name)}: ${JSON.stringify(rest)},`;
    const inner = Object.entries(properties).map(([key, value]) =>
      `        ${JSON.stringify(key)}: ${JSON.stringify(value)},`
    );
    const open = JSON.stringify(rest).slice(1, -1);
    return `    ${JSON.stringify(name)}: {\n      ${open},\n      "properties": {\n${
      inner.join("\n")
    }\n      },\n    },`;
  });
  const top = Object.entries(head).map(([key, value]) =>
    `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`
  );
  return `{\n${top.join("\n")}\n  "definitions": {\n${lines.join("\n")}\n  },\n}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = moduleText(schemaOf(SOURCES.map((path) => readFileSync(path, "utf8")).join("\n")));
  if (!process.argv.includes("--check")) writeFileSync(TARGET, text);
  else if (readFileSync(TARGET, "utf8") !== text) {
    console.error("lib/audit/results_schema.ts is old: run node tools/results_schema.mjs");
    process.exit(1);
  }
}
