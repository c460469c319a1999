/**
 * What is wrong with a configuration, in words: where, which key, what was found, what would be
 * right.
 *
 * @module
 */
import type { ErrorObject } from "ajv";
import { type JsonSchema, propertiesOf } from "./keys.ts";
import { nearest } from "./nearest.ts";
import type { KeyPath } from "./positions.ts";

/** One mistake in config.yaml. */
export interface ConfigProblem {
  readonly line: number;
  readonly column: number;
  /** Keys joined by dots, for example `physics.cart_mass`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** Thrown for an unusable config.yaml, with every problem at once. */
export class ConfigError extends SyntaxError {
  /** Path of the file as the user gave it. */
  readonly file: string;
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
    const lines = problems.map(({ line, column, path, message }) =>
      `  ${file}:${line}:${column}  ${path === "" ? "" : `${path} `}${message}`
    );
    super(`Cannot use ${file} as it has ${count}:\n${lines.join("\n")}`);
    this.name = "ConfigError";
    this.file = file;
    this.problems = problems;
  }
}

/** A problem before its place in the file is looked up. */
export interface RawProblem {
  readonly path: KeyPath;
  readonly part: "key" | "value";
  readonly message: string;
}

/** Returns one problem in words for an error of the schema validator. */
export function describeError(error: ErrorObject): RawProblem {
  const path = error.instancePath.split("/").slice(1).map((step) =>
    step.replaceAll("~1", "/").replaceAll("~0", "~")
  );
  const parent = (error.parentSchema ?? {}) as JsonSchema;
  if (error.keyword === "additionalProperties") {
    const key = String(error.params["additionalProperty"]);
    return { path: [...path, key], part: "key", message: unknownKey(key, parent) };
  }
  if (error.keyword === "required") {
    const key = String(error.params["missingProperty"]);
    return { path, part: "key", message: `needs the key "${key}"` };
  }
  const rule = ruleOf(error);
  const about = parent["description"] === undefined ? "" : ` (${parent["description"]})`;
  return {
    path,
    part: "value",
    message: `must be ${rule}: current value is ${show(error.data)}${about}`,
  };
}

function unknownKey(key: string, parent: JsonSchema): string {
  const known = Object.keys(propertiesOf(parent));
  const near = nearest(key, known);
  return near === undefined
    ? `is not a known key: valid here are ${known.join(", ")}`
    : `is not a known key: did you mean "${near}"?`;
}

function ruleOf({ keyword, params, message, parentSchema }: ErrorObject): string {
  switch (keyword) {
    case "type":
      return [params["type"]].flat().map(typeInWords).join(" or ");
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      return `${params["comparison"]} ${params["limit"]}`.replace(">=", "≥").replace("<=", "≤");
    case "enum":
      return `one of ${(params["allowedValues"] as unknown[]).map(show).join(", ")}`;
    case "const":
      return show(params["allowedValue"]);
    case "minItems":
      return listLength(parentSchema, "at least", params["limit"]);
    case "maxItems":
      return listLength(parentSchema, "at most", params["limit"]);
    case "minLength":
      return "a text that is not empty";
    default:
      return (message ?? keyword).replace(/^must (be )?/, "");
  }
}

function listLength(schema: JsonSchema | undefined, words: string, limit: unknown): string {
  const isExact = schema?.["minItems"] === schema?.["maxItems"];
  return `a list of ${isExact ? "exactly" : words} ${limit}`;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  number: "a finite number",
  integer: "a whole number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "a section of keys",
  null: "null",
};

function typeInWords(type: unknown): string {
  return TYPE_WORDS[String(type)] ?? String(type);
}

/** Returns a value as a reader of the file would recognise it, cut to one short line. */
export function show(value: unknown): string {
  if (value === null) return "nothing";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
