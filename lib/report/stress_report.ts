/**
 * Phase 3 in words: memory under natural behaviour, seen from outside the process.
 *
 * @module
 */
import type { AuditResults, StressPhase } from "../audit/mod.ts";
import { createDocument, type ReportDocument } from "./document.ts";

/**
 * Writes `PHASE3_STRESS_TEST_RESULTS.md`.
 *
 * @throws {TypeError} if phase 3 was not recorded
 */
export function stressReport(results: AuditResults): ReportDocument {
  const doc = createDocument("PHASE3_STRESS_TEST_RESULTS.md", results);
  const stress = results.stress;
  if (stress === null) {
    throw new TypeError("Cannot write the phase 3 report as no stress test was recorded");
  }
  doc.heading(1, "Phase 3: stress");
  doc.paragraph(
    `**${doc.cite("/stress/results", "count", { flagged: true })} of ` +
      `${doc.cite("/stress/results", "count")} targets are flagged**; ` +
      `${doc.cite("/stress/results", "count", { verdict: "clean" })} are clean, ` +
      `${doc.cite("/stress/results", "count", { verdict: "inconclusive" })} inconclusive. ` +
      "No collection was forced; the resident set and virtual size were read from outside.",
  );
  growthTable(doc, stress);
  rankingSection(doc, stress);
  behaviourTable(doc, stress);
  picturesSection(doc, stress);
  evidenceSection(doc, stress);
  return doc;
}

function growthTable(doc: ReportDocument, stress: StressPhase): void {
  doc.heading(2, "Growth of the resident set on the settled part");
  doc.table(
    [
      "target",
      "verdict",
      "growth",
      "rate",
      "interval per 1000 cycles",
      "severity",
      "peak",
      "average",
      "virtual, peak",
      "cycles",
    ],
    stress.results.map((_, i) => {
      const at = `/stress/results/${i}`;
      return [
        doc.cite(`${at}/target`, "text"),
        `**${doc.cite(`${at}/verdict`, "text")}**`,
        doc.cite(`${at}/rss/growth`, "text"),
        doc.cite(`${at}/rss/bytesPerCycle`, "bytes_per_cycle"),
        doc.cite(`${at}/rss/interval`, "mb_per_1000_cycles_interval"),
        doc.cite(`${at}/severity`, "text"),
        doc.cite(`${at}/peakRssBytes`, "bytes"),
        doc.cite(`${at}/meanRssBytes`, "bytes"),
        doc.cite(`${at}/peakVirtualBytes`, "bytes"),
        doc.cite(`${at}/cycles`, "integer"),
      ];
    }),
  );
}

function rankingSection(doc: ReportDocument, stress: StressPhase): void {
  const { byPeak, byAllocation, byRetained } = stress.ranking;
  doc.heading(2, "Ranking, leanest first");
  const column = (key: string, i: number, length: number) =>
    i < length ? doc.cite(`/stress/ranking/${key}/${i}`, "text") : "";
  doc.table(
    ["place", "by peak", "by bytes allocated per step", "by size kept per instance"],
    Array.from(
      { length: Math.max(byPeak.length, byAllocation.length, byRetained.length) },
      (_, i) => [
        `${i + 1}`,
        column("byPeak", i, byPeak.length),
        column("byAllocation", i, byAllocation.length),
        column("byRetained", i, byRetained.length),
      ],
    ),
  );
}

function behaviourTable(doc: ReportDocument, stress: StressPhase): void {
  doc.heading(2, "Collector, event loop and allocation");
  doc.paragraph(
    "Pauses and delays were noted in further cycles, after those whose memory is judged, since what " +
      "observes them takes memory and time of its own.",
  );
  doc.table(
    [
      "target",
      "cycles observed",
      "collections",
      "in all",
      "longest pause",
      "event-loop delay p99",
      "allocated per step",
      "kept per instance",
      "CPU",
    ],
    stress.results.map((_, i) => {
      const at = `/stress/results/${i}`;
      return [
        doc.cite(`${at}/target`, "text"),
        doc.cite(`${at}/gc/cycles`, "integer"),
        doc.cite(`${at}/gc/count`, "integer"),
        doc.cite(`${at}/gc/totalMs`, "milliseconds"),
        doc.cite(`${at}/gc/maxPauseMs`, "milliseconds"),
        doc.cite(`${at}/eventLoopDelayMs/p99`, "milliseconds"),
        doc.cite(`${at}/allocatedBytesPerStep`, "bytes"),
        doc.cite(`${at}/retainedBytesPerInstance`, "bytes"),
        doc.cite(`${at}/cpuSeconds`, "seconds"),
      ];
    }),
  );
}

function picturesSection(doc: ReportDocument, stress: StressPhase): void {
  doc.heading(2, "Pictures");
  for (const result of stress.results.filter(({ samples }) => samples !== "")) {
    doc.image(
      `Resident set of ${result.target} over cycles, its settled part and the fitted growth`,
      `memory_${result.target}.png`,
    );
  }
}

function evidenceSection(doc: ReportDocument, stress: StressPhase): void {
  doc.heading(2, "Evidence");
  doc.table(
    ["target", "samples", "work proven", "note"],
    stress.results.map((result, i) => {
      const at = `/stress/results/${i}`;
      return [
        doc.cite(`${at}/target`, "text"),
        result.samples === "" ? "" : `\`${doc.cite(`${at}/samples`, "text")}\``,
        doc.cite(`${at}/validity/message`, "text"),
        doc.cite(`${at}/message`, "text"),
      ];
    }),
  );
}
