/**
 * Checks the scripts of a folder of notebooks: they type-check strictly, survive the way to a
 * notebook and back, agree with the notebook beside them, and keep the style of the project.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { checkStyle } from "./check_style.ts";
import { checkTypes } from "./check_types.ts";
import type { NotebookProblem } from "./notebook_problem.ts";
import { type Notebook, readNotebook } from "./notebook_file.ts";
import { ipynbOf } from "./publish.ts";
import { tagsOf } from "./run_notebook.ts";
import { notebookOf, scriptOf } from "./script.ts";

/** Settings of `checkNotebooks`. */
export interface CheckOptions {
  /** False leaves out the compiler. */
  readonly types?: boolean;
}

/** Returns every problem of the notebook scripts (`NN_name.ts`) in `folder`. */
export function checkNotebooks(
  folder: string,
  options: CheckOptions = {},
): readonly NotebookProblem[] {
  const files = listScripts(folder);
  if (files.length === 0) {
    const rule = "no script named like 01_name.ts stands in it";
    throw new RangeError(`Cannot check ${resolve(folder)} as ${rule}`);
  }
  const problems = files.flatMap(checkScript);
  // A file that cannot be read at all would keep the compiler from judging the others.
  const torn = problems.filter(({ kind }) => kind === "unreadable").map(({ file }) => file);
  const readable = files.filter((file) => !torn.includes(file));
  const types = options.types === false || readable.length === 0 ? [] : checkTypes(readable);
  return [...problems, ...types];
}

/** Returns the paths of the notebook scripts in `folder`, in order. */
export function listScripts(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => /^\d+_\w+\.ts$/.test(name)).sort()
    .map((name) => join(resolve(folder), name));
}

function checkScript(file: string): readonly NotebookProblem[] {
  const text = readFileSync(file, "utf8");
  let notebook: Notebook;
  try {
    notebook = notebookOf(text, file);
  } catch (error) {
    const { message } = error as Error;
    const line = Number(/line (\d+)/.exec(message)?.[1] ?? 1);
    return [{ file, line, kind: "unreadable", message }];
  }
  return [
    ...checkRoundTrip(file, text, notebook),
    ...checkStyle(notebook, text).map((problem) => ({ file, kind: "style" as const, ...problem })),
    ...checkPublished(file, notebook),
  ];
}

function checkRoundTrip(
  file: string,
  text: string,
  notebook: Notebook,
): readonly NotebookProblem[] {
  const back = scriptOf(notebook, { keepIds: true });
  if (back === text) return [];
  const [before, after] = [text.split("\n"), back.split("\n")];
  const line = before.findIndex((content, i) => content !== after[i]) + 1;
  const message = `comes back from a notebook as "${after[line - 1] ?? ""}": write it so`;
  return [{ file, line: Math.max(1, line), kind: "round_trip", message }];
}

function checkPublished(file: string, notebook: Notebook): readonly NotebookProblem[] {
  const path = ipynbOf(file);
  if (!existsSync(path)) return [];
  const sources = ({ cells }: Notebook) =>
    cells.filter((cell) => !tagsOf(cell).includes("injected-parameters"))
      .map(({ cell_type, source }) => `${cell_type}\n${source}`);
  const published = sources(readNotebook(path));
  const isSame = sources(notebook).every((source, i) => source === published[i]) &&
    published.length === notebook.cells.length;
  const message = `${path} holds other cells: publish the script or import the notebook`;
  return isSame ? [] : [{ file, line: 1, kind: "stale", message }];
}
