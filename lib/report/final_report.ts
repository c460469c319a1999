/**
 * Phase 5 in words: is the system memory-safe for long-running use, and why.
 *
 * @module
 */
import type { AuditResults, Finding, VerdictPhase } from "../audit/mod.ts";
import { createDocument, type ReportDocument } from "./document.ts";
import { runtimesSection } from "./runtimes_section.ts";

const PHASE_NAMES = ["patterns", "leak detection", "stress", "cleanup", "verdict"];

/**
 * Writes `CA-02_FINAL_MEMORY_AUDIT_REPORT.md`. Its first line is the answer.
 *
 * @throws {TypeError} if phase 5 was not recorded
 */
export function finalReport(results: AuditResults): ReportDocument {
  const doc = createDocument("CA-02_FINAL_MEMORY_AUDIT_REPORT.md", results);
  const verdict = results.verdict;
  if (verdict === null) {
    throw new TypeError("Cannot write the final report as no verdict was recorded");
  }
  doc.heading(
    1,
    `Is the system memory-safe for long-running use? ${doc.cite("/verdict/answer", "text")}`,
  );
  doc.paragraph(doc.cite("/verdict/why", "text"));
  doc.paragraph(
    `Score **${doc.cite("/verdict/score", "number")}** of 100, computed from the recorded results.`,
  );
  growthSection(doc, results);
  runtimesSection(doc);
  scoreSection(doc, verdict);
  findingsSection(doc, verdict.findings);
  deploymentSection(doc, verdict);
  reconciliationSection(doc, verdict);
  timeSection(doc, results);
  limitsSection(doc, results);
  environmentSection(doc, results);
  return doc;
}

function growthSection(doc: ReportDocument, results: AuditResults): void {
  doc.heading(2, "Growth against the limits");
  doc.paragraph(
    "The limits of the plan: below 5 MB per 1000 cycles, flagged above 10 MB, critical above 50 MB.",
  );
  if (results.leaks === null) return doc.paragraph("Leak detection was not run.");
  doc.table(
    ["target", "scenario", "verdict", "growth per 1000 cycles", "interval", "severity"],
    results.leaks.results.map((_, i) => {
      const at = `/leaks/results/${i}`;
      return [
        doc.cite(`${at}/target`, "text"),
        doc.cite(`${at}/scenario`, "text"),
        `**${doc.cite(`${at}/verdict`, "text")}**`,
        doc.cite(`${at}/bytesPerCycle`, "mb_per_1000_cycles"),
        doc.cite(`${at}/interval`, "mb_per_1000_cycles_interval"),
        doc.cite(`${at}/severity`, "text"),
      ];
    }),
  );
  doc.paragraph(
    `Smallest leak that this run could see: ${
      doc.cite("/leaks/limitOfDetection", "bytes_per_cycle")
    }. ` +
      `Controls judged rightly: ${doc.cite("/leaks/controls", "count", { passed: true })} of ${
        doc.cite("/leaks/controls", "count")
      }.`,
  );
}

function scoreSection(doc: ReportDocument, verdict: VerdictPhase): void {
  doc.heading(2, "Score");
  doc.table(
    ["part", "weight", "checks passed", "of", "points"],
    verdict.lines.map((_, i) => {
      const at = `/verdict/lines/${i}`;
      return [
        doc.cite(`${at}/name`, "text"),
        doc.cite(`${at}/weight`, "integer"),
        doc.cite(`${at}/passed`, "integer"),
        doc.cite(`${at}/total`, "integer"),
        doc.cite(`${at}/points`, "number"),
      ];
    }),
  );
  if (verdict.caps.length > 0) {
    doc.paragraph("What holds the score down:");
    doc.list(verdict.caps.map((_, i) => doc.cite(`/verdict/caps/${i}`, "text")));
  }
}

function findingsSection(doc: ReportDocument, findings: readonly Finding[]): void {
  doc.heading(2, "Findings and fixes");
  if (findings.length === 0) return doc.paragraph("None.");
  doc.table(
    ["id", "phase", "severity", "target", "finding", "impact", "effort"],
    findings.map((_, i) => {
      const at = `/verdict/findings/${i}`;
      return ["id", "phase", "severity", "target", "title", "impact", "effort"].map((field) =>
        doc.cite(`${at}/${field}`, "text")
      );
    }),
  );
  findings.forEach((finding, i) => {
    const at = `/verdict/findings/${i}`;
    doc.heading(3, `${doc.cite(`${at}/id`, "text")}: ${doc.cite(`${at}/title`, "text")}`);
    if (finding.site !== null) {
      doc.paragraph(
        `At ${doc.cite(`${at}/site/file`, "text")}:${doc.cite(`${at}/site/line`, "text")}.`,
      );
    }
    doc.paragraph(doc.cite(`${at}/fix`, "text"));
    if (finding.code !== "") doc.code("ts", finding.code);
  });
}

function deploymentSection(doc: ReportDocument, verdict: VerdictPhase): void {
  doc.heading(2, "Deployment guidelines");
  doc.paragraph(
    "Longest run for a memory budget, from the upper end of each rate's interval: " +
      "restart before it is reached, and alarm at half of the budget.",
  );
  doc.table(
    ["target", "upper rate", "budget", "cycles until the budget is used"],
    verdict.deployment.map((_, i) => {
      const at = `/verdict/deployment/${i}`;
      return [
        doc.cite(`${at}/target`, "text"),
        doc.cite(`${at}/bytesPerCycleUpper`, "bytes_per_cycle"),
        doc.cite(`${at}/budgetBytes`, "bytes"),
        doc.cite(`${at}/maxCycles`, "integer"),
      ];
    }),
  );
}

function reconciliationSection(doc: ReportDocument, verdict: VerdictPhase): void {
  doc.heading(2, "Predicted by reading, seen by running");
  if (verdict.reconciliation.length === 0) return doc.paragraph("Nothing was predicted.");
  doc.table(
    ["place", "attribute", "predicted", "status", "evidence"],
    verdict.reconciliation.map((_, i) => {
      const at = `/verdict/reconciliation/${i}`;
      return [
        `${doc.cite(`${at}/file`, "text")}:${doc.cite(`${at}/line`, "text")}`,
        doc.cite(`${at}/attribute`, "text"),
        doc.cite(`${at}/predicted`, "text"),
        doc.cite(`${at}/status`, "text"),
        doc.cite(`${at}/evidence`, "text"),
      ];
    }),
  );
}

function timeSection(doc: ReportDocument, results: AuditResults): void {
  doc.heading(2, "Time, planned and actual");
  doc.table(
    ["phase", "planned", "actual"],
    results.timing.map(({ phase }, i) => [
      PHASE_NAMES[phase - 1] ?? "",
      doc.cite(`/timing/${i}/plannedSeconds`, "seconds"),
      doc.cite(`/timing/${i}/actualSeconds`, "seconds"),
    ]),
  );
}

function limitsSection(doc: ReportDocument, results: AuditResults): void {
  doc.heading(2, "Limits of this audit");
  doc.list([
    `Each target ran ${
      doc.cite("/cycles", "integer")
    } cycles or more after warm-up: growth that starts later, or a plateau beyond that, cannot be told.`,
    "Rates below the limit of detection above are not excluded; they are bounded by it.",
    "The figures belong to the environment below: another Node version or other flags move them.",
    "Only the built-in or configured targets were run; code that no target reaches was only read.",
    ...(results.quick
      ? [
        "This was a quick run: fewer cycles, so a higher limit of detection, and fewer controls " +
        "(those listed with phase 2). Under stress each target ran until it was clearly clean.",
      ]
      : []),
  ]);
}

function environmentSection(doc: ReportDocument, results: AuditResults): void {
  doc.heading(2, "Environment");
  const fields = Object.keys(results.environment);
  doc.table(
    ["", "value"],
    [
      ["run", doc.cite("/run", "text")],
      ["started", doc.cite("/startedAt", "text")],
      ...fields.map((field) => [
        field,
        doc.cite(`/environment/${field}`, field === "memoryBytes" ? "bytes" : "text"),
      ]),
    ],
  );
}
