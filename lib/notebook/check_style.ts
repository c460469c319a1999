/**
 * The style of a notebook as far as a program can judge it: short cells, each with its sentence
 * above, parameters as literals, no logic in cells, nothing that a kernel is known to stumble over.
 *
 * @module
 */
import type { Notebook, NotebookCell } from "./notebook_file.ts";
import { findBrokenShorthands } from "./shorthand.ts";
import { tagsOf } from "./run_notebook.ts";

/** A finding, at a line of the script. */
export interface StyleProblem {
  /** Line in the script, from 1. */
  readonly line: number;
  /** What is wrong, and what would be right. */
  readonly message: string;
}

const CODE_LINES = 20;
const PROSE_WORDS = 60;
const PROSE_PER_CODE = 0.8;

/** What a line of code must not hold, and why. */
const FORBIDDEN: readonly [RegExp, string][] = [
  [/from "tslab"|import\("tslab"\)/, "imports tslab, which Deno lacks: use heapbook/notebook"],
  [/^\s*console\.\w+\(/, "prints to the console, where tslab loses lines: use heapbook/notebook"],
  [
    /^(for|while|do)\b/,
    "loops in a cell, which tslab runs up to 585 times slower: call a function",
  ],
  [/^(export )?(abstract )?class\b/, "declares a class: put it into the library and test it there"],
  [/await \(await /, "awaits inside await, which tslab cannot transform: name the inner value"],
  [/from "\.\.?\//, "imports a file by path, which tslab refuses: import from heapbook"],
  [/\bMath\.random\(/, "uses Math.random: pass a seeded generator"],
  [/^(?!.*\/\/).*\bvar /, "declares with var: use const"],
];

const LITERAL = /^(let|const) [\w$]+(: [\w<>[\] ]+)? = [^()]*;?$/;

/** Returns the findings on one notebook; `script` is the text it was read from. */
export function checkStyle(notebook: Notebook, script: string): readonly StyleProblem[] {
  const starts = script.split("\n").map((line, i) => /^\/\/ %%/.test(line) ? i + 1 : 0)
    .filter((line) => line > 0);
  const problems: StyleProblem[] = [];
  for (const [index, cell] of notebook.cells.entries()) {
    const line = starts[index] ?? 1;
    const found = cell.cell_type === "code"
      ? checkCode(cell, notebook.cells[index - 1], line)
      : checkProse(cell, line);
    problems.push(...found);
  }
  return [...checkWhole(notebook), ...problems, ...checkShorthands(notebook, starts)];
}

function checkShorthands({ cells }: Notebook, starts: readonly number[]): readonly StyleProblem[] {
  const code = [...cells.entries()].filter(([, cell]) => cell.cell_type === "code");
  return findBrokenShorthands(code.map(([, cell]) => cell.source)).map(({ cell, line, name }) => ({
    line: starts[code[cell]![0]]! + 1 + line,
    message: `{ ${name} } of an earlier cell fails in tslab: write { ${name}: ${name} }`,
  }));
}

function checkWhole({ cells }: Notebook): readonly StyleProblem[] {
  const problems: StyleProblem[] = [];
  const code = cells.filter((cell) => cell.cell_type === "code").length;
  const prose = cells.filter((cell) => cell.cell_type === "markdown").length;
  if (!/^# \S/.test(cells[0]?.source ?? "")) {
    problems.push({ line: 1, message: "must open with a title (# …)" });
  }
  if (!cells.some((cell) => tagsOf(cell).includes("parameters"))) {
    problems.push({ line: 1, message: 'must have a cell tagged "parameters"' });
  }
  if (prose < PROSE_PER_CODE * code) {
    const rule = `${PROSE_PER_CODE} prose cells per code cell`;
    problems.push({ line: 1, message: `must have ${rule}: it has ${prose} and ${code}` });
  }
  return problems;
}

function checkCode(
  cell: NotebookCell,
  above: NotebookCell | undefined,
  line: number,
): readonly StyleProblem[] {
  const problems: StyleProblem[] = [];
  const lines = cell.source.split("\n");
  if (lines.length > CODE_LINES) {
    problems.push({ line, message: `cell has ${lines.length} lines, at most ${CODE_LINES}` });
  }
  if (above?.cell_type !== "markdown") {
    problems.push({ line, message: "cell needs a sentence above that says what to look for" });
  }
  const isParameters = tagsOf(cell).includes("parameters");
  for (const [at, text] of lines.entries()) {
    const here = line + 1 + at;
    for (const [pattern, message] of FORBIDDEN) {
      if (pattern.test(text)) problems.push({ line: here, message });
    }
    const isDeclaration = text.trim() === "" || text.startsWith("//") || LITERAL.test(bare(text));
    if (isParameters && !isDeclaration) {
      const rule = "a parameters cell holds only let or const with a literal";
      problems.push({ line: here, message: `${rule}: "${text}"` });
    }
  }
  return problems;
}

function checkProse(cell: NotebookCell, line: number): readonly StyleProblem[] {
  // Tables, code and headings are no prose.
  const text = cell.source.replace(/```[\s\S]*?```/g, "").split("\n")
    .filter((row) => !/^\s*(\||#)/.test(row)).join(" ");
  const words = text.split(/\s+/).filter((word) => /\w/.test(word)).length;
  if (words <= PROSE_WORDS) return [];
  return [{ line, message: `prose has ${words} words, at most ${PROSE_WORDS}` }];
}

/** Drops a comment at the end of a line. */
function bare(text: string): string {
  return text.replace(/\s*\/\/.*$/, "");
}
