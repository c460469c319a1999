/**
 * The first page of the published site: the answer, the score, the controllers side by side, and
 * where to read on. Every number is rendered from the recorded results.
 *
 * @module
 */
import {
  type AuditResults,
  type CitationFormat,
  type LeakResult,
  renderCitation,
  type StressResult,
  type VerdictPhase,
} from "../audit/mod.ts";
import { escapeHtml } from "./html.ts";
import { columnStyle, scrollable } from "./markdown.ts";
import { pageChart, pageHtml, type PageLink } from "./page.ts";
import { runtimeMatrix } from "./runtimes_section.ts";
import { growthFigure, peakFigure } from "./site_charts.ts";
import { controllerColours } from "./theme.ts";

/** A page or file that the index links to, with one sentence about it. */
export interface SiteEntry extends PageLink {
  /** What a reader finds there. */
  readonly about: string;
}

const QUESTION = "Is the system memory-safe for long-running use?";

/** Returns the HTML of the index; what was not measured is said so, not left out. */
export function siteIndex(results: AuditResults, entries: readonly SiteEntry[]): string {
  const body = [
    `<h1>${QUESTION}</h1>`,
    answerHtml(results.verdict),
    scoreHtml(results.verdict),
    controllersHtml(results),
    growthHtml(results),
    runtimesHtml(results),
    findingsHtml(results.verdict),
    entriesHtml(entries),
  ].join("\n");
  return pageHtml({ title: `Heapbook: ${QUESTION}`, body, footer: footerHtml(results) });
}

function answerHtml(verdict: VerdictPhase | null): string {
  if (verdict === null) return '<p class="answer">Not established: no verdict was recorded.</p>';
  const { answer, why } = verdict;
  const kind = answer.replaceAll(" ", "-");
  const word = answer.charAt(0).toUpperCase() + answer.slice(1);
  return `<p class="answer"><strong class="verdict verdict-${kind}">${word}:</strong> ` +
    `${escapeHtml(why)}</p>`;
}

function scoreHtml(verdict: VerdictPhase | null): string {
  if (verdict === null) return "";
  const rows = verdict.lines.map(({ name, weight, passed, total, points }) => [
    text(name.replaceAll("_", " ")),
    number(points, "number"),
    number(weight, "number"),
    `${number(passed, "integer")} of ${number(total, "integer")}`,
  ]);
  const caps = verdict.caps.map((cap) => `<p>${escapeHtml(cap)}</p>`).join("\n");
  const score = number(verdict.score, "number");
  return `<h2 id="score">Score: ${score} of 100</h2>\n${caps}\n` +
    tableHtml("Points are weight × checks passed; what was not checked counts as not passed", [
      "part",
      "points",
      "weight",
      "checks passed",
    ], rows);
}

function controllersHtml({ leaks, stress }: AuditResults): string {
  const names = Object.keys(controllerColours);
  const rows = names.flatMap((name) => {
    const own = (leaks?.results ?? []).filter(({ target }) => target === name);
    const load = stress?.results.find(({ target }) => target === name);
    const measured: readonly (LeakResult | null)[] = own.length > 0 ? own : [null];
    return own.length === 0 && load === undefined
      ? []
      : measured.map((leak) => controllerRow(name, leak, load ?? null));
  });
  if (rows.length === 0) return '<h2 id="controllers">Controllers</h2><p>Not measured.</p>';
  const columns = [
    "controller",
    "scenario",
    "verdict",
    "growth per cycle",
    "interval",
    "visible from",
    "peak memory",
    "allocated per step",
    "kept per instance",
  ];
  return '<h2 id="controllers">Controllers side by side</h2>\n' +
    tableHtml(
      "Growth after warm-up with the smallest leak that was visible; memory under load",
      columns,
      rows,
    );
}

function controllerRow(
  name: string,
  leak: LeakResult | null,
  load: StressResult | null,
): readonly string[] {
  return [
    text(name),
    text(leak?.scenario ?? ""),
    verdictHtml(leak?.verdict ?? "not measured"),
    number(leak?.bytesPerCycle, "bytes"),
    number(leak?.interval, "bytes_per_cycle_interval"),
    number(leak?.limitOfDetection, "bytes"),
    number(load?.peakRssBytes, "bytes"),
    number(load?.allocatedBytesPerStep, "bytes"),
    number(load?.retainedBytesPerInstance, "bytes"),
  ];
}

function growthHtml({ leaks, stress }: AuditResults): string {
  const parts = ['<h2 id="growth">Growth and memory of every target</h2>'];
  if (leaks !== null && leaks.results.length > 0) {
    const limit = number(leaks.limitOfDetection, "bytes_per_cycle");
    const caption = `Growth of each target; this run could see a leak of ${limit} everywhere`;
    parts.push(pageChart(growthFigure(leaks), caption, "growth-chart"));
  } else parts.push("<p>Growth was not measured.</p>");
  if (stress !== null && stress.results.length > 0) {
    const caption = "Peak resident memory of the process that ran each target";
    parts.push(pageChart(peakFigure(stress), caption, "peak-chart"));
  } else parts.push("<p>Memory under load was not measured.</p>");
  return parts.join("\n");
}

function runtimesHtml(results: AuditResults): string {
  const matrix = runtimeMatrix(results);
  if (matrix === null) return "";
  const rows = matrix.rows.map(({ target, scenario, cells }) => [
    text(target),
    text(scenario),
    ...cells.map((cell) => verdictHtml(cell?.verdict ?? "not measured")),
  ]);
  const columns = ["target", "scenario", ...matrix.runtimes];
  return '<h2 id="runtimes">On other runtimes</h2>\n' +
    tableHtml("Verdict of each target on each runtime", columns, rows);
}

function findingsHtml(verdict: VerdictPhase | null): string {
  if (verdict === null) return "";
  const rows = verdict.findings.map((finding) => [
    text(finding.severity),
    text(finding.target),
    text(finding.title),
    text(finding.fix),
    text(finding.site === null ? "" : `${finding.site.file}:${finding.site.line}`),
  ]);
  const table = rows.length === 0
    ? "<p>None.</p>"
    : tableHtml("Most severe first", ["severity", "target", "finding", "fix", "where"], rows);
  return `<h2 id="findings">Findings</h2>\n${table}`;
}

function entriesHtml(entries: readonly SiteEntry[]): string {
  const items = entries.map((entry) =>
    `<li><a href="${escapeHtml(entry.href)}">${escapeHtml(entry.text)}</a><br>` +
    `${escapeHtml(entry.about)}</li>`
  );
  return `<h2 id="read">Read on</h2>\n<ul class="cards">${items.join("\n")}</ul>`;
}

function footerHtml(results: AuditResults): string {
  const { environment, run, startedAt, cycles } = results;
  const revision = environment.gitRevision?.slice(0, 12) ?? "unknown";
  const words = [
    `Run ${run}, started ${startedAt}`,
    `${number(cycles, "integer")} cycles per target`,
    `seed ${environment.seed}`,
    `Node ${environment.node}, V8 ${environment.v8}, ${environment.os}, ${environment.cpu}`,
    `revision ${revision}${environment.gitDirty ? " with uncommitted changes" : ""}`,
  ];
  return words.map(escapeHtml).join(" · ");
}

function tableHtml(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const head = columns.map((column, i) => {
    const [style] = columnStyle(Math.max(0, ...rows.map((cells) => cells[i]?.length ?? 0)));
    return `<th scope="col"${style ? ` style="${style}"` : ""}>${escapeHtml(column)}</th>`;
  }).join("");
  const body = rows.map((cells) => `<tr>${cells.map(cellHtml).join("")}</tr>`);
  return scrollable(
    `<table><caption><span>${escapeHtml(caption)}</span></caption><thead><tr>${head}</tr></thead>` +
      `<tbody>${body.join("\n")}</tbody></table>`,
    caption,
  );
}

/** What starts with a digit is a quantity: it stands to the right and is not broken. */
function cellHtml(cell: string): string {
  return /^[\d−]/.test(cell) ? `<td class="quantity">${cell}</td>` : `<td>${cell}</td>`;
}

function verdictHtml(verdict: string): string {
  return `<span class="verdict verdict-${verdict.replaceAll(" ", "-")}">${
    escapeHtml(verdict)
  }</span>`;
}

function number(value: unknown, format: CitationFormat): string {
  return escapeHtml(renderCitation(value ?? null, format));
}

function text(value: string): string {
  return escapeHtml(value);
}
