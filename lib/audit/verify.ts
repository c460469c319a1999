/**
 * Recomputes a run from its recorded samples, and its reports from the run: what was changed, lost
 * or moved since is found and named. Nothing that a report says is taken on trust.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { AuditResults } from "./results.ts";
import { readResults } from "./run.ts";
import { openRun } from "./run_store.ts";
import { verifyFiles } from "./verify_files.ts";
import { verifyNumbers } from "./verify_numbers.ts";
import { verifyReports } from "./verify_reports.ts";
import type { VerificationProblem } from "./verification_problem.ts";
import type { RenderedReport } from "./verify_reports.ts";
import { verifySites } from "./verify_sites.ts";

/** What a verification looked at, and what it found. */
export interface Verification {
  readonly ok: boolean;
  readonly problems: readonly VerificationProblem[];
  readonly checked: {
    readonly files: number;
    readonly series: number;
    readonly sites: number;
    readonly citations: number;
    readonly reports: number;
  };
}

/** Options for {@linkcode verifyRun}. */
export interface VerifyOptions {
  /** Folder that recorded source files are relative to. Default: the current one. */
  readonly root?: string;
  /** Writes all reports anew, for a comparison line by line. */
  readonly renderReports?: (results: AuditResults) => readonly RenderedReport[];
}

/**
 * Verifies the run in `folder` and, where given, what was published from it.
 *
 * @throws RangeError if the folder holds no run.
 */
export function verifyRun(
  folder: string,
  exportsFolder?: string,
  options: VerifyOptions = {},
): Verification {
  const { root = ".", renderReports } = options;
  const path = resolve(folder);
  if (!existsSync(path)) {
    throw new RangeError(`Cannot verify as the run must exist: current value is "${folder}"`);
  }
  const store = openRun(resolve(path, ".."), { id: path.split(/[\\/]/).at(-1)!, resume: true });
  const files = verifyFiles(store);
  if (!store.has("run")) {
    return summary([files], { series: 0, sites: 0, citations: 0, reports: 0 });
  }
  const results = readResults(store);
  const numbers = verifyNumbers(store, results);
  const sites = verifySites(results, root);
  // Reports are held against what the samples say, not against what was recorded of them.
  const reports = exportsFolder === undefined
    ? { problems: [], citations: 0, reports: 0 }
    : verifyReports(results, numbers.recomputed, exportsFolder, renderReports);
  return summary([files, numbers, sites, reports], {
    series: numbers.series,
    sites: sites.sites,
    citations: reports.citations,
    reports: reports.reports,
  });

  function summary(
    parts: readonly { readonly problems: readonly VerificationProblem[] }[],
    counts: Omit<Verification["checked"], "files">,
  ): Verification {
    const problems = parts.flatMap((part) => part.problems);
    return { ok: problems.length === 0, problems, checked: { files: files.files, ...counts } };
  }
}
