/**
 * Where the verdicts of a check go: formats to files, to the summary of a CI job, or to standard
 * output.
 *
 * @module
 */
import { appendFileSync, existsSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import process from "node:process";
import { type PatternFinding, scanPatterns, writeWhole } from "../audit/mod.ts";
import {
  type CheckedTarget,
  renderJunit,
  renderSarif,
  renderStepSummary,
  renderTerminal,
} from "../formats/mod.ts";
import { findModuleSources } from "../targets/mod.ts";
import { type ParsedArguments, UsageError } from "./arguments.ts";
import { heapbookVersion } from "./version.ts";

/** Formats that a check can be written in. */
export const FORMATS = ["text", "json", "junit", "sarif", "github"] as const;

/** A format and where it goes. */
export interface CheckOutput {
  readonly format: typeof FORMATS[number];
  /** Undefined for standard output. */
  readonly file: string | undefined;
}

/**
 * Returns the outputs that a command line asks for: each `--output` belongs to the `--format`
 * before it. The text is shown where nothing else goes to standard output.
 *
 * @throws {UsageError} where they cannot be paired.
 */
export function readOutputs(given: ParsedArguments): readonly CheckOutput[] {
  const formats = given.texts("format") as readonly CheckOutput["format"][];
  const files = given.texts("output");
  if (given.flag("json")) {
    if (formats.length > 0) throw new UsageError("Cannot use --json beside --format: choose one");
    return withText([{ format: "json", file: files[0] }]);
  }
  // github has a place of its own, the step summary; it needs no file.
  const needing = formats.filter((format) => format !== "github");
  const isPaired = files.length === 0 ? needing.length <= 1 : files.length === needing.length;
  if (!isPaired) {
    throw new UsageError(
      "Cannot pair --format and --output as each format but github needs an output: " +
        `current numbers are ${needing.length} and ${files.length}`,
    );
  }
  let next = 0;
  return withText(formats.map((format) => ({
    format,
    file: format === "github" ? process.env["GITHUB_STEP_SUMMARY"] : files[next++],
  })));
}

function withText(outputs: readonly CheckOutput[]): readonly CheckOutput[] {
  if (outputs.some(({ file }) => file === undefined)) return outputs;
  return [...outputs, { format: "text", file: undefined }];
}

/** Writes the verdicts to all outputs. */
export async function publishCheck(
  targets: readonly CheckedTarget[],
  outputs: readonly CheckOutput[],
  startedAt: Date,
): Promise<void> {
  for (const { format, file } of outputs) {
    const text = shorten(format, render(format, targets, startedAt));
    if (file === undefined) process.stdout.write(text);
    else if (format === "github") appendFileSync(file, text);
    else writeWhole(resolve(file), text);
  }
}

/**
 * A terminal shows paths from where its reader stands, services show them from the root of the
 * repository, and JSON keeps them whole.
 */
function shorten(format: CheckOutput["format"], text: string): string {
  if (format === "json") return text;
  const folder = format === "text" ? process.cwd() : repositoryRoot(process.cwd());
  return text.replaceAll(`${folder}${sep}`, "");
}

function render(
  format: CheckOutput["format"],
  targets: readonly CheckedTarget[],
  startedAt: Date,
): string {
  switch (format) {
    case "json":
      return targets.map(({ result }) => `${JSON.stringify(result)}\n`).join("");
    case "junit":
      return renderJunit(targets, startedAt);
    case "sarif":
      return renderSarif({
        targets,
        findings: findPatterns(targets),
        root: repositoryRoot(process.cwd()),
        version: heapbookVersion(),
      });
    case "github":
      return renderStepSummary(targets);
    case "text":
      return `${renderTerminal(targets)}\n`;
  }
}

/** Code scanning shows results by their paths in the repository, wherever the check was run. */
function repositoryRoot(folder: string): string {
  for (let at = folder;; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (at === dirname(at)) return folder;
  }
}

/** Phase 1 over the modules and what they import. */
function findPatterns(targets: readonly CheckedTarget[]): readonly PatternFinding[] {
  const sources = new Set(targets.flatMap(({ module }) => findModuleSources(module)));
  return scanPatterns([...sources]).findings;
}
