/**
 * The node executable that measuring processes run on. Where the caller is no node itself, as in
 * Deno's notebook kernel, it is looked for: a verdict is about node's memory.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";

let found: string | undefined;

/**
 * Returns the path of a node executable: the caller's own, or the one that started it, or the
 * first on the path.
 *
 * @throws {Error} where there is none.
 */
export function nodeProgram(): string {
  return found ??= find();
}

/** Versions of a node executable and of its engine. */
export interface NodeVersions {
  /** For example `20.19.0`. */
  readonly node: string;
  readonly v8: string;
}

/** Returns the versions of {@linkcode nodeProgram}. */
export function nodeVersions(): NodeVersions {
  const { node, v8 } = process.versions;
  return isNode() ? { node, v8 } : probeVersions(nodeProgram()) ?? { node: "", v8: "" };
}

/** Returns the versions of the executable at `path`; null where it is no node. */
export function probeVersions(path: string): NodeVersions | null {
  const words = ["-p", "JSON.stringify(process.versions)"];
  const { stdout } = spawnSync(path, words, { encoding: "utf8" });
  try {
    const { node, v8, deno, bun } = JSON.parse(stdout) as Record<string, string | undefined>;
    const isOther = deno !== undefined || bun !== undefined;
    return node === undefined || v8 === undefined || isOther ? null : { node, v8 };
  } catch {
    return null;
  }
}

function isNode(): boolean {
  return process.versions["deno"] === undefined && process.versions["bun"] === undefined;
}

function find(): string {
  if (isNode()) return process.execPath;
  const { HEAPBOOK_NODE, npm_node_execpath, PATH = "" } = process.env;
  const name = process.platform === "win32" ? "node.exe" : "node";
  const onPath = PATH.split(delimiter).map((folder) => join(folder, name));
  const program = [HEAPBOOK_NODE, npm_node_execpath, ...onPath]
    .find((path) => path !== undefined && existsSync(path));
  if (program !== undefined) return program;
  throw new Error("Cannot measure as node must be on the path: install Node.js >= 20.19");
}
