/**
 * Whether the published files say what the run says: `audit.json`, each cited number at its line,
 * and, where reports can be written anew, each line.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Citation, renderCitation, resolvePointer } from "./citation.ts";
import { differences } from "./differences.ts";
import type { AuditResults } from "./results.ts";
import type { VerificationProblem } from "./verification_problem.ts";

/** A report as it should read. */
export interface RenderedReport {
  /** Relative to the exports folder. */
  readonly file: string;
  readonly markdown: string;
}

interface Checked {
  readonly problems: readonly VerificationProblem[];
  readonly citations: number;
  readonly reports: number;
}

/** Checks what stands in the exports folder against results recomputed from the samples. */
export function verifyReports(
  recorded: AuditResults,
  recomputed: AuditResults,
  exportsFolder: string,
  renderReports?: (results: AuditResults) => readonly RenderedReport[],
): Checked {
  const published = readJson<AuditResults>(exportsFolder, "audit.json").value?.run;
  if (published !== undefined && published !== recorded.run) {
    const message = `published from the run "${published}", not from "${recorded.run}"`;
    const problem = { kind: "report" as const, where: "audit.json", message };
    return { problems: [problem], citations: 0, reports: 0 };
  }
  const citations = readJson<readonly Citation[]>(exportsFolder, "citations.json");
  const files = new Map<string, readonly string[] | null>();
  const linesOf = (file: string) => {
    if (!files.has(file)) files.set(file, readLines(join(exportsFolder, file)));
    return files.get(file)!;
  };
  const cited = byLine(citations.value ?? []).flatMap((line) =>
    verifyLine(line, recomputed, linesOf)
  );
  const rendered = renderReports?.(recomputed) ?? [];
  return {
    problems: [
      ...verifyAudit(recorded, exportsFolder),
      ...citations.problems,
      ...once(cited),
      ...rendered.flatMap((report) => verifyReport(report, linesOf)),
    ],
    citations: citations.value?.length ?? 0,
    reports: new Set([...files.keys(), ...rendered.map(({ file }) => file)]).size,
  };
}

function verifyAudit(recorded: AuditResults, folder: string): VerificationProblem[] {
  const { value, problems } = readJson<AuditResults>(folder, "audit.json");
  if (value === null) return problems;
  return differences(value, recorded).map(({ pointer, recorded: found, expected }) => ({
    kind: "number",
    where: `audit.json${pointer}`,
    message: `says ${short(found)}, the run says ${short(expected)}`,
  }));
}

function byLine(citations: readonly Citation[]): (readonly Citation[])[] {
  const lines = new Map<string, Citation[]>();
  for (const citation of citations) {
    const key = `${citation.file}:${citation.line}`;
    lines.set(key, [...lines.get(key) ?? [], citation]);
  }
  return [...lines.values()];
}

/** Checks the cited values of one line, which stand there in the order of their citations. */
function verifyLine(
  citations: readonly Citation[],
  results: AuditResults,
  linesOf: (file: string) => readonly string[] | null,
): VerificationProblem[] {
  const { file, line } = citations[0]!;
  const lines = linesOf(file);
  if (lines === null) return [{ kind: "report", where: file, message: "the report is missing" }];
  const found = plain(lines[line - 1] ?? "");
  let from = 0;
  return citations.flatMap(({ text, pointer, format, where }) => {
    const problem = (message: string) => [{
      kind: "citation" as const,
      where: `${file}:${line}`,
      message,
    }];
    const expected = render(results, { pointer, format, ...(where ? { where } : {}) });
    if (expected instanceof Error) return problem(expected.message);
    const at = indexOfValue(found, plain(expected), from);
    if (at < 0) {
      return problem(`${pointer} is ${short(expected)}, but the line says ${short(found.trim())}`);
    }
    from = at + plain(expected).length;
    if (plain(text) === plain(expected)) return [];
    return problem(`${pointer} is ${short(expected)}, but is cited as ${short(text)}`);
  });
}

function render(
  results: AuditResults,
  { pointer, format, where }: Pick<Citation, "pointer" | "format" | "where">,
): string | Error {
  try {
    return renderCitation(resolvePointer(results, pointer), format, where);
  } catch (error) {
    return error as Error;
  }
}

/** Position of a value that is not a part of a longer number: 8 does not stand in 18 or 8.5. */
function indexOfValue(line: string, value: string, from: number): number {
  for (let at = line.indexOf(value, from); at >= 0; at = line.indexOf(value, at + 1)) {
    const before = line.slice(0, at);
    const after = line.slice(at + value.length);
    const isPart = /^\d/.test(value) && /(\d|\d[.,]|−)$/.test(before) ||
      /\d$/.test(value) && /^([.,]?\d)/.test(after);
    if (!isPart) return at;
  }
  return -1;
}

function verifyReport(
  { file, markdown }: RenderedReport,
  linesOf: (file: string) => readonly string[] | null,
): VerificationProblem[] {
  const found = linesOf(file);
  if (found === null) return [{ kind: "report", where: file, message: "the report is missing" }];
  const expected = markdown.split(/\r?\n/);
  const line = expected.findIndex((words, i) => words !== found[i]);
  const at = line >= 0 ? line : found.length > expected.length ? expected.length : -1;
  if (at < 0) return [];
  const message = `the line says ${short(found[at] ?? "nothing")}, not ${
    short(expected[at] ?? "nothing")
  }`;
  return [{ kind: "report", where: `${file}:${at + 1}`, message }];
}

function once(problems: readonly VerificationProblem[]): VerificationProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ where, message }) => {
    const key = `${where}\n${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

function readJson<T>(
  folder: string,
  file: string,
): { readonly value: T | null; readonly problems: VerificationProblem[] } {
  try {
    return { value: JSON.parse(readFileSync(join(folder, file), "utf8")) as T, problems: [] };
  } catch (error) {
    const message = `the file cannot be read: ${(error as Error).message}`;
    return { value: null, problems: [{ kind: "file", where: file, message }] };
  }
}

function readLines(path: string): readonly string[] | null {
  return existsSync(path) ? readFileSync(path, "utf8").split(/\r?\n/) : null;
}

function plain(text: string): string {
  return text.replaceAll("\\", "").replace(/\s+/g, " ");
}

function short(value: unknown): string {
  const text = typeof value === "string" ? `"${value}"` : JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
