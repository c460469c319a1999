/**
 * A notebook file: nbformat 4.5, read leniently, written whole or not at all.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { writeWhole } from "../audit/mod.ts";

/** Any JSON object. */
export type JsonObject = { [key: string]: unknown };

/** One output of a code cell. */
export interface CellOutput {
  /** Kind of the output; the fields below belong to one kind or another. */
  output_type: "stream" | "display_data" | "execute_result" | "error";
  /** Stream: `stdout` or `stderr`. */
  name?: string;
  /** Stream: what was written. */
  text?: string | string[];
  /** Display and result: format → content. */
  data?: JsonObject;
  /** Display and result: metadata. */
  metadata?: JsonObject;
  /** Result: count of the execution. */
  execution_count?: number | null;
  /** Error: class. */
  ename?: string;
  /** Error: message. */
  evalue?: string;
  /** Error: stack, may hold terminal colours. */
  traceback?: string[];
}

/** One cell. Code cells have outputs and a count, others may have attachments. */
export interface NotebookCell {
  /** Code runs, markdown is rendered, raw is left alone. */
  cell_type: "code" | "markdown" | "raw";
  /** Unique in its notebook; letters, digits, dashes and underscores. */
  id: string;
  /** Tags and whatever else editors keep. */
  metadata: JsonObject;
  /** Text without a final line break. */
  source: string;
  /** Pictures that the prose shows, by name. */
  attachments?: JsonObject;
  /** What a code cell showed when it ran last. */
  outputs?: CellOutput[];
  /** Count of its last execution; null where it never ran. */
  execution_count?: number | null;
}

/** A notebook in memory; its cells are filled in place when it runs. */
export interface Notebook {
  /** Major version of the format. */
  nbformat: 4;
  /** Minor version of the format; cells have ids since 4.5. */
  nbformat_minor: 5;
  /** Kernelspec, language and whatever else editors keep. */
  metadata: JsonObject;
  /** Cells in order. */
  cells: NotebookCell[];
}

/** Metadata of a published notebook: it opens in any Jupyter that knows tslab. */
export const TSLAB_METADATA: JsonObject = {
  kernelspec: { display_name: "TypeScript", language: "typescript", name: "tslab" },
  language_info: {
    codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
    file_extension: ".ts",
    mimetype: "text/typescript",
    name: "typescript",
    version: "3.7.2", // What tslab says of itself, whatever its compiler: else each save differs.
  },
};

/**
 * Reads a notebook of nbformat 4.
 *
 * @throws {SyntaxError} where the file is no notebook, with the reason.
 */
export function readNotebook(path: string): Notebook {
  return parseNotebook(readFileSync(path, "utf8"), path);
}

/** Reads a notebook from text; `name` stands in error messages. */
export function parseNotebook(text: string, name: string = "notebook"): Notebook {
  let value: JsonObject;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`Cannot read ${name} as it is no JSON: ${(error as Error).message}`);
  }
  if (value === null || typeof value !== "object" || !Array.isArray(value["cells"])) {
    throw new SyntaxError(`Cannot read ${name} as a notebook must have a list of cells`);
  }
  if (value["nbformat"] !== 4) {
    const found = String(value["nbformat"]);
    throw new SyntaxError(`Cannot read ${name} as nbformat must be 4: current value is ${found}`);
  }
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: (value["metadata"] ?? {}) as JsonObject,
    cells: value["cells"].map((cell, index) => readCell(cell, index, name)),
  };
}

/** Returns the text of a notebook file, keys in the order Jupyter writes them. */
export function notebookText(notebook: Notebook): string {
  const { cells, metadata } = notebook;
  const value = { cells: cells.map(cellJson), metadata, nbformat: 4, nbformat_minor: 5 };
  return `${JSON.stringify(value, null, 1)}\n`;
}

/** Writes a notebook; a reader sees the old file or the new one, never half of it. */
export function writeNotebook(path: string, notebook: Notebook): void {
  writeWhole(path, notebookText(notebook));
}

/** Returns text that nbformat may hold as one string or as a list of lines. */
export function joined(text: unknown): string {
  return Array.isArray(text) ? text.join("") : String(text ?? "");
}

function readCell(value: unknown, index: number, name: string): NotebookCell {
  const cell = value as Partial<NotebookCell>;
  const type = cell?.cell_type;
  if (type !== "code" && type !== "markdown" && type !== "raw") {
    const rule = "must be code, markdown or raw";
    throw new SyntaxError(`Cannot read ${name} as cell ${index} ${rule}: current value is ${type}`);
  }
  const common = {
    cell_type: type,
    id: String(cell.id ?? `cell-${index + 1}`),
    metadata: (cell.metadata ?? {}) as JsonObject,
    source: joined(cell.source),
    ...(cell.attachments === undefined ? {} : { attachments: cell.attachments }),
  };
  if (type !== "code") return common;
  return { ...common, outputs: cell.outputs ?? [], execution_count: cell.execution_count ?? null };
}

function cellJson(cell: NotebookCell): JsonObject {
  const { cell_type, id, metadata, attachments } = cell;
  const source = lines(cell.source);
  const common = { cell_type, ...(attachments === undefined ? {} : { attachments }), id, metadata };
  if (cell_type !== "code") return { ...common, source };
  const outputs = (cell.outputs ?? []).map(outputJson);
  return { ...common, execution_count: cell.execution_count ?? null, outputs, source };
}

function outputJson(output: CellOutput): JsonObject {
  const { text, data, ...rest } = output;
  return {
    ...rest,
    ...(text === undefined ? {} : { text: lines(joined(text)) }),
    ...(data === undefined ? {} : { data: dataJson(data) }),
  };
}

/** Text formats as lists of lines, so that a diff of two notebooks shows lines. */
function dataJson(data: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(data).map(([mime, value]) => {
      const isLines = mime.startsWith("text/") || mime === "image/svg+xml";
      return [mime, isLines ? lines(joined(value)) : value];
    }),
  );
}

function lines(text: string): string[] {
  return text === "" ? [] : text.match(/[^\n]*\n|[^\n]+$/g)!;
}
