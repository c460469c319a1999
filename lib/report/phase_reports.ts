/**
 * Which report belongs to which phase.
 *
 * @module
 */
import type { AuditResults } from "../audit/mod.ts";
import { cleanupReport } from "./cleanup_report.ts";
import type { ReportDocument } from "./document.ts";
import { finalReport } from "./final_report.ts";
import { leaksReport } from "./leaks_report.ts";
import { patternsReport } from "./patterns_report.ts";
import { describeRuntimes } from "./runtimes_section.ts";
import { stressReport } from "./stress_report.ts";

const REPORTS = [patternsReport, leaksReport, stressReport, cleanupReport, finalReport] as const;

/**
 * Returns the report of a phase about recorded results.
 *
 * @throws {TypeError} if the phase was not recorded
 */
export function reportFor(phase: 1 | 2 | 3 | 4 | 5, results: AuditResults): ReportDocument {
  return REPORTS[phase - 1]!(results);
}

/** Returns every report that the recorded phases allow, rendered, as `heapbook verify` compares. */
export function renderReports(
  results: AuditResults,
): readonly { readonly file: string; readonly markdown: string }[] {
  const recorded = [
    results.patterns,
    results.leaks,
    results.stress,
    results.cleanup,
    results.verdict,
  ];
  return REPORTS.flatMap((report, i) => {
    if (recorded[i] === null) return [];
    const document = report(results);
    return [{ file: document.file, markdown: document.render().markdown }];
  });
}

/**
 * Returns the first paragraph of a phase's report: its answer; of phases 2 and 5 with the matrix of
 * runtimes, where the run has more than its own.
 */
export function answerOf(phase: 1 | 2 | 3 | 4 | 5, results: AuditResults): string {
  const blocks = reportFor(phase, results).render().markdown.split("\n\n");
  const answer = phase === 5 ? `**${blocks[0]!.replace(/^# /, "")}** ${blocks[1]}` : blocks[1]!;
  const runtimes = phase === 2 || phase === 5 ? describeRuntimes(results) : "";
  return [answer, runtimes.replace(/^## /, "### ")].join("\n\n").trim();
}
