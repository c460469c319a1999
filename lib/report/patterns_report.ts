/**
 * Phase 1 in words: where state grows, what bounds it, and what is never released.
 *
 * @module
 */
import type { AuditResults, PatternFinding, PatternKind } from "../audit/mod.ts";
import { createDocument, type ReportDocument } from "./document.ts";

/** Rows of one table before the reader is sent to the full list. */
const MAX_ROWS = 60;

const SECTIONS: readonly { kinds: readonly PatternKind[]; title: string; about: string }[] = [
  {
    kinds: ["listener", "timer", "subscription"],
    title: "Listeners, timers and subscriptions",
    about: "Registered here without a removal that the same module reaches.",
  },
  {
    kinds: ["module_state", "closure_capture", "stored_reference"],
    title: "State that outlives the call",
    about: "Module-level containers, captured `this`, and collaborators kept by reference.",
  },
  {
    kinds: ["reference_cycle", "weak_reference", "finaliser"],
    title: "Cycles, weak references and finalisers",
    about:
      "A cycle is harmless for V8's collector; it matters for finalisers and native resources.",
  },
  {
    kinds: ["missing_lifecycle", "unreleased"],
    title: "Owned and never released",
    about: "Classes that own growing state without cleanup, and fields a cleanup leaves out.",
  },
  {
    kinds: ["lifecycle"],
    title: "Lifecycle methods",
    about: "Each `cleanup`, `reset`, `dispose` or `close`, and what it releases.",
  },
];

/**
 * Writes `PHASE1_MEMORY_PATTERNS.md`.
 *
 * @throws {TypeError} if phase 1 was not recorded
 */
export function patternsReport(results: AuditResults): ReportDocument {
  const doc = createDocument("PHASE1_MEMORY_PATTERNS.md", results);
  if (results.patterns === null) {
    throw new TypeError("Cannot write the phase 1 report as no patterns were recorded");
  }
  const findings = results.patterns.findings;
  doc.heading(1, "Phase 1: memory patterns");
  doc.paragraph(answer(doc));
  doc.heading(2, "What was read");
  doc.table(["files", "lines", "findings", "files that could not be read", "time"], [[
    doc.cite("/patterns/files", "integer"),
    doc.cite("/patterns/lines", "integer"),
    doc.cite("/patterns/findings", "count"),
    doc.cite("/patterns/problems", "count"),
    doc.cite("/patterns/seconds", "seconds"),
  ]]);
  growthSection(doc, findings, false);
  growthSection(doc, findings, true);
  for (const { kinds, title, about } of SECTIONS) {
    doc.heading(2, title);
    doc.paragraph(about);
    findingsTable(doc, indexed(findings, (finding) => kinds.includes(finding.kind)));
  }
  problemsSection(doc, results.patterns.problems.length);
  doc.heading(2, "Evidence");
  doc.paragraph(
    "Every row stands in `audit.json` under `/patterns/findings` with its line of source; " +
      "`heapbook patterns` prints the whole list, negatives included.",
  );
  return doc;
}

function answer(doc: ReportDocument): string {
  const count = (where: Readonly<Record<string, string | boolean>>) =>
    doc.cite("/patterns/findings", "count", where);
  return `**${count({ kind: "growth", bounded: false })} growth sites have no bound** and ` +
    `${count({ kind: "growth", bounded: true })} are bounded; ` +
    `${
      count({ kind: "missing_lifecycle" })
    } classes own growing state without a way to release it. ` +
    "These are predictions from reading the sources; the phases that run the code confirm or refute each one.";
}

function growthSection(
  doc: ReportDocument,
  findings: readonly PatternFinding[],
  bounded: boolean,
): void {
  doc.heading(2, bounded ? "Growth with a bound" : "Growth without a bound");
  const rows = indexed(findings, (f) => f.kind === "growth" && f.bounded === bounded);
  if (rows.length === 0) return doc.paragraph("None found.");
  doc.table(
    ["place", "class", "attribute", "grows", bounded ? "bound" : "severity", "source"],
    rows.slice(0, MAX_ROWS).map((i) => {
      const at = `/patterns/findings/${i}`;
      return [
        place(doc, at),
        doc.cite(`${at}/class`, "text"),
        doc.cite(`${at}/attribute`, "text"),
        doc.cite(`${at}/growth`, "text"),
        doc.cite(`${at}/${bounded ? "bound" : "severity"}`, "text"),
        `\`${doc.cite(`${at}/text`, "text")}\``,
      ];
    }),
  );
  sayIfCut(doc, rows.length);
}

function findingsTable(doc: ReportDocument, rows: readonly number[]): void {
  if (rows.length === 0) return doc.paragraph("None found.");
  doc.table(
    ["place", "kind", "class", "attribute", "note"],
    rows.slice(0, MAX_ROWS).map((i) => {
      const at = `/patterns/findings/${i}`;
      return [
        place(doc, at),
        doc.cite(`${at}/kind`, "text"),
        doc.cite(`${at}/class`, "text"),
        doc.cite(`${at}/attribute`, "text"),
        doc.cite(`${at}/note`, "text"),
      ];
    }),
  );
  sayIfCut(doc, rows.length);
}

function problemsSection(doc: ReportDocument, problems: number): void {
  if (problems === 0) return;
  doc.heading(2, "Files that could not be read");
  doc.table(
    ["file", "problem"],
    Array.from({ length: problems }, (_, i) => [
      doc.cite(`/patterns/problems/${i}/file`, "text"),
      doc.cite(`/patterns/problems/${i}/message`, "text"),
    ]),
  );
}

function place(doc: ReportDocument, at: string): string {
  return `${doc.cite(`${at}/file`, "text")}:${doc.cite(`${at}/line`, "text")}`;
}

function indexed(
  findings: readonly PatternFinding[],
  wanted: (finding: PatternFinding) => boolean,
): readonly number[] {
  return findings.flatMap((finding, i) => (wanted(finding) ? [i] : []));
}

function sayIfCut(doc: ReportDocument, total: number): void {
  if (total > MAX_ROWS) {
    doc.paragraph("The table is cut; `audit.json` holds the rest under `/patterns/findings`.");
  }
}
