/**
 * Figures of what the phases found, beside those of memory itself: where state grows in the
 * sources, whether the instrument can be believed, what cleanup does, and how the score comes about.
 *
 * @module
 */
import type { CleanupPhase, ControlResult, PatternsPhase, VerdictPhase } from "../audit/mod.ts";
import { createFigure, type Figure, LEGEND_MARGIN, type Trace } from "./figure.ts";
import { verdictColours } from "./theme.ts";

const ROW_HEIGHT = 32;
const FRAME_HEIGHT = 130;

/** Returns the number of growth sites in each folder of the sources, bounded and not. */
export function growthSitesFigure({ findings }: Pick<PatternsPhase, "findings">): Figure {
  const growth = findings.filter(({ kind }) => kind === "growth");
  const folderOf = (file: string) => file.split("/").slice(0, -1).join("/") || ".";
  const folders = [...new Set(growth.map(({ file }) => folderOf(file)))].sort();
  const bars = [true, false].map((bounded): Trace => ({
    type: "bar",
    orientation: "h",
    name: bounded ? "bounded" : "no bound",
    y: folders,
    x: folders.map((folder) =>
      growth.filter((site) => site.bounded === bounded && folderOf(site.file) === folder).length
    ),
    marker: { color: verdictColours[bounded ? "clean" : "leak"] },
  }));
  return createFigure(bars, {
    x: "growth sites",
    y: "",
    height: FRAME_HEIGHT + LEGEND_MARGIN / 2 + ROW_HEIGHT * folders.length,
    layout: { barmode: "stack", yaxis: { autorange: "reversed", type: "category" } },
  });
}

/** Smallest rate that a logarithmic axis shows, bytes per cycle; flat controls stand there. */
const FLOOR = 0.1;

/** Returns planted against measured rates of the controls; the line is a perfect instrument. */
export function controlsFigure(controls: readonly ControlResult[]): Figure {
  const planted = controls.map(({ plantedBytesPerCycle }) => Math.max(FLOOR, plantedBytesPerCycle));
  const top = Math.max(...planted, 1) * 2;
  const line: Trace = {
    type: "scatter",
    mode: "lines",
    name: "measured = planted",
    x: [FLOOR, top],
    y: [FLOOR, top],
    line: { color: "#6f7480", width: 1.5, dash: "dot" },
  };
  const channels = [...new Set(controls.map(({ channel }) => channel))];
  const points = channels.map((channel, i): Trace => {
    const rows = controls.filter((control) => control.channel === channel);
    return {
      type: "scatter",
      mode: "markers",
      name: channel,
      text: rows.map(({ name, verdict }) => `${name}: ${verdict}`),
      x: rows.map(({ plantedBytesPerCycle }) => Math.max(FLOOR, plantedBytesPerCycle)),
      y: rows.map(({ measuredBytesPerCycle }) => Math.max(FLOOR, measuredBytesPerCycle)),
      marker: { size: 10, symbol: ["circle", "square", "diamond", "cross"][i % 4] },
    };
  });
  return createFigure([line, ...points], {
    x: "planted [bytes per cycle], none at the left edge",
    y: "measured [bytes per cycle]",
    layout: { xaxis: { type: "log" }, yaxis: { type: "log" } },
  });
}

// Light enough for dark marks upon them: more than 4.5 : 1.
const PASSED = "#8fd6bb";
const FAILED = "#f5a776";
const MARK = "#1c2129"; // no colour of the light palette: it stays when a page turns dark

/** Returns classes against checks: passed, failed, or not asked. */
export function cleanupFigure({ checks }: Pick<CleanupPhase, "checks">): Figure {
  const classes = [...new Set(checks.map((check) => check.class))];
  const names = [...new Set(checks.map((check) => check.check))];
  const z = classes.map((owner) =>
    names.map((name) => {
      const asked = checks.filter((check) => check.class === owner && check.check === name);
      return asked.length === 0 ? null : Number(asked.every(({ passed }) => passed));
    })
  );
  const map: Trace = {
    type: "heatmap",
    x: names,
    y: classes,
    z,
    zmin: 0,
    zmax: 1,
    xgap: 3,
    ygap: 3,
    showscale: false,
    colorscale: [[0, FAILED], [1, PASSED]],
    text: z.map((row) => row.map((value) => value === null ? "" : value === 1 ? "✓" : "✗")),
    texttemplate: "%{text}",
    textfont: { color: MARK },
    hoverongaps: false,
  };
  return createFigure([map], {
    x: "",
    y: "",
    height: FRAME_HEIGHT + 60 + ROW_HEIGHT * classes.length,
    layout: {
      xaxis: { type: "category", tickangle: -40 },
      yaxis: { autorange: "reversed", type: "category" },
    },
  });
}

/** Returns points reached and points missing of each part of the score. */
export function scoreFigure({ lines }: Pick<VerdictPhase, "lines">): Figure {
  const names = lines.map(({ name }) => name.replaceAll("_", " "));
  const bar = (name: string, x: readonly number[], color: string | undefined): Trace => ({
    type: "bar",
    orientation: "h",
    name,
    x,
    y: names,
    marker: { color },
  });
  return createFigure([
    bar("reached", lines.map(({ points }) => points), verdictColours["clean"]),
    bar("missing", lines.map(({ weight, points }) => weight - points), "#c9ced6"),
  ], {
    x: "points",
    y: "",
    height: FRAME_HEIGHT + LEGEND_MARGIN / 2 + ROW_HEIGHT * lines.length,
    layout: { barmode: "stack", yaxis: { autorange: "reversed", type: "category" } },
  });
}
