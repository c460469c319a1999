/**
 * Whether each cited line of source still stands where it was and says what was recorded.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { AuditResults, LeakPhase } from "./results.ts";
import type { VerificationProblem } from "./verification_problem.ts";

interface RecordedLine {
  readonly pointer: string;
  readonly file: string;
  readonly line: number;
  /** Null where no text was recorded: then the line must be there, and hold the name, if any. */
  readonly text: string | null;
  readonly name?: string;
}

/** Checks all recorded places against the sources below `root`. */
export function verifySites(
  results: AuditResults,
  root: string,
): { readonly problems: readonly VerificationProblem[]; readonly sites: number } {
  const lines = new Map<string, readonly string[] | null>();
  const linesOf = (file: string) => {
    const path = resolve(root, file);
    if (!lines.has(path)) {
      lines.set(path, existsSync(path) ? readFileSync(path, "utf8").split(/\r?\n/) : null);
    }
    return lines.get(path)!;
  };
  const recorded = recordedLines(results);
  const problems = recorded.flatMap(({ pointer, file, line, text, name = "" }) => {
    const source = linesOf(file);
    const at = `${file}:${line}`;
    if (source === null) return [problem(pointer, `${at}: the source file is missing`)];
    const found = source[line - 1];
    if (found === undefined) {
      return [problem(pointer, `${at}: the file has ${source.length} lines only`)];
    }
    if (text === null && found.includes(name)) return [];
    if (text === null) {
      return [problem(pointer, `${at}: the line does not name "${name}" any more`)];
    }
    if (found.trim() === text.trim()) return [];
    const moved = source.findIndex((other) => other.trim() === text.trim());
    return [
      problem(
        pointer,
        moved < 0
          ? `${at}: the line says "${found.trim()}", not "${text}"`
          : `${at}: the line has moved to ${file}:${moved + 1}`,
      ),
    ];
  });
  return { problems, sites: recorded.length };
}

function recordedLines({ patterns, leaks, runtimes, verdict }: AuditResults): RecordedLine[] {
  return [
    ...(patterns?.findings ?? []).map((finding, i) => ({
      pointer: `/patterns/findings/${i}`,
      file: finding.file,
      line: finding.line,
      text: finding.text,
    })),
    ...linesOfLeaks(leaks, "/leaks"),
    ...(runtimes?.results ?? []).flatMap((runtime, i) =>
      linesOfLeaks(runtime.leaks, `/runtimes/results/${i}/leaks`)
    ),
    ...(verdict?.findings ?? []).flatMap(({ site }, i) =>
      site
        ? [{ pointer: `/verdict/findings/${i}/site`, file: site.file, line: site.line, text: null }]
        : []
    ),
  ].filter(({ file }) => !isOutside(file));
}

function linesOfLeaks(leaks: LeakPhase | null, at: string): RecordedLine[] {
  return (leaks?.results ?? []).flatMap((result, i) => [
    ...result.topAllocations.map((site, k) => ({
      pointer: `${at}/results/${i}/topAllocations/${k}`,
      file: site.file,
      line: site.line,
      text: site.text === "" ? null : site.text,
    })),
    ...result.retainers.flatMap(({ container }, k) =>
      container
        ? [{
          pointer: `${at}/results/${i}/retainers/${k}/container`,
          file: container.file,
          line: container.line,
          text: null,
          name: container.function,
        }]
        : []
    ),
  ]);
}

/** Node's own modules and code without a file cannot be looked up. */
function isOutside(file: string): boolean {
  return file === "" || file.startsWith("node:") || file.startsWith("(");
}

function problem(where: string, message: string): VerificationProblem {
  return { kind: "site", where, message };
}
