/**
 * Type-checks notebook scripts as strictly as the library: the kernels check little (tslab) or
 * nothing (Deno).
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import type { NotebookProblem } from "./notebook_problem.ts";

const COMPILER = join("node_modules", "typescript", "bin", "tsc");

/**
 * Returns the compiler's findings on `files`.
 *
 * @throws {Error} where the project's compiler is not installed, or does not run.
 */
export function checkTypes(files: readonly string[]): readonly NotebookProblem[] {
  const root = projectOf(files[0]!);
  const folder = mkdtempSync(join(tmpdir(), "heapbook-types-"));
  try {
    const config = join(folder, "tsconfig.json");
    writeFileSync(config, JSON.stringify({ files, compilerOptions: compilerOptions(root) }));
    const args = [join(root, COMPILER), "-p", config, "--pretty", "false"];
    const { stdout, stderr, error } = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: "utf8",
    });
    if (error !== undefined) throw error;
    return problemsOf(`${stdout}\n${stderr}`, root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compilerOptions(root: string): object {
  return {
    target: "ES2022",
    lib: ["ES2022", "ESNext.Disposable", "DOM"], // Kernels offer performance, setTimeout and so on.
    module: "NodeNext",
    moduleResolution: "NodeNext",
    moduleDetection: "force",
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules", "@types")],
  };
}

function problemsOf(output: string, root: string): readonly NotebookProblem[] {
  const problems: NotebookProblem[] = [];
  for (const text of output.split("\n")) {
    const found = /^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/.exec(text.trim());
    if (found !== null) {
      const [, file, line, message] = found;
      const path = resolve(root, file!);
      problems.push({ file: path, line: Number(line), kind: "types", message: message! });
    } else if (/^error TS/.test(text)) throw new Error(`Cannot check types: ${text}`);
  }
  return problems;
}

/** Returns the nearest folder at or above `path` that has the compiler installed. */
function projectOf(path: string): string {
  for (let folder = dirname(resolve(path));; folder = dirname(folder)) {
    if (existsSync(join(folder, COMPILER))) return folder;
    if (folder === dirname(folder)) break;
  }
  throw new Error(`Cannot check types as ${COMPILER} stands in no folder above ${path}`);
}
