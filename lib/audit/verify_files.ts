/**
 * Whether each file of a run is there and as it was written.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type RunManifest, type RunStore, sha256 } from "./run_store.ts";
import type { VerificationProblem } from "./verification_problem.ts";

/** Checks all files of a run against its manifest. */
export function verifyFiles(
  store: RunStore,
): { readonly problems: readonly VerificationProblem[]; readonly files: number } {
  if (!store.has("manifest")) {
    return { problems: [problem("manifest.json", "the list of files is missing")], files: 0 };
  }
  const { files } = store.read<RunManifest>("manifest");
  const problems = Object.entries(files).flatMap(([file, { sha256: digest }]) => {
    const path = join(store.folder, file);
    if (!existsSync(path)) return [problem(file, "the file is missing")];
    const found = sha256(readFileSync(path));
    return found === digest ? [] : [
      problem(
        file,
        `the content has changed: SHA-256 ${found.slice(0, 12)}…, not ${digest.slice(0, 12)}…`,
      ),
    ];
  });
  if (!store.has("run")) problems.push(problem("run.json", "the head of the run is missing"));
  const strangers = jsonFiles(store.folder).filter((file) =>
    !Object.hasOwn(files, file) && file !== "manifest.json"
  );
  problems.push(...strangers.map((file) => problem(file, "the file is in no list")));
  return { problems, files: Object.keys(files).length };
}

function jsonFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/")).filter((file) => file.endsWith(".json"));
}

function problem(where: string, message: string): VerificationProblem {
  return { kind: "file", where, message };
}
