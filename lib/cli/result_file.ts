/**
 * Writes results of the laboratory's commands: columns as CSV, or everything as JSON. A file
 * appears whole or not at all.
 *
 * @module
 */
import { dirname } from "node:path";
import { makeFolder, writeWhole } from "../audit/mod.ts";

/** Columns by name; where one ends early or holds NaN, the cell is empty. */
export type Columns = Readonly<Record<string, ArrayLike<number>>>;

/**
 * Checks the name of a result before the work starts, and makes its folder.
 *
 * @throws {Error} Where the folder cannot be written.
 * @throws {RangeError} Where it ends in neither `.csv` nor `.json`.
 */
export function checkResultFile(file: string): void {
  if (/\.(csv|json)$/i.test(file)) return makeFolder(dirname(file));
  throw new RangeError(
    `Cannot write the result as the file must end in .csv or .json: current value is "${file}"`,
  );
}

/**
 * Writes columns (`.csv`) or columns and everything else (`.json`).
 *
 * @throws {RangeError} Where the name ends in neither.
 */
export function writeResult(file: string, columns: Columns, rest: object): void {
  checkResultFile(file);
  const text = /\.csv$/i.test(file) ? csvOf(columns) : `${
    JSON.stringify({
      ...rest,
      columns: Object.fromEntries(Object.entries(columns).map(([k, v]) => [k, Array.from(v)])),
    })
  }\n`;
  writeWhole(file, text);
}

/** Returns columns as comma-separated lines under a line of names. */
export function csvOf(columns: Columns): string {
  const names = Object.keys(columns);
  const rows = Math.max(0, ...names.map((name) => columns[name]!.length));
  const lines = [names.join(",")];
  for (let k = 0; k < rows; k++) {
    lines.push(names.map((name) => cell(columns[name]![k])).join(","));
  }
  return `${lines.join("\n")}\n`;
}

/** What is no number is an empty cell. */
function cell(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? "" : String(value);
}
