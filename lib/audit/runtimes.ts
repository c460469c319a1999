/**
 * Phase 2 on other JavaScript runtimes: the same targets and the same controls, measured by other
 * node executables, since engines differ in what they keep.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { nodeVersions, probeVersions, type TargetSpec } from "../measure/mod.ts";
import type { RuntimeEntry } from "./audit_schema.ts";
import { type LeakOptions, measureLeaks } from "./leaks.ts";
import type { RuntimeResult, RuntimesPhase } from "./results.ts";

/** A node executable that was found and answers. */
export interface NodeRuntime extends RuntimeEntry {
  /** Its version, for example `24.21.0`. */
  readonly node: string;
  /** Version of its engine. */
  readonly v8: string;
}

/**
 * Returns the executables behind what a user asks for: names from `audit.runtimes`, paths, or
 * "all". One without a name is called by its version.
 *
 * @param directory Folder that paths in the configuration start from.
 * @throws {RangeError} where one does not exist, is no node executable, or is there twice.
 */
export function findRuntimes(
  asked: readonly string[],
  known: readonly RuntimeEntry[],
  directory: string,
): readonly NodeRuntime[] {
  const configured = known.map(({ name, path }) => ({ name, path: resolve(directory, path) }));
  if (asked.includes("all") && configured.length === 0) {
    throw new RangeError("Cannot use all runtimes as audit.runtimes in config.yaml names none");
  }
  const wanted = asked.flatMap((word) => {
    if (word === "all") return configured;
    const named = configured.find(({ name }) => name === word);
    return [named ?? { name: "", path: resolve(word) }];
  });
  const found = wanted.map(probeRuntime);
  const twice = found.find(({ name }, i) => found.findIndex((other) => other.name === name) < i);
  if (twice === undefined) return found;
  throw new RangeError(`Cannot use two runtimes of one name: current value is "${twice.name}"`);
}

function probeRuntime({ name, path }: RuntimeEntry): NodeRuntime {
  if (!existsSync(path)) {
    throw new RangeError(`Cannot use the runtime ${path} as it does not exist`);
  }
  const versions = probeVersions(path);
  if (versions === null) {
    throw new RangeError(`Cannot use the runtime ${path} as it is no node executable`);
  }
  return { name: name === "" ? `node ${versions.node}` : name, path, ...versions };
}

/** Measures targets and controls on each runtime in turn, as {@linkcode measureLeaks} does. */
export async function measureRuntimes(
  specs: readonly TargetSpec[],
  runtimes: readonly NodeRuntime[],
  options: LeakOptions = {},
): Promise<RuntimesPhase> {
  const startedAt = performance.now();
  const results: RuntimeResult[] = [];
  for (const [i, { name, path, node, v8 }] of runtimes.entries()) {
    options.signal?.throwIfAborted();
    const leaks = await measureLeaks(specs, {
      ...options,
      execPath: path,
      runtime: name,
      // One bar for all of them, as each has the same work.
      onProgress: ({ done, total, detail = "" }) =>
        options.onProgress?.({
          label: "Leak detection on other runtimes",
          done: i * total + done,
          total: runtimes.length * total,
          detail: `${name}, ${detail}`,
        }),
    });
    results.push({ name, node, v8, leaks });
  }
  return {
    own: `node ${nodeVersions().node}`,
    results,
    seconds: (performance.now() - startedAt) / 1000,
  };
}
