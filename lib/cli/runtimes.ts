/**
 * Which node executables to measure on.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import type { RuntimeEntry } from "../audit/mod.ts";

const OWN: RuntimeEntry = { name: "", path: process.execPath };

/**
 * Returns the executables behind what a user asks for: names from `audit.runtimes`, paths, or
 * "all"; the caller's own where nothing is asked for.
 *
 * @param directory Folder that paths in the configuration start from.
 * @throws {RangeError} where one does not exist or is no node executable.
 */
export function findRuntimes(
  asked: readonly string[],
  known: readonly RuntimeEntry[],
  directory: string,
): readonly RuntimeEntry[] {
  const configured = known.map(({ name, path }) => ({ name, path: resolve(directory, path) }));
  if (asked.includes("all") && configured.length === 0) {
    throw new RangeError("Cannot use all runtimes as audit.runtimes in config.yaml names none");
  }
  const wanted = asked.flatMap((word) => {
    if (word === "all") return configured;
    const named = configured.find(({ name }) => name === word);
    return [named ?? { name: "", path: resolve(word) }];
  });
  return wanted.length === 0 ? [OWN] : wanted.map(checkRuntime);
}

function checkRuntime({ name, path }: RuntimeEntry): RuntimeEntry {
  if (!existsSync(path)) {
    throw new RangeError(`Cannot use the runtime ${path} as it does not exist`);
  }
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
  const version = stdout?.trim() ?? "";
  if (status !== 0 || !/^v\d+\.\d+/.test(version)) {
    throw new RangeError(`Cannot use the runtime ${path} as it is no node executable`);
  }
  return { name: name === "" ? `node ${version.slice(1)}` : name, path };
}
