/**
 * The environment of a run as rows of a table.
 *
 * @module
 */
import type { Environment } from "../audit/mod.ts";
import { displayKind } from "./display.ts";

/** One property of the environment. */
export interface EnvironmentRow {
  /** Name, as a reader says it. */
  readonly property: string;
  /** Value with its unit. */
  readonly value: string;
}

/**
 * Returns `environment` as rows for `showTable`, with the kernel that shows them.
 *
 * @param extra Further properties, for example versions of the dataframe library.
 */
export function environmentTable(
  environment: Environment,
  extra: Readonly<Record<string, string | number>> = {},
): readonly EnvironmentRow[] {
  const gib = `${(environment.memoryBytes / 2 ** 30).toFixed(1)} GiB`;
  const dirty = environment.gitDirty ? " (with uncommitted changes)" : "";
  const values: Readonly<Record<string, string | number>> = {
    heapbook: environment.heapbook,
    node: environment.node,
    V8: environment.v8,
    "operating system": environment.os,
    CPU: `${environment.cpu}, ${environment.cores} cores`,
    memory: gib,
    "node flags": environment.flags.join(" ") || "none",
    "git revision": `${environment.gitRevision ?? "unknown"}${dirty}`,
    "config.yaml sha256": environment.configSha256.slice(0, 16),
    seed: String(environment.seed),
    output: displayKind(),
    ...extra,
  };
  return Object.entries(values).map(([property, value]) => ({ property, value: String(value) }));
}
