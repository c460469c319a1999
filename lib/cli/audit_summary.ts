/**
 * The end of an audit on a terminal: the answer, a row per target, and where to read on.
 *
 * @module
 */
import { type AuditResults, renderCitation } from "../audit/mod.ts";
import { renderColumns } from "./columns.ts";

/** Places to name, relative to the working directory. */
export interface SummaryPlaces {
  readonly exports: string;
  readonly run: string;
  readonly site: string | null;
}

/** Returns the summary of a run. */
export function summarise(results: AuditResults, places: SummaryPlaces): string {
  const { verdict } = results;
  return [
    ...(verdict === null ? [] : [
      `Is the system memory-safe for long-running use? ${verdict.answer}`,
      verdict.why,
      `Score ${renderCitation(verdict.score, "number")} of 100`,
      "",
    ]),
    ...leakRows(results),
    ...runtimeRows(results),
    `Reports: ${places.exports}/`,
    `Samples: ${places.run}/`,
    ...(places.site === null ? [] : [`Site:    ${places.site}`]),
  ].join("\n");
}

function runtimeRows({ runtimes }: AuditResults): readonly string[] {
  if (runtimes === undefined) return [];
  const rows = runtimes.results.map(({ name, node, leaks: { results, controls } }) => {
    const clean = results.filter(({ verdict }) => verdict === "clean").length;
    const right = controls.filter(({ passed }) => passed).length;
    return [
      name,
      node,
      `${clean} of ${results.length} clean`,
      `${right} of ${controls.length} controls right`,
    ];
  });
  return [renderColumns(["runtime", "version", "targets", "controls"], rows), ""];
}

function leakRows({ leaks }: AuditResults): readonly string[] {
  if (leaks === null) return [];
  const rows = leaks.results.map((result) => [
    result.target,
    result.scenario,
    result.verdict,
    renderCitation(result.bytesPerCycle, "bytes_per_cycle"),
    renderCitation(result.interval, "bytes_per_cycle_interval"),
  ]);
  return [renderColumns(["target", "scenario", "verdict", "rate", "interval"], rows), ""];
}
