/**
 * Phase 2 on other runtimes as a matrix: a row per target and scenario, a column per runtime.
 *
 * @module
 */
import type { AuditResults, LeakPhase, LeakResult, Verdict } from "../audit/mod.ts";
import { createDocument, type ReportDocument } from "./document.ts";

/** One row of the matrix: a target in one scenario, with its verdict on each runtime. */
export interface RuntimeRow {
  readonly target: string;
  readonly scenario: string;
  /** Own runtime first; null where the target was not measured on one. */
  readonly cells: readonly ({ readonly pointer: string; readonly verdict: Verdict } | null)[];
}

/** Returns the matrix of a run; null where it was made on its own runtime only. */
export function runtimeMatrix(
  { leaks, runtimes }: AuditResults,
): { readonly runtimes: readonly string[]; readonly rows: readonly RuntimeRow[] } | null {
  if (runtimes === undefined || runtimes.results.length === 0) return null;
  const phases: readonly { at: string; leaks: LeakPhase | null }[] = [
    { at: "/leaks", leaks },
    ...runtimes.results.map(({ leaks }, i) => ({ at: `/runtimes/results/${i}/leaks`, leaks })),
  ];
  const all = phases.flatMap(({ leaks }) => leaks?.results ?? []);
  const isSame = (a: LeakResult, b: LeakResult) =>
    a.target === b.target && a.scenario === b.scenario;
  const rows = all.filter((result, i) => all.findIndex((other) => isSame(other, result)) === i);
  return {
    runtimes: [runtimes.own, ...runtimes.results.map(({ name }) => name)],
    rows: rows.map((row) => ({
      target: row.target,
      scenario: row.scenario,
      cells: phases.map(({ at, leaks }) => {
        const i = (leaks?.results ?? []).findIndex((result) => isSame(result, row));
        return i < 0
          ? null
          : { pointer: `${at}/results/${i}/verdict`, verdict: leaks!.results[i]!.verdict };
      }),
    })),
  };
}

/** Adds the matrix, the controls of each runtime, and what is known of targets that are not clean. */
export function runtimesSection(doc: ReportDocument): void {
  const { results } = doc;
  const matrix = runtimeMatrix(results);
  if (matrix === null) return;
  doc.heading(2, "On other runtimes");
  doc.paragraph("The same targets and controls, measured by other Node executables.");
  const own = "/runtimes/own";
  const names = results.runtimes!.results.map((_, i) => `/runtimes/results/${i}/name`);
  doc.table(
    ["target", "scenario", ...[own, ...names].map((pointer) => doc.cite(pointer, "text"))],
    [
      ...matrix.rows.map(({ target, scenario, cells }) => [
        target,
        scenario,
        ...cells.map((cell) => cell === null ? "" : `**${doc.cite(cell.pointer, "text")}**`),
      ]),
      controlsRow(doc),
    ],
  );
  results.runtimes!.results.forEach(({ leaks }, i) => {
    const suspects = leaks.results.flatMap(({ verdict }, k) => verdict === "clean" ? [] : [k]);
    if (suspects.length === 0) return;
    doc.list(suspects.map((k) => {
      const at = `/runtimes/results/${i}/leaks/results/${k}`;
      return `${doc.cite(`/runtimes/results/${i}/name`, "text")}, ` +
        `${doc.cite(`${at}/target`, "text")}, ${doc.cite(`${at}/scenario`, "text")}: ` +
        doc.cite(`${at}/message`, "text");
    }));
  });
}

function controlsRow(doc: ReportDocument): readonly string[] {
  const phases = [
    ...(doc.results.leaks === null ? [] : ["/leaks"]),
    ...doc.results.runtimes!.results.map((_, i) => `/runtimes/results/${i}/leaks`),
  ];
  const cells = phases.map((at) => {
    const count = (where?: { passed: boolean }) => doc.cite(`${at}/controls`, "count", where);
    return `${count({ passed: true })} of ${count()}`;
  });
  return ["controls judged rightly", "", ...(doc.results.leaks === null ? [""] : []), ...cells];
}

/** Returns the section as Markdown; empty where the run was made on its own runtime only. */
export function describeRuntimes(results: AuditResults): string {
  const doc = createDocument("", results);
  runtimesSection(doc);
  return doc.render().markdown.trim();
}
