/**
 * From `audit.targets` of config.yaml to targets that can be run: built-in ones by name, and
 * modules of the user's own.
 *
 * @module
 */
import { resolve } from "node:path";
import type { TargetEntry } from "../audit/mod.ts";
import { describeTarget, type TargetSpec } from "../measure/mod.ts";
import { builtInTargets } from "./built_in_targets.ts";
import type { Laboratory } from "./configured.ts";

/** What {@linkcode selectTargets} needs to know beside the list. */
export interface SelectOptions {
  /** Folder that relative module paths start from: that of config.yaml. */
  readonly directory: string;
  /** Names to keep; all where absent. */
  readonly only?: readonly string[];
  readonly signal?: AbortSignal;
  /** Plant and controllers that the built-in targets are made of; the defaults where absent. */
  readonly laboratory?: Laboratory;
}

/**
 * Returns the targets of a list, in its order, each with its own description.
 *
 * @throws {RangeError} where a name is unknown, or a module cannot be loaded.
 */
export async function selectTargets(
  entries: readonly (string | TargetEntry)[],
  options: SelectOptions,
): Promise<readonly TargetSpec[]> {
  const names = entries.map((entry) => typeof entry === "string" ? entry : entry.name);
  const unknown = options.only?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot select a target as it must be one of ${
        names.join(", ")
      }: current value is "${unknown}"`,
    );
  }
  const kept = entries.filter((_, i) => options.only?.includes(names[i]!) ?? true);
  return await Promise.all(
    kept.map((entry) =>
      typeof entry === "string" ? builtIn(entry, options) : ownTarget(entry, options)
    ),
  );
}

function builtIn(name: string, { laboratory }: SelectOptions): TargetSpec {
  const targets = builtInTargets(laboratory);
  const found = targets.find((target) => target.name === name);
  if (found !== undefined) return found;
  throw new RangeError(
    `Cannot find the built-in target "${name}" as there are only ` +
      `${targets.map((target) => target.name).join(", ")}: give a module of your own a path`,
  );
}

async function ownTarget(entry: TargetEntry, options: SelectOptions): Promise<TargetSpec> {
  const { name, sources } = entry;
  const module = resolve(options.directory, entry.module);
  const paths = sources.map((source) => resolve(options.directory, source));
  const described = await describeTarget(
    {
      name,
      module,
      options: entry.options,
      meta: { name, ...(paths.length > 0 ? { sources: paths } : {}) },
    },
    options.signal === undefined ? {} : { signal: options.signal },
  );
  if (described.ok) return described.spec;
  throw new RangeError(described.failure.message);
}
