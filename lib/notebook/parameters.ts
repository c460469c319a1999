/**
 * Papermill-style parameters: the cell tagged `parameters` declares defaults, an injected cell after
 * it assigns what a run was asked for.
 *
 * @module
 */
import type { Notebook, NotebookCell } from "./notebook_file.ts";
import { tagsOf } from "./run_notebook.ts";

/**
 * Inserts a cell tagged `injected-parameters` after the one tagged `parameters`; replaces an older
 * one. Values must be JSON.
 *
 * @throws {RangeError} where no cell has the tag, or it does not declare a name with `let`.
 */
export function injectParameters(
  notebook: Notebook,
  parameters: Readonly<Record<string, unknown>>,
): void {
  const names = Object.keys(parameters);
  const kept = notebook.cells.filter((cell) => !tagsOf(cell).includes("injected-parameters"));
  notebook.cells.splice(0, notebook.cells.length, ...kept);
  if (names.length === 0) return;
  const at = notebook.cells.findIndex((cell) => tagsOf(cell).includes("parameters"));
  if (at < 0) throw new RangeError('Cannot set parameters as no cell is tagged "parameters"');
  const declared = [...notebook.cells[at]!.source.matchAll(/^\s*let\s+([\w$]+)/gm)].map((m) =>
    m[1]!
  );
  for (const name of names.filter((name) => !declared.includes(name))) {
    const rule = `the parameters cell must declare it with let: it declares ${declared.join(", ")}`;
    throw new RangeError(`Cannot set the parameter "${name}" as ${rule || "nothing"}`);
  }
  const lines = names.map((name) => `${name} = ${JSON.stringify(parameters[name])};`);
  const cell: NotebookCell = {
    cell_type: "code",
    id: "injected-parameters",
    metadata: { tags: ["injected-parameters"] },
    source: [...lines, "void 0;"].join("\n"), // Else tslab echoes the last value.
    outputs: [],
    execution_count: null,
  };
  notebook.cells.splice(at + 1, 0, cell);
}
