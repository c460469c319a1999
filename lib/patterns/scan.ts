/**
 * Phase 1 in one call: reads sources without running them and returns every finding, sorted by
 * file, line, kind and attribute, so that the same sources give the same bytes.
 *
 * @module
 */
import { analyse } from "./activity.ts";
import type { Analysis } from "./activity.ts";
import type { PatternFinding } from "./finding.ts";
import { findEvents } from "./events.ts";
import { findGrowth } from "./growth.ts";
import { findLifecycles } from "./lifecycle.ts";
import type { SourceFile } from "./model.ts";
import { findModuleState } from "./module_state.ts";
import { findReferences } from "./references.ts";
import type { SourceOptions, SourceProblem } from "./sources.ts";
import { findSources, readSource } from "./sources.ts";
import { findBySyntax } from "./syntax_rules.ts";
import { buildProject } from "./build_model.ts";

/** What a scan found. */
export interface ScanResult {
  readonly files: number;
  readonly lines: number;
  readonly findings: readonly PatternFinding[];
  readonly problems: readonly SourceProblem[];
}

/** Scans files and folders. */
export function scanSources(paths: readonly string[], options: SourceOptions = {}): ScanResult {
  const { files, problems } = findSources(paths, options);
  const read = files.map((file, i) => {
    options.onFile?.(file, i, files.length);
    return readSource(file, options);
  });
  const sources = read.filter((result): result is SourceFile => "statements" in result);
  const broken = read.filter((result): result is SourceProblem => !("statements" in result));
  const findings = sources.length === 0 ? [] : findPatterns(analyse(buildProject(sources)));
  return {
    files: sources.length,
    lines: sources.reduce((sum, source) => sum + source.lines.length, 0),
    findings,
    problems: [...problems, ...broken],
  };
}

/** Runs every rule over an analysed project. */
export function findPatterns(analysis: Analysis): readonly PatternFinding[] {
  const growth = findGrowth(analysis);
  const findings = [
    ...growth.sites.map((site) => site.finding),
    ...growth.others,
    ...findModuleState(analysis, growth.sites),
    ...findReferences(analysis),
    ...findEvents(analysis),
    ...findLifecycles(analysis, growth.sites),
    ...findBySyntax(analysis),
  ];
  return sortFindings(findings);
}

/** Sorts findings and leaves out repeated ones. */
export function sortFindings(findings: readonly PatternFinding[]): readonly PatternFinding[] {
  const keyed = findings.map((finding) => ({
    finding,
    key: [
      finding.file,
      String(finding.line).padStart(7, "0"),
      finding.kind,
      finding.class ?? "",
      finding.attribute ?? "",
    ].join("\u0000"),
  }));
  keyed.sort((a, b) =>
    a.key < b.key ? -1 : a.key > b.key ? 1 : a.finding.column - b.finding.column
  );
  return keyed.filter((entry, i) => i === 0 || entry.key !== keyed[i - 1]!.key)
    .map((entry) => entry.finding);
}
