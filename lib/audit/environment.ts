/**
 * Where and how a run was made: what somebody needs to know to make it again.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, cpus, release, totalmem, type } from "node:os";
import { nodeVersions } from "../measure/mod.ts";
import { sha256 } from "./run_store.ts";
import type { Environment } from "./results.ts";

/** What the environment cannot know by itself. */
export interface EnvironmentOptions {
  readonly seed: number;
  /** Text of the `config.yaml` in use. */
  readonly configText: string;
  /** Folder whose git revision is recorded. Default: the current one. */
  readonly root?: string;
  /** Flags of the measuring processes. */
  readonly flags?: readonly string[];
}

/** Returns the environment of this process. */
export function recordEnvironment(options: EnvironmentOptions): Environment {
  const { seed, configText, root = ".", flags = [] } = options;
  const { node, v8 } = nodeVersions(); // of what measures, which a notebook's kernel need not be
  const revision = git(root, ["rev-parse", "HEAD"]);
  const status = revision === null ? null : git(root, ["status", "--porcelain"]);
  return {
    node: `v${node}`,
    v8,
    os: `${type()} ${release()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    flags: [...withoutFiles(process.execArgv), ...flags],
    gitRevision: revision,
    gitDirty: status === null ? null : status !== "",
    configSha256: sha256(configText),
    seed,
    heapbook: packageVersion(),
  };
}

/** Leaves out modules that were loaded beforehand: their paths belong to one machine. */
function withoutFiles(flags: readonly string[]): readonly string[] {
  const names = ["--import", "--require", "-r"];
  return flags.filter((flag, i) =>
    !names.includes(flag) && !names.includes(flags[i - 1] ?? "") &&
    !names.some((name) => flag.startsWith(`${name}=`))
  );
}

/** Returns git's answer, or null without git or outside a repository. */
function git(folder: string, parameters: readonly string[]): string | null {
  const { status, stdout } = spawnSync("git", parameters, { cwd: folder, encoding: "utf8" });
  return status === 0 ? stdout.trim() : null;
}

function packageVersion(): string {
  const url = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(url, "utf8")) as { version: string }).version;
}
