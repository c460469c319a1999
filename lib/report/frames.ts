/**
 * Recorded samples as Polars dataframes, and as Parquet beside the run. Polars is an optional part
 * (its binary has 100 MB): it is loaded when a frame is first asked for.
 *
 * @module
 */
import { renameSync } from "node:fs";
import { join } from "node:path";
import type { DataFrame } from "nodejs-polars";
import type { LeakPhase, PatternsPhase, RunStore, StressPhase } from "../audit/mod.ts";

type Polars = typeof import("nodejs-polars").default;

let loaded: Promise<Polars> | undefined;

/**
 * Returns the Polars module.
 *
 * @throws {Error} if nodejs-polars is not installed, with the command that installs it
 */
export function loadPolars(): Promise<Polars> {
  return (loaded ??= import("nodejs-polars").then(
    (module) => module.default,
    (cause: unknown) => {
      loaded = undefined;
      throw new Error(
        'Cannot make a dataframe as the optional package "nodejs-polars" must be installed: ' +
          "run npm install nodejs-polars@0.24.1",
        { cause },
      );
    },
  ));
}

/** Returns every recorded leak series as one frame: target, scenario, cycle and a column a channel. */
export async function leakSamples(
  store: RunStore,
  phase: Pick<LeakPhase, "results">,
): Promise<DataFrame> {
  const series = phase.results.flatMap(({ target, scenario, stages }) =>
    stages.flatMap(({ stage, samples }) =>
      samples === undefined ? [] : [{ labels: { target, scenario, stage }, samples }]
    )
  );
  return await stack(store, series, ["target", "scenario", "stage"], ["cycle", "heap", "rss"]);
}

/** Returns every recorded stress series as one frame. */
export async function stressSamples(store: RunStore, phase: StressPhase): Promise<DataFrame> {
  const series = phase.results.map(({ target, samples }) => ({ labels: { target }, samples }));
  const recorded = series.filter(({ samples }) => samples !== "");
  return await stack(store, recorded, ["target"], ["cycle", "rss_bytes", "virtual_bytes"]);
}

/** Returns the findings of phase 1 as a frame, one row each. */
export async function patternsFrame(phase: PatternsPhase): Promise<DataFrame> {
  return await recordsFrame(phase.findings);
}

/** Returns flat records as a frame; nested values are left out. */
export async function recordsFrame(records: readonly object[]): Promise<DataFrame> {
  const pl = await loadPolars();
  const keys = Object.keys(records[0] ?? {}).filter((key) =>
    records.every((record) => typeof Reflect.get(record, key) !== "object" || isNull(record, key))
  );
  return pl.DataFrame(
    Object.fromEntries(keys.map((key) => [key, records.map((r) => Reflect.get(r, key) ?? null)])),
  );
}

/** Writes `frame` as `<name>.parquet` into the run's folder, whole or not at all; returns its path. */
export function writeFrame(store: RunStore, name: string, frame: DataFrame): string {
  const path = join(store.folder, `${name}.parquet`);
  const part = `${path}.${process.pid}.part`;
  frame.writeParquet(part, { compression: "zstd" });
  renameSync(part, path);
  return path;
}

function isNull(record: object, key: string): boolean {
  return Reflect.get(record, key) === null;
}

/** Puts series on top of each other; where nothing could be measured, the columns are there, empty. */
async function stack(
  store: RunStore,
  series: readonly { labels: Readonly<Record<string, string>>; samples: string }[],
  labelNames: readonly string[],
  leastColumns: readonly string[],
): Promise<DataFrame> {
  const pl = await loadPolars();
  const read = series.map(({ labels, samples }) => ({
    labels,
    columns: store.readSamples(samples),
  }));
  const recorded = read.flatMap(({ columns }) => Object.keys(columns));
  const names = new Set(recorded.length === 0 ? leastColumns : recorded);
  const rows = read.map(({ columns }) => Object.values(columns)[0]?.length ?? 0);
  const total = rows.reduce((sum, n) => sum + n, 0);
  const stacked: Record<string, Float64Array | string[]> = {};
  for (const label of labelNames) {
    stacked[label] = read.flatMap(({ labels }, i) => Array(rows[i]).fill(labels[label] ?? ""));
  }
  for (const name of names) {
    const column = new Float64Array(total).fill(NaN);
    let at = 0;
    read.forEach(({ columns }, i) => {
      column.set(columns[name] ?? [], at);
      at += rows[i] ?? 0;
    });
    stacked[name] = column;
  }
  return pl.DataFrame(stacked);
}
