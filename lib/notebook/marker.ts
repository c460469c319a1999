/**
 * The line that starts a cell of a script: `// %% Title [markdown] tags=["parameters"]`. Values are
 * JSON; what cannot be a plain key stands in `metadata={…}`.
 *
 * @module
 */
import type { JsonObject, NotebookCell } from "./notebook_file.ts";

/** What a marker says about its cell. */
export interface Marker {
  readonly type: NotebookCell["cell_type"];
  /** Id, metadata and attachments, where the marker names them. */
  readonly fields: Partial<Pick<NotebookCell, "id" | "metadata" | "attachments">>;
}

const KEY = /^([A-Za-z_][\w.-]*)=/;
const RESERVED: readonly string[] = ["id", "attachments", "metadata"];
const TITLE = /^[^\s[\]="]+( [^\s[\]="]+)*$/;

/**
 * Reads a marker line.
 *
 * @throws {SyntaxError} where a value is no JSON or a cell type is unknown.
 */
export function parseMarker(line: string): Marker {
  let rest = line.replace(/^\/\/ %%/, "").trim();
  let type: NotebookCell["cell_type"] = "code";
  const words: string[] = [];
  const values: JsonObject = {};
  while (rest !== "") {
    const key = KEY.exec(rest);
    if (key !== null) {
      const length = jsonLength(rest, key[0].length);
      values[key[1]!] = JSON.parse(rest.slice(key[0].length, length));
      rest = rest.slice(length).trimStart();
      continue;
    }
    const word = /^\S+/.exec(rest)![0];
    if (/^\[.*\]$/.test(word)) type = cellType(word);
    else words.push(word);
    rest = rest.slice(word.length).trimStart();
  }
  return { type, fields: readFields(values, words.join(" ")) };
}

/** Returns the marker line of `cell`; `id` is written where it does not follow from the headings. */
export function formatMarker(cell: NotebookCell, id?: string): string {
  const plain: JsonObject = {};
  const others: JsonObject = {};
  const { title, ...metadata } = cell.metadata;
  const isPlainTitle = typeof title === "string" && TITLE.test(title);
  if (title !== undefined && !isPlainTitle) plain["title"] = title;
  for (const [key, value] of Object.entries(metadata)) {
    const isPlain = KEY.test(`${key}=`) && KEY.exec(`${key}=`)![1] === key;
    if (isPlain && !RESERVED.includes(key)) plain[key] = value;
    else others[key] = value;
  }
  const values: JsonObject = {
    ...plain,
    ...(Object.keys(others).length > 0 ? { metadata: others } : {}),
    ...(cell.attachments === undefined ? {} : { attachments: cell.attachments }),
    ...(id === undefined ? {} : { id }),
  };
  const parts = Object.entries(values).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const name = isPlainTitle ? [title] : [];
  const type = cell.cell_type === "code" ? [] : [`[${cell.cell_type}]`];
  return ["// %%", ...name, ...type, ...parts].join(" ");
}

function cellType(word: string): NotebookCell["cell_type"] {
  if (word === "[markdown]" || word === "[md]") return "markdown";
  if (word === "[raw]") return "raw";
  if (word === "[code]") return "code";
  throw new SyntaxError(`a cell must be [markdown], [raw] or code: found ${word}`);
}

function readFields(values: JsonObject, title: string): Marker["fields"] {
  const { id, attachments, metadata, ...plain } = values;
  return {
    metadata: {
      ...(title === "" ? {} : { title }),
      ...plain,
      ...(metadata as JsonObject | undefined),
    },
    ...(id === undefined ? {} : { id: String(id) }),
    ...(attachments === undefined ? {} : { attachments: attachments as JsonObject }),
  };
}

/** Returns where the JSON value that starts at `from` ends. */
function jsonLength(text: string, from: number): number {
  let depth = 0;
  let isString = false;
  for (let at = from; at < text.length; at++) {
    const c = text[at]!;
    if (isString) {
      if (c === "\\") at++;
      else if (c === '"') isString = false;
    } else if (c === '"') isString = true;
    else if (c === "[" || c === "{") depth++;
    else if (c === "]" || c === "}") depth--;
    else if (c === " " && depth === 0) return at;
  }
  return text.length;
}
