/**
 * config.yaml → typed values with every default filled in, or every problem at once.
 *
 * @module
 */
import { Ajv, type ValidateFunction } from "ajv";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { type Document, LineCounter, parseDocument, visit } from "yaml";
import type { Config } from "./config.ts";
import { brokenRules } from "./cross_rules.ts";
import { type JsonSchema, toCode, withDefaults } from "./keys.ts";
import { positionOf } from "./positions.ts";
import { ConfigError, type ConfigProblem, describeError, type RawProblem } from "./problems.ts";
import { configSchema, verbatimKeys } from "./schema.ts";

/** How {@linkcode loadConfig} finds its file. */
export interface LoadOptions {
  /** Folder from which config.yaml is looked for, upwards; the working directory where absent. */
  readonly directory?: string;
  /** Values that win over the file's, in the file's own shape, for example `{ audit: { seed: 7 } }`. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Returns the defaults instead of throwing where no file is given and none is found. */
  readonly optional?: boolean;
}

/**
 * Returns the configuration of a project. Missing keys take the defaults of the schema.
 *
 * @param path File to read; without it the nearest config.yaml from the directory upwards.
 * @throws {ConfigError} if anything in the file is wrong: all problems, with line and column.
 * @throws {Error} if there is no file, or it cannot be read.
 *
 * @example
 * ```ts
 * import { loadConfig } from "heapbook/config";
 * import assert from "node:assert/strict";
 *
 * const { audit } = loadConfig(undefined, { overrides: { audit: { cycles: 2000 } } });
 * assert.equal(audit.cycles, 2000);
 * ```
 */
export function loadConfig(path?: string, options: LoadOptions = {}): Config {
  const directory = resolve(options.directory ?? ".");
  const file = path === undefined ? findConfig(directory) : resolve(directory, path);
  if (file === undefined) {
    if (!options.optional) throw missing(directory);
    return parseConfig("{}", { file: "config.yaml", directory, overrides: options.overrides });
  }
  return parseConfig(readText(file), {
    file: relative(process.cwd(), file) || file,
    directory: dirname(file),
    overrides: options.overrides,
  });
}

/** What {@linkcode parseConfig} needs to know about a text beside the text. */
export interface ConfigOrigin {
  /** Name of the file for messages. */
  readonly file: string;
  /** Folder that relative paths in the file start from. */
  readonly directory: string;
  readonly overrides?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Returns the configuration that a YAML text describes.
 *
 * @throws {ConfigError} if anything in the text is wrong.
 */
export function parseConfig(text: string, origin: ConfigOrigin): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new ConfigError(origin.file, syntaxProblems(document, lines));
  }
  const unresolved = unresolvedAliases(document, lines);
  if (unresolved.length > 0) throw new ConfigError(origin.file, unresolved);
  const raw = plainValue(document, origin.file);
  refuse(problemsOf(raw), origin.file, document, lines);
  const value = merge(raw, origin.overrides ?? {});
  // A run may be longer or shorter than the file plans: settle() fits the rest of `audit` to it.
  const overridden = problemsOf(value).filter(({ path, rule }) => !rule || path[0] !== "audit");
  refuse(overridden, origin.file, document, lines);
  const config = toCode(asFilled(value), configSchema, verbatimKeys) as Omit<Config, "origin">;
  const sha256 = createHash("sha256").update(text).digest("hex");
  return settle({
    ...config,
    origin: { file: origin.file, directory: origin.directory, text, sha256 },
  });
}

function findConfig(directory: string): string | undefined {
  for (let folder = directory;; folder = dirname(folder)) {
    const file = join(folder, "config.yaml");
    if (existsSync(file)) return file;
    if (dirname(folder) === folder) return undefined;
  }
}

function missing(directory: string): Error {
  return new Error(
    `Cannot find config.yaml as neither ${directory} nor a folder above it holds one: ` +
      "name the file with --config",
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT"
      ? "it does not exist"
      : (error as Error).message;
    throw new Error(`Cannot read ${file} as ${reason}`, { cause: error });
  }
}

function syntaxProblems(document: Document, lines: LineCounter): ConfigProblem[] {
  const problems = document.errors.map((error) => {
    const { line, col: column } = lines.linePos(openingOf(document, error.pos[0]) ?? error.pos[0]);
    // The parser appends a picture of the line, which the position makes redundant.
    const message = error.message.replace(/ at line \d+, column \d+:[\s\S]*$/, "");
    return { line, column, path: "", message };
  });
  // One slip of the pen makes the parser complain several times at the same place.
  return problems.filter(({ line }, i) => problems.findIndex((other) => other.line === line) === i);
}

/** An unclosed quote is noticed at the end of the file: its opening is the place to look at. */
function openingOf(document: Document, offset: number): number | undefined {
  let opening: number | undefined;
  visit(document, {
    Scalar(_key, { type, range }) {
      const isQuoted = type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE";
      if (isQuoted && range && range[1] >= offset) opening = range[0];
    },
  });
  return opening;
}

function unresolvedAliases(document: Document, lines: LineCounter): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return;
      const { line, col: column } = lines.linePos(alias.range?.[0] ?? 0);
      const message =
        `must name an anchor that stands before it: current value is *${alias.source}`;
      problems.push({ line, column, path: "", message });
    },
  });
  return problems;
}

function plainValue(document: Document, file: string): Record<string, unknown> {
  const fail = (message: string) =>
    new ConfigError(file, [{ line: 1, column: 1, path: "", message }]);
  if (document.contents === null) throw fail("the file is empty: it needs sections such as audit:");
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) { // more aliases than any honest file has
    throw fail((error as Error).message);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw fail("must be sections of keys such as audit:");
  }
  return value as Record<string, unknown>;
}

let validator: ValidateFunction | undefined;

/** Problems of single keys, and broken rules between keys that are right in themselves. */
function problemsOf(value: unknown): (RawProblem & { rule: boolean })[] {
  validator ??= new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true })
    .compile(configSchema);
  const single = validator(value) ? [] : (validator.errors ?? []).map(describeError);
  const wrong = new Set(single.map(({ path }) => path.join(".")));
  const broken = brokenRules(asFilled(value), value)
    .filter(({ path, other }) => ![path.join("."), other].some((key) => wrong.has(key ?? "")));
  return [
    ...single.map((problem) => ({ ...problem, rule: false })),
    ...broken.map((problem) => ({ ...problem, rule: true })),
  ];
}

function asFilled(value: unknown): Record<string, unknown> {
  return withDefaults(value, configSchema) as Record<string, unknown>;
}

function refuse(
  problems: readonly RawProblem[],
  file: string,
  document: Document,
  lines: LineCounter,
): void {
  if (problems.length === 0) return;
  const located = problems.map(({ path, part, message }) => ({
    ...positionOf(document, lines, path, part),
    path: path.join("."),
    message,
  }));
  throw new ConfigError(
    file,
    located.sort((a, b) => a.line - b.line || a.column - b.column),
  );
}

/** Snapshots beyond the last cycle are left out, and the budget is never below the cycles. */
function settle(config: Config): Config {
  const { cycles, maxCycles, snapshots } = config.audit;
  const audit = {
    ...config.audit,
    maxCycles: Math.max(maxCycles, cycles),
    snapshots: snapshots.filter((cycle) => cycle <= cycles),
  };
  return { ...config, audit };
}

function merge(base: unknown, over: unknown): unknown {
  const isSection = (value: unknown): value is JsonSchema =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isSection(base) || !isSection(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value !== undefined) merged[key] = merge(merged[key], value);
  }
  return merged;
}
