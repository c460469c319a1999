/**
 * Phase 2 in words: does anything leak, how fast, from which line, and who holds it.
 *
 * @module
 */
import type { AuditResults, LeakPhase } from "../audit/mod.ts";
import { createDocument, type ReportDocument } from "./document.ts";
import { runtimesSection } from "./runtimes_section.ts";

/**
 * Writes `PHASE2_LEAK_DETECTION_RESULTS.md`.
 *
 * @throws {TypeError} if phase 2 was not recorded
 */
export function leaksReport(results: AuditResults): ReportDocument {
  const doc = createDocument("PHASE2_LEAK_DETECTION_RESULTS.md", results);
  const leaks = results.leaks;
  if (leaks === null) {
    throw new TypeError("Cannot write the phase 2 report as no leak detection was recorded");
  }
  doc.heading(1, "Phase 2: leak detection");
  doc.paragraph(answer(doc, leaks));
  verdictTable(doc, leaks);
  doc.image("Growth rate of each target with its interval, bytes per cycle", "leaks_growth.png");
  runtimesSection(doc);
  controlsSection(doc, leaks);
  snapshotsSection(doc, leaks);
  leaks.results.forEach((result, i) => {
    if (result.verdict !== "clean") suspectSection(doc, leaks, i);
  });
  allocationsSection(doc, leaks);
  costSection(doc, leaks);
  return doc;
}

function answer(doc: ReportDocument, leaks: LeakPhase): string {
  const count = (verdict: string) => doc.cite("/leaks/results", "count", { verdict });
  const head = leaks.controlsValid
    ? `**${count("leak")} of ${doc.cite("/leaks/results", "count")} measurements found a leak**`
    : "**NOT ESTABLISHED: THE INSTRUMENT FAILED ITS CONTROLS, SO NOTHING BELOW COUNTS.** " +
      `${count("leak")} of ${doc.cite("/leaks/results", "count")} measurements said "leak"`;
  return `${head}; ${count("clean")} are clean, ${count("inconclusive")} inconclusive, ` +
    `${count("error")} could not be run. This run could see a leak of ` +
    `${doc.cite("/leaks/limitOfDetection", "bytes_per_cycle")} or more on every target.`;
}

function verdictTable(doc: ReportDocument, leaks: LeakPhase): void {
  doc.heading(2, "Verdict per target");
  doc.table(
    [
      "target",
      "scenario",
      "verdict",
      "growth",
      "rate",
      "interval",
      "per 1000 cycles",
      "severity",
      "smallest visible leak",
      "cycles",
    ],
    leaks.results.map((_, i) => {
      const at = `/leaks/results/${i}`;
      return [
        doc.cite(`${at}/target`, "text"),
        doc.cite(`${at}/scenario`, "text"),
        `**${doc.cite(`${at}/verdict`, "text")}**`,
        doc.cite(`${at}/growth`, "text"),
        doc.cite(`${at}/bytesPerCycle`, "bytes_per_cycle"),
        doc.cite(`${at}/interval`, "bytes_per_cycle_interval"),
        doc.cite(`${at}/bytesPerCycle`, "mb_per_1000_cycles"),
        doc.cite(`${at}/severity`, "text"),
        doc.cite(`${at}/limitOfDetection`, "bytes_per_cycle"),
        doc.cite(`${at}/cycles`, "integer"),
      ];
    }),
  );
}

function controlsSection(doc: ReportDocument, leaks: LeakPhase): void {
  doc.heading(2, "Controls: can this instrument see, and does it cry wolf?");
  doc.paragraph(
    "Planted leaks and planted innocents were measured by the same code in the same run: " +
      `${doc.cite("/leaks/controls", "count", { passed: true })} of ` +
      `${doc.cite("/leaks/controls", "count")} were judged rightly.`,
  );
  doc.table(
    ["control", "kind", "channel", "planted", "measured", "interval", "verdict", "passed"],
    leaks.controls.map((_, i) => {
      const at = `/leaks/controls/${i}`;
      return [
        doc.cite(`${at}/name`, "text"),
        doc.cite(`${at}/kind`, "text"),
        doc.cite(`${at}/channel`, "text"),
        doc.cite(`${at}/plantedBytesPerCycle`, "bytes_per_cycle"),
        doc.cite(`${at}/measuredBytesPerCycle`, "bytes_per_cycle"),
        doc.cite(`${at}/interval`, "bytes_per_cycle_interval"),
        doc.cite(`${at}/verdict`, "text"),
        doc.cite(`${at}/passed`, "text"),
      ];
    }),
  );
}

function snapshotsSection(doc: ReportDocument, leaks: LeakPhase): void {
  doc.heading(2, "Snapshots after a forced full collection");
  const rows = leaks.results.flatMap((result, i) =>
    result.snapshots.map(({ instances }, k) => {
      const at = `/leaks/results/${i}/snapshots/${k}`;
      return [
        k === 0
          ? `${doc.cite(`/leaks/results/${i}/target`, "text")}, ${
            doc.cite(`/leaks/results/${i}/scenario`, "text")
          }`
          : "",
        doc.cite(`${at}/cycle`, "integer"),
        doc.cite(`${at}/heapBytes`, "integer"),
        doc.cite(`${at}/externalBytes`, "integer"),
        doc.cite(`${at}/arrayBufferBytes`, "integer"),
        doc.cite(`${at}/mallocedBytes`, "integer"),
        doc.cite(`${at}/rssBytes`, "bytes"),
        doc.cite(`${at}/activeResources`, "integer"),
        Object.keys(instances).map((name) =>
          `${name} ${doc.cite(`${at}/instances/${name}`, "integer")}`
        ).join(", ") || "–",
      ];
    })
  );
  if (rows.length === 0) return doc.paragraph("None recorded.");
  doc.table(
    [
      "target",
      "cycle",
      "heap, B",
      "external, B",
      "array buffers, B",
      "malloced, B",
      "resident set",
      "active resources",
      "instances",
    ],
    rows,
  );
}

function suspectSection(doc: ReportDocument, leaks: LeakPhase, i: number): void {
  const at = `/leaks/results/${i}`;
  const result = leaks.results[i] as LeakPhase["results"][number];
  doc.heading(
    2,
    `${doc.cite(`${at}/target`, "text")}, ${doc.cite(`${at}/scenario`, "text")}: ` +
      doc.cite(`${at}/verdict`, "text"),
  );
  doc.paragraph(doc.cite(`${at}/message`, "text"));
  if (result.retainers.length > 0) {
    doc.paragraph("Held by:");
    doc.list(
      result.retainers.map((_, k) =>
        `${doc.cite(`${at}/retainers/${k}/words`, "text")} ` +
        `(${doc.cite(`${at}/retainers/${k}/bytes`, "bytes")})`
      ),
    );
  }
  if (result.classGrowth.length > 0) {
    doc.table(
      ["class that grew", "objects", "bytes"],
      result.classGrowth.map((_, k) => [
        doc.cite(`${at}/classGrowth/${k}/class`, "text"),
        doc.cite(`${at}/classGrowth/${k}/objects`, "integer"),
        doc.cite(`${at}/classGrowth/${k}/bytes`, "bytes"),
      ]),
    );
  }
}

function allocationsSection(doc: ReportDocument, leaks: LeakPhase): void {
  doc.heading(2, "Top ten live allocation sites");
  doc.paragraph(
    "Live at the end of the run, by the sampling heap profiler in a run of its own " +
      "(profiling disturbs the numbers). A site that stays is no leak unless it keeps growing.",
  );
  leaks.results.forEach((result, i) => {
    if (result.topAllocations.length === 0) return;
    doc.heading(
      3,
      `${doc.cite(`/leaks/results/${i}/target`, "text")}, ${
        doc.cite(`/leaks/results/${i}/scenario`, "text")
      }`,
    );
    doc.table(
      ["place", "function", "bytes", "objects", "source"],
      result.topAllocations.map((_, k) => {
        const at = `/leaks/results/${i}/topAllocations/${k}`;
        return [
          `${doc.cite(`${at}/file`, "text")}:${doc.cite(`${at}/line`, "text")}`,
          doc.cite(`${at}/function`, "text"),
          doc.cite(`${at}/bytes`, "integer"),
          doc.cite(`${at}/objects`, "integer"),
          `\`${doc.cite(`${at}/text`, "text")}\``,
        ];
      }),
    );
  });
}

function costSection(doc: ReportDocument, leaks: LeakPhase): void {
  doc.heading(2, "Evidence and what it cost");
  doc.table(
    [
      "target",
      "scenario",
      "stage",
      "cycles",
      "wall",
      "CPU",
      "peak resident set",
      "outcome",
      "samples",
    ],
    leaks.results.flatMap((result, i) =>
      result.stages.map((stage, k) => {
        const at = `/leaks/results/${i}/stages/${k}`;
        return [
          doc.cite(`/leaks/results/${i}/target`, "text"),
          doc.cite(`/leaks/results/${i}/scenario`, "text"),
          doc.cite(`${at}/stage`, "text"),
          doc.cite(`${at}/cycles`, "integer"),
          doc.cite(`${at}/seconds`, "seconds"),
          doc.cite(`${at}/cpuSeconds`, "seconds"),
          doc.cite(`${at}/peakRssBytes`, "bytes"),
          doc.cite(`${at}/outcome`, "text"),
          stage.samples === undefined ? "" : `\`${doc.cite(`${at}/samples`, "text")}\``,
        ];
      })
    ),
  );
}
