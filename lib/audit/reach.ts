/**
 * Which predicted sites the measured scenarios reach: a short run of each target under V8's block
 * coverage, mapped back to the sources. What was reached and did not grow is refuted; what was not
 * reached is left open.
 *
 * @module
 */

import { eachMapping } from "@jridgewell/trace-mapping";
import { resolve } from "node:path";
import { type CoverageResult, type TextPoint, toPath } from "../measure/mod.ts";
import { map } from "../parallel/mod.ts";
import { type LeakTask, runCoverage } from "./leak_stages.ts";
import type { PatternFinding, SiteReach } from "./results.ts";
import { SourcePositions } from "./source_position.ts";

/** A predicted site: where a static finding stands. */
export type PredictedSite = Pick<PatternFinding, "file" | "line" | "column">;

/** How to trace. */
export interface TraceOptions {
  /** Folder that the files of the findings are relative to. */
  readonly root?: string;
  readonly workers?: number;
  readonly signal?: AbortSignal;
}

/** Runs every task once under coverage and returns which sites each one reached. */
export async function traceReach(
  tasks: readonly LeakTask[],
  sites: readonly PredictedSite[],
  { root = ".", workers = 2, signal }: TraceOptions = {},
): Promise<SiteReach[]> {
  const outcomes = await map(tasks, async (task) => (await runCoverage(task)).outcome, {
    workers,
    ...(signal === undefined ? {} : { signal }),
  });
  const known = new Map<string, Starts>();
  return tasks.flatMap(({ spec, scenario }, i): SiteReach[] => {
    const outcome = outcomes[i]!;
    if (!outcome.ok || outcome.value.status !== "completed") return [];
    const { result } = outcome.value;
    if (!result.validity.valid) return [];
    const reached = sitesReached(result, sites, root, known)
      .map(({ file, line }) => `${file}:${line}`);
    return [{ target: spec.name, scenario, cycles: result.cycles, sites: [...new Set(reached)] }];
  });
}

/** Returns the sites that ran, by the generated code that each one became. */
export function sitesReached(
  { scripts, sourceMaps }: Pick<CoverageResult, "scripts" | "sourceMaps">,
  sites: readonly PredictedSite[],
  root: string,
  known: Map<string, Starts> = new Map(),
): PredictedSite[] {
  const positions = new SourcePositions(sourceMaps);
  const byFile = group(sites, (site) => resolve(root, site.file));
  return scripts.flatMap(({ url, idle }) => {
    const path = toPath(url);
    const starts = known.get(path) ?? startsIn(path, byFile, positions);
    known.set(path, starts);
    return [...starts].filter(([, point]) =>
      !idle.some(([from, to]) => !isBefore(point, from) && isBefore(point, to))
    ).map(([site]) => site);
  });
}

/** Says of places whether they ran; of those in scripts that nobody traced, that they may have. */
export function reachedIn(
  coverage: Pick<CoverageResult, "scripts" | "sourceMaps">,
): (place: PredictedSite) => boolean {
  const positions = new SourcePositions(coverage.sourceMaps);
  const traced = new Set(coverage.scripts.flatMap(({ url }) => {
    const path = toPath(url);
    const sources = positions.traceOf(path)?.sources ?? [];
    return [path, ...sources.flatMap((source) => source ? [positions.pathOf(path, source)] : [])];
  }));
  return (place) =>
    !traced.has(resolve(place.file)) || sitesReached(coverage, [place], "/").length > 0;
}

function isBefore([line, column]: TextPoint, [otherLine, otherColumn]: TextPoint): boolean {
  return line < otherLine || line === otherLine && column < otherColumn;
}

/** Where in a script the code that each site became begins. */
type Starts = ReadonlyMap<PredictedSite, TextPoint>;

/** Finds the code that the sites of a script's sources became; other sites are left out. */
function startsIn(
  path: string,
  byFile: ReadonlyMap<string, readonly PredictedSite[]>,
  positions: SourcePositions,
): Starts {
  const trace = positions.traceOf(path);
  const own = new Map<string, ReadonlyMap<number, readonly PredictedSite[]>>();
  for (const source of trace?.sources ?? [path]) {
    const found = byFile.get(source === null ? "" : positions.pathOf(path, source));
    if (source !== null && found !== undefined) own.set(source, group(found, ({ line }) => line));
  }
  const starts = new Map<PredictedSite, TextPoint>();
  if (own.size === 0) return starts;
  if (trace === null) {
    for (const site of byFile.get(path) ?? []) starts.set(site, [site.line, site.column - 1]);
    return starts;
  }
  const distances = new Map<PredictedSite, number>();
  eachMapping(trace, ({ source, originalLine, originalColumn, generatedLine, generatedColumn }) => {
    for (const site of own.get(source ?? "")?.get(originalLine ?? 0) ?? []) {
      // The first piece of code at or after the site on its own line.
      const distance = (originalColumn ?? 0) - (site.column - 1);
      if (distance < 0 || distance >= (distances.get(site) ?? Infinity)) continue;
      distances.set(site, distance);
      starts.set(site, [generatedLine, generatedColumn]);
    }
  });
  return starts;
}

function group<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(key(item), [...groups.get(key(item)) ?? [], item]);
  return groups;
}
