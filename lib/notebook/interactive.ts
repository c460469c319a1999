/**
 * An audit in one cell: any module of your own, with live progress, a table, a chart and the story
 * of what holds the memory. What comes back is plain data to go on with.
 *
 * @module
 */
import { basename, resolve, sep } from "node:path";
import {
  checkTarget,
  type LeakOptions,
  type LeakResult,
  openRun,
  type Progress,
  type RunStore,
} from "../audit/mod.ts";
import { describeTarget } from "../measure/mod.ts";
import type { DataFrame } from "nodejs-polars";
import { type Columns, type Figure, heapFigure, leakSamples } from "../report/mod.ts";
import { createProgress } from "./progress.ts";
import { showChart, showMarkdown } from "./show.ts";
import { showTable } from "./table.ts";

/** What `audit.leaks` takes beside the module. */
export interface InteractiveOptions extends Omit<LeakOptions, "store" | "onProgress"> {
  /** Folder of recorded runs; `data/runs` below the working directory where absent. */
  readonly runs?: string;
}

/** One judged scenario, with its samples and the figure that was shown. */
export interface InteractiveLeaks {
  readonly results: readonly LeakResult[];
  /** Recorded columns of each result, by cycle; bytes. */
  readonly samples: readonly Columns[];
  /** Plain Plotly: `showChart(figure, caption)` shows it again, however it was changed. */
  readonly figure: Figure;
  readonly store: RunStore;
  /**
   * Returns all samples as one Polars dataframe: target, scenario, stage, cycle and the channels.
   *
   * @throws {Error} if nodejs-polars is not installed.
   */
  frame(): Promise<DataFrame>;
}

/** Audits for a cell of a notebook. */
export const audit: {
  /**
   * Judges a module that exports a `cycle`, in every scenario it names, and shows what was found.
   *
   * @throws {RangeError} if the module cannot be loaded, or cycles are too few.
   */
  leaks(module: string, options?: InteractiveOptions): Promise<InteractiveLeaks>;
} = { leaks };

async function leaks(
  module: string,
  options: InteractiveOptions = {},
): Promise<InteractiveLeaks> {
  const { runs = "data/runs", ...rest } = options;
  const name = basename(module).replace(/\.\w+$/, "");
  const described = await describeTarget({ name, module: resolve(module) });
  if (!described.ok) throw new RangeError(described.failure.message);
  const { spec } = described;
  const store = openRun(runs);
  const progress = createProgress(`Does ${name} leak?`);
  const results: LeakResult[] = [];
  for (const scenario of spec.meta?.scenarios ?? ["default"]) {
    let last: Progress = { label: name, done: 0, total: 1 };
    const onProgress = (told: Progress) => progress.update(last = told);
    results.push(await checkTarget(spec, { ...rest, scenario, store, onProgress }));
    const { label, total } = last;
    progress.update({ label, done: total, total, detail: results.at(-1)!.verdict });
  }
  await progress.finish();
  const recorded = results.map((result) => samplesOf(result, store));
  const figure = heapFigure(
    results.map(({ scenario }, i) => ({ name: scenario, samples: recorded[i]! })),
  );
  await showTable(results.map(rowOf), { caption: `${name}: verdict, rates in bytes per cycle` });
  await showChart(figure, `Used heap of ${name} after forced collections, over cycles`);
  // A reader knows where the notebook is.
  const story = results.map(storyOf).join("\n\n").replaceAll(resolve(".") + sep, "");
  await showMarkdown(story);
  const frame = () => leakSamples(store, { results });
  return { results, samples: recorded, figure, store, frame };
}

function samplesOf({ stages }: LeakResult, store: RunStore): Columns {
  const path = stages.find(({ samples }) => samples !== undefined)?.samples;
  return path === undefined ? {} : store.readSamples(path);
}

function rowOf(result: LeakResult): Record<string, string | number> {
  const { scenario, verdict, channel, growth, bytesPerCycle, interval, cycles } = result;
  return {
    scenario,
    verdict,
    channel,
    growth,
    rate: bytesPerCycle,
    low: interval[0],
    high: interval[1],
    cycles,
  };
}

function storyOf({ scenario, verdict, message, topAllocations, retainers }: LeakResult): string {
  const lines = [`**${scenario}: ${verdict}.** ${message}`];
  if (verdict === "clean") return lines[0]!;
  for (const { file, line, function: name } of topAllocations.slice(0, 3)) {
    lines.push(`- allocated at \`${file}:${line}\` in \`${name}\``);
  }
  for (const { words } of retainers.slice(0, 3)) lines.push(`- kept by ${words}`);
  return lines.join("\n");
}
