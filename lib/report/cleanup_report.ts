/**
 * Phase 4 in words: what cleanup releases, what reset restores, and what stays behind.
 *
 * @module
 */
import type { AuditResults, CleanupPhase } from "../audit/mod.ts";
import { createDocument, type ReportDocument } from "./document.ts";

/**
 * Writes `PHASE4_CLEANUP_VERIFICATION.md`.
 *
 * @throws {TypeError} if phase 4 was not recorded
 */
export function cleanupReport(results: AuditResults): ReportDocument {
  const doc = createDocument("PHASE4_CLEANUP_VERIFICATION.md", results);
  const cleanup = results.cleanup;
  if (cleanup === null) {
    throw new TypeError("Cannot write the phase 4 report as no cleanup was verified");
  }
  doc.heading(1, "Phase 4: cleanup verification");
  doc.paragraph(
    `**${doc.cite("/cleanup/checks", "count", { passed: true })} of ` +
      `${doc.cite("/cleanup/checks", "count")} cleanup checks and ` +
      `${doc.cite("/cleanup/concurrency", "count", { passed: true })} of ` +
      `${doc.cite("/cleanup/concurrency", "count")} concurrency checks passed**; ` +
      `${doc.cite("/cleanup/orphans", "count")} types left objects behind.`,
  );
  checksSection(doc, "Checks that failed", "checks", cleanup, false);
  checksSection(doc, "Checks that passed", "checks", cleanup, true);
  matrixSection(doc, cleanup);
  orphansSection(doc, cleanup);
  concurrencySection(doc, cleanup);
  return doc;
}

function checksSection(
  doc: ReportDocument,
  title: string,
  key: "checks" | "concurrency",
  cleanup: CleanupPhase,
  passed: boolean,
): void {
  doc.heading(2, title);
  const rows = cleanup[key].flatMap((check, i) => (check.passed === passed ? [i] : []));
  if (rows.length === 0) return doc.paragraph("None.");
  doc.table(
    ["class", "method", "check", "observed", "expected"],
    rows.map((i) => row(doc, key, i)),
  );
}

function row(doc: ReportDocument, key: string, i: number): readonly string[] {
  const at = `/cleanup/${key}/${i}`;
  return ["class", "method", "check", "observed", "expected"].map((field) =>
    doc.cite(`${at}/${field}`, "text")
  );
}

function matrixSection(doc: ReportDocument, cleanup: CleanupPhase): void {
  doc.heading(2, "What cleanup does to each field");
  cleanup.classes.forEach((owner, i) => {
    doc.heading(3, doc.cite(`/cleanup/classes/${i}/class`, "text"));
    if (owner.fields.length === 0) return doc.paragraph("It owns no field.");
    doc.table(
      ["field", "before", "after", "fate", "why it may stay"],
      owner.fields.map((_, k) =>
        ["field", "before", "after", "fate", "reason"].map((field) =>
          doc.cite(`/cleanup/classes/${i}/fields/${k}/${field}`, "text")
        )
      ),
    );
  });
}

function orphansSection(doc: ReportDocument, cleanup: CleanupPhase): void {
  doc.heading(2, "Objects left behind");
  if (cleanup.orphans.length === 0) {
    return doc.paragraph("None: every count returned to its start.");
  }
  doc.table(
    ["type", "before", "after", "held by"],
    cleanup.orphans.map((_, i) => [
      doc.cite(`/cleanup/orphans/${i}/type`, "text"),
      doc.cite(`/cleanup/orphans/${i}/before`, "integer"),
      doc.cite(`/cleanup/orphans/${i}/after`, "integer"),
      doc.cite(`/cleanup/orphans/${i}/retainer`, "text"),
    ]),
  );
}

function concurrencySection(doc: ReportDocument, cleanup: CleanupPhase): void {
  doc.heading(2, "Concurrency");
  if (cleanup.concurrency.length === 0) return doc.paragraph("Nothing was run on worker threads.");
  doc.table(
    ["class", "method", "check", "passed", "observed"],
    cleanup.concurrency.map((_, i) =>
      ["class", "method", "check", "passed", "observed"].map((field) =>
        doc.cite(`/cleanup/concurrency/${i}/${field}`, "text")
      )
    ),
  );
}
