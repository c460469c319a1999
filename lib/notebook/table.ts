/**
 * Shows a dataframe or rows as a table: escaped, rounded and limited, since a frame's own HTML
 * prints every row and sixteen digits.
 *
 * @module
 */
import { columnStyle, escapeHtml, type MimeBundle } from "../report/mod.ts";
import { show } from "./display.ts";

/** A row: column name → value. */
export type Row = Readonly<Record<string, unknown>>;

/** What a Polars DataFrame offers that a table needs; any version of Polars fits. */
export interface FrameLike {
  /** Names of the columns, in order. */
  readonly columns: string[];
  /** Number of rows. */
  readonly height: number;
  /** Returns the first rows. */
  head(length?: number): { toRecords(): Row[] };
}

/** Settings of a table. */
export interface TableOptions {
  /** One sentence above the table: what it shows. */
  readonly caption?: string;
  /** Rows shown at most; 20 where absent. */
  readonly limit?: number;
  /** Significant digits of numbers that are not whole; 4 where absent. */
  readonly digits?: number;
}

/** Shows `table`, a Polars frame or an array of row objects. */
export function showTable(
  table: FrameLike | readonly object[],
  options: TableOptions = {},
): Promise<void> {
  return show(tableBundle(table, options));
}

/** Returns the bundle of a table: HTML for a notebook, aligned columns for a terminal. */
export function tableBundle(
  table: FrameLike | readonly object[],
  options: TableOptions = {},
): MimeBundle {
  const { caption, limit = 20, digits = 4 } = options;
  const { columns, rows, height } = readTable(table, limit);
  const cells = rows.map((row) => columns.map((column) => formatValue(row[column], digits)));
  const numeric = columns.map((column) => rows.some((row) => isNumber(row[column])));
  const rest = height > rows.length ? `${height - rows.length} more of ${height} rows` : "";
  const parts = { caption: caption ?? "", columns, cells, numeric, rest };
  return { "text/html": tableHtml(parts), "text/plain": tableText(parts) };
}

/**
 * Returns `value` as a reader wants it: whole numbers whole, others to `digits` significant digits,
 * nothing for null, JSON for what has parts.
 */
export function formatValue(value: unknown, digits: number = 4): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return formatNumber(value, digits);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) && value.every(isNumber)) {
    return `[${value.map((v) => formatValue(v, digits)).join(", ")}]`;
  }
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

function formatNumber(value: number, digits: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) {
    return Math.abs(value) < 1e15 ? value.toLocaleString("en-US") : value.toExponential(digits - 1);
  }
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e15) return String(Number(value.toPrecision(digits)));
  // toPrecision would turn 12345.6 into 1.235e+4: keep at least all digits before the point.
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return Number(value.toFixed(Math.min(20, decimals))).toLocaleString("en-US", {
    maximumFractionDigits: Math.min(20, decimals),
  });
}

interface TableParts {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly cells: readonly (readonly string[])[];
  readonly numeric: readonly boolean[];
  readonly rest: string;
}

function tableHtml({ caption, columns, cells, numeric, rest }: TableParts): string {
  const align = (i: number) => ` style="text-align:${numeric[i] ? "right" : "left"}"`;
  const head = columns.map((c, i) => {
    const wide = columnStyle(Math.max(0, ...cells.map((row) => row[i]!.length)));
    const style = [`text-align:${numeric[i] ? "right" : "left"}`, ...wide].join(";");
    return `<th scope="col" style="${style}">${escapeHtml(c)}</th>`;
  }).join("");
  const body = cells.map((row) =>
    `<tr>${row.map((cell, i) => `<td${align(i)}>${escapeHtml(cell)}</td>`).join("")}</tr>`
  ).join("\n");
  const title = caption === ""
    ? ""
    : `<caption style="text-align:left">${escapeHtml(caption)}</caption>`;
  const more = rest === "" ? "" : `<p>${escapeHtml(rest)}</p>`;
  return `<table>${title}<thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>${more}`;
}

function tableText({ caption, columns, cells, numeric, rest }: TableParts): string {
  const widths = columns.map((c, i) => Math.max(c.length, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => numeric[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))
      .join("  ").trimEnd();
  const rule = widths.map((w) => "─".repeat(w)).join("  ");
  const lines = [caption, line(columns), rule, ...cells.map(line), rest];
  return lines.filter((text) => text !== "").join("\n");
}

function readTable(
  table: FrameLike | readonly object[],
  limit: number,
): { columns: readonly string[]; rows: readonly Row[]; height: number } {
  if (!Array.isArray(table)) {
    const frame = table as FrameLike;
    const rows = frame.head(limit).toRecords();
    return { columns: frame.columns, rows, height: frame.height };
  }
  const all = table as readonly Row[];
  const columns = [...new Set(all.flatMap((row) => Object.keys(row)))];
  return { columns, rows: all.slice(0, limit), height: all.length };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" || typeof value === "bigint";
}
