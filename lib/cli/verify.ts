/**
 * `heapbook verify`: recompute every number of a run and its reports from the recorded samples.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import process from "node:process";
import { latestRun, type Verification, verifyRun } from "../audit/mod.ts";
import { renderReports } from "../report/mod.ts";
import { type CommandSpec, parseArguments } from "./arguments.ts";

const spec: CommandSpec = {
  name: "verify",
  summary: "Recompute every number of a report from its recorded data",
  details: "Holds the run against its samples, the reports against the run, and every cited " +
    "file:line against the sources. Exit code 0: all is as it says. 1: something was changed, lost " +
    "or moved, and is named.",
  positionals: {
    name: "RUN",
    description: "Name or folder of a run; the latest one where absent",
    minimum: 0,
    maximum: 1,
  },
  options: {
    runs: { kind: "text", value: "FOLDER", description: "Where runs are; data/runs where absent" },
    exports: {
      kind: "text",
      value: "FOLDER",
      description: "Where the reports of the run are; exports where absent",
    },
    json: { kind: "flag", description: "Print what was found as JSON" },
  },
  examples: ["heapbook verify", "heapbook verify data/runs/2026-01-02T03-04-05"],
};

/** Runs `heapbook verify`. */
export async function verifyCommand(argv: readonly string[]): Promise<number> {
  const given = await parseArguments(argv, spec);
  const runs = given.text("runs") ?? join("data", "runs");
  const folder = findRun(given.positionals[0], runs);
  const exportsFolder = given.text("exports") ?? "exports";
  const reports = existsSync(exportsFolder) ? resolve(exportsFolder) : undefined;
  const verification = verifyRun(folder, reports, { renderReports });
  process.stdout.write(
    given.flag("json") ? `${JSON.stringify(verification)}\n` : describe(folder, verification),
  );
  return verification.ok ? 0 : 1;
}

function findRun(asked: string | undefined, runs: string): string {
  if (asked === undefined) {
    const latest = latestRun(runs);
    if (latest !== undefined) return join(runs, latest);
    throw new RangeError(
      `Cannot verify as there is no run in ${runs}: make one with heapbook audit`,
    );
  }
  const folder = [asked, join(runs, asked)].find((path) => existsSync(path));
  if (folder !== undefined) return folder;
  throw new RangeError(`Cannot verify as the run must exist: current value is "${asked}"`);
}

function describe(folder: string, { ok, problems, checked }: Verification): string {
  const counts = Object.entries(checked).map(([what, count]) => `${count} ${what}`).join(", ");
  const lines = problems.map(({ kind, where, message }) => `  ${kind} ${where}: ${message}`);
  const head = ok
    ? "Everything is as it says"
    : `${problems.length} ${problems.length === 1 ? "thing is" : "things are"} not as recorded`;
  return [`${relative(process.cwd(), folder)}: ${head} (${counts})`, ...lines, ""].join("\n");
}
