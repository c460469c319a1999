/**
 * Scripts and notebooks are two forms of one thing. A script in percent format (`// %%` before code,
 * `// %% [markdown]` before prose in `//` lines, tags and other metadata in the marker) becomes a
 * notebook and back; nothing but outputs is lost.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { parse, stringify } from "yaml";
import { cellIds } from "./cell_ids.ts";
import { type JsonObject, type Notebook, type NotebookCell } from "./notebook_file.ts";
import { TSLAB_METADATA } from "./notebook_file.ts";
import { formatMarker, type Marker, parseMarker } from "./marker.ts";

/** A line that starts a cell, or one that was escaped because it only looks like it. */
const MARKER = /^\/\/ (\\*)%%/;

/** Settings of `scriptOf`. */
export interface ScriptOptions {
  /** Keeps ids that do not follow from the headings; by default all ids follow from them. */
  readonly keepIds?: boolean;
}

/**
 * Returns the notebook that the text of a script stands for, without outputs. Cell ids follow from
 * the headings, so that publishing again changes only what changed.
 *
 * @throws {SyntaxError} with the line that cannot be read.
 */
export function notebookOf(script: string, name: string = "script"): Notebook {
  const isCrlf = /^[^\n]*\r\n/.test(script);
  const lines = (isCrlf ? script.replaceAll("\r\n", "\n") : script).split("\n");
  if (lines.at(-1) === "") lines.pop();
  const { metadata, next } = readHeader(lines, name);
  const starts = lines.map((line, i) => i >= next && isMarker(line) ? i : -1).filter((i) => i >= 0);
  const lead = lines.slice(next, starts[0] ?? lines.length);
  const cells = starts.map((start, i) => {
    const isLast = i === starts.length - 1;
    return readCell(lines, start, isLast ? lines.length : starts[i + 1]!, isLast, name);
  });
  // Text before the first marker is a code cell of its own.
  if (lead.some((line) => line.trim() !== "")) cells.unshift(codeCell(lead.join("\n").trim()));
  const ids = cellIds(cells);
  const numbered = cells.map((cell, i) => ({ ...cell, id: cell.id === "" ? ids[i]! : cell.id }));
  return { nbformat: 4, nbformat_minor: 5, metadata, cells: numbered };
}

/** Returns the script of a notebook; outputs and counts stay behind. */
export function scriptOf(notebook: Notebook, options: ScriptOptions = {}): string {
  const ids = cellIds(notebook.cells);
  const blocks = notebook.cells.map((cell, i) => {
    const isOwnId = options.keepIds === true && cell.id !== ids[i];
    return cellText(cell, isOwnId ? cell.id : undefined);
  });
  const header = isDeepStrictEqual(notebook.metadata, TSLAB_METADATA)
    ? []
    : [headerText(notebook.metadata)];
  return `${[...header, ...blocks].join("\n\n")}\n`;
}

function isMarker(line: string): boolean {
  return MARKER.exec(line)?.[1] === "";
}

function readCell(
  lines: readonly string[],
  start: number,
  end: number,
  isLast: boolean,
  name: string,
): NotebookCell {
  const marker = readMarker(lines[start]!, start, name);
  const body = lines.slice(start + 1, end);
  // One blank line parts two cells and belongs to neither.
  if (!isLast && body.at(-1) === "") body.pop();
  const code = body.map((line) => line.replace(MARKER, (m) => m.replace("\\", "")));
  if (marker.type === "code") return { ...codeCell(code.join("\n")), ...marker.fields };
  // Prose stands in comments, so blank lines after it are never its own.
  while (code.at(-1) === "") code.pop();
  const prose = code.map((line, i) => uncomment(line, start + 1 + i, name));
  const source = prose.join("\n");
  return { cell_type: marker.type, id: "", metadata: {}, source, ...marker.fields };
}

function readMarker(line: string, index: number, name: string): Marker {
  try {
    return parseMarker(line);
  } catch (error) {
    throw new SyntaxError(`Cannot read ${name}, line ${index + 1}: ${(error as Error).message}`);
  }
}

function codeCell(source: string): NotebookCell {
  return { cell_type: "code", id: "", metadata: {}, source, outputs: [], execution_count: null };
}

function uncomment(line: string, index: number, name: string): string {
  if (line.startsWith("// ")) return line.slice(3);
  if (line.startsWith("//")) return line.slice(2);
  const rule = 'prose must stand in lines that start with "//"';
  throw new SyntaxError(`Cannot read ${name}, line ${index + 1}: ${rule}, found "${line}"`);
}

function cellText(cell: NotebookCell, id: string | undefined): string {
  const lines = cell.source === "" ? [] : cell.source.split("\n");
  const body = cell.cell_type === "code" ? lines : lines.map((line) => line ? `// ${line}` : "//");
  const escaped = body.map((line) => line.replace(MARKER, "// \\$1%%"));
  return [formatMarker(cell, id), ...escaped].join("\n");
}

function readHeader(
  lines: readonly string[],
  name: string,
): { metadata: JsonObject; next: number } {
  if (lines[0] !== "// ---") return { metadata: structuredClone(TSLAB_METADATA), next: 0 };
  const end = lines.indexOf("// ---", 1);
  if (end < 0) throw new SyntaxError(`Cannot read ${name}, line 1: the header has no end`);
  const text = lines.slice(1, end).map((line, i) => uncomment(line, i + 1, name)).join("\n");
  const header = parse(text) as { jupyter?: JsonObject } | null;
  return { metadata: header?.jupyter ?? {}, next: end + 1 };
}

function headerText(metadata: JsonObject): string {
  const yaml = stringify({ jupyter: metadata }, { lineWidth: 0 }).trimEnd();
  return ["// ---", ...yaml.split("\n").map((line) => `// ${line}`), "// ---"].join("\n");
}
