/**
 * Puts a report and the list of its citations into the exports folder, whole or not at all.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Citation, writeWhole } from "../audit/mod.ts";
import type { ReportDocument } from "./document.ts";

/** Name of the file that lists every cited value of every report in a folder. */
export const CITATIONS_FILE = "citations.json";

/**
 * Writes `document` below `folder` and replaces its entries in `citations.json`.
 * Returns the path of the report.
 */
export function writeReport(folder: string, document: ReportDocument): string {
  const { markdown, citations } = document.render();
  const path = join(folder, document.file);
  writeWhole(path, markdown);
  const others = readCitations(folder).filter(({ file }) => file !== document.file);
  writeWhole(
    join(folder, CITATIONS_FILE),
    JSON.stringify([...others, ...citations], null, 1) + "\n",
  );
  return path;
}

function readCitations(folder: string): readonly Citation[] {
  const path = join(folder, CITATIONS_FILE);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) as Citation[] : [];
}
