/**
 * Finds the sources under the paths given, reads and parses them. What cannot be read becomes a
 * problem that names the place; it never stops the scan.
 *
 * @module
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import type { SourceFile } from "./model.ts";
import { readPython } from "./read_python.ts";
import { readTypeScript } from "./read_typescript.ts";
import type { Parsed } from "./syntax.ts";
import { languageOf, parseSource } from "./syntax.ts";

/** A place that could not be read, and why. */
export interface SourceProblem {
  readonly file: string;
  readonly message: string;
}

/** Where to look and what to leave out. */
export interface SourceOptions {
  /** File names in the result are relative to this folder; the current one by default. */
  readonly root?: string;
  /** Files larger than this are skipped with a problem, bytes. 2 MB by default. */
  readonly maxFileBytes?: number;
  /** Tells which found files to leave out; files named in full are always read. */
  readonly skip?: (file: string) => boolean;
  /** Called before each file is read; it may throw to stop the scan. */
  readonly onFile?: (file: string, done: number, total: number) => void;
}

const SKIPPED_FOLDERS = new Set([
  "node_modules",
  "dist",
  "build",
  "coverage",
  "__pycache__",
  "venv",
]);

/** Files that a scan of a folder leaves out: tests, their data, declarations and built bundles. */
export function isSecondary(file: string): boolean {
  return /(_test|\.test|\.spec|_bench)\.[cm]?[jt]sx?$|\.d\.[cm]?ts$|\.min\.js$|(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$|(^|\/)(testdata|__tests__|fixtures)\//
    .test(file.replaceAll(sep, "/"));
}

/** Lists the sources under some files and folders, sorted, each once. */
export function findSources(
  paths: readonly string[],
  options: SourceOptions = {},
): { readonly files: readonly string[]; readonly problems: readonly SourceProblem[] } {
  const problems: SourceProblem[] = [];
  const files = new Set<string>();
  const skip = options.skip ?? isSecondary;
  for (const path of paths) {
    const absolute = resolve(path);
    let isFolder: boolean;
    try {
      isFolder = statSync(absolute).isDirectory();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      const reason = code === "ENOENT" ? "it does not exist" : (error as Error).message;
      problems.push({ file: path, message: `Cannot read ${path} as ${reason}` });
      continue;
    }
    if (!isFolder) {
      if (languageOf(absolute) !== null) files.add(absolute);
      else {problems.push({
          file: path,
          message: `Cannot read ${path} as only .ts, .js and .py sources are understood`,
        });}
      continue;
    }
    const before = files.size;
    collect(absolute, absolute, skip, files, problems);
    if (files.size === before) {
      problems.push({
        file: path,
        message: `Cannot find sources in ${path}: it holds no .ts, .js or .py files to scan`,
      });
    }
  }
  return { files: [...files].sort(), problems };
}

function collect(
  folder: string,
  top: string,
  skip: (file: string) => boolean,
  files: Set<string>,
  problems: SourceProblem[],
): void {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    problems.push({
      file: folder,
      message: `Cannot read ${folder} as ${(error as Error).message}`,
    });
    return;
  }
  for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED_FOLDERS.has(entry.name) && !entry.name.startsWith(".")) {
        collect(path, top, skip, files, problems);
      }
    } else if (entry.isFile() && languageOf(path) !== null) {
      const name = relative(top, path);
      if (!skip(name) || isOnlyNamedTest(path, name, skip)) files.add(path);
    }
  }
}

/** `test_automation.py` may be a framework for tests: only a file with tests in it is one. */
function isOnlyNamedTest(path: string, name: string, skip: (file: string) => boolean): boolean {
  const plain = name.replace(/(^|[\\/])test_([^\\/]*\.py)$/, "$1$2");
  if (plain === name || skip(plain)) return false;
  const text = readFileSync(path, "utf8");
  return !/^\s*(import|from)\s+(pytest|unittest)\b|^(async\s+)?def test_|^\s+def test_/m.test(text);
}

/** Reads and parses one file; a string is the reason why not. */
export function readSource(file: string, options: SourceOptions = {}): SourceFile | SourceProblem {
  const root = resolve(options.root ?? process.cwd());
  const inside = relative(root, file).replaceAll(sep, "/");
  const name = inside.startsWith("../") ? file : inside;
  const problem = (rule: string): SourceProblem => ({
    file: name,
    message: `Cannot scan ${name} as ${rule}`,
  });
  const limit = options.maxFileBytes ?? 2_000_000;
  let bytes: Buffer;
  try {
    const { size } = statSync(file);
    if (size > limit) {
      return problem(`files must be at most ${limit} bytes: current value is ${size}`);
    }
    bytes = readFileSync(file);
  } catch (error) {
    return problem(`it cannot be read: ${(error as Error).message}`);
  }
  if (bytes.includes(0)) return problem("it is binary, not source text");
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  const language = languageOf(file)!;
  let parsed: Parsed;
  try {
    parsed = parseSource(text, language);
  } catch (error) {
    return { file: name, message: (error as Error).message };
  }
  const { root: tree, error, match } = parsed;
  if (error !== null) return problem(syntax(name, error));
  const statements = language === "python" ? readPython(tree) : readTypeScript(tree);
  return {
    file: name,
    language,
    lines: text.split("\n"),
    statements,
    exports: language === "python" ? null : exportsOf(text),
    closedTypes: closedTypesOf(text),
    match,
  };
}

/** Names in `export class X`, `export { X, Y as Z }` and `module.exports = { X }`. */
function exportsOf(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  const declared =
    /\bexport\s+(?:default\s+)?(?:abstract\s+|async\s+)?(?:class|function\*?|const|let|var)\s+([\w$]+)/g;
  for (const match of text.matchAll(declared)) names.add(match[1]!);
  const lists = /(?:\bexport|\bexports\s*=)\s*\{([^}]*)\}/g;
  for (const match of text.matchAll(lists)) {
    for (const name of match[1]!.matchAll(/[\w$]+/g)) names.add(name[0]);
  }
  for (const match of text.matchAll(/\b(?:export\s+default|exports(?:\.\w+)?\s*=)\s+([\w$]+)/g)) {
    names.add(match[1]!);
  }
  return names;
}

/** `type Name = "a" | "b"`, `(typeof names)[number]`, `keyof typeof x`, enums of both languages. */
function closedTypesOf(text: string): ReadonlySet<string> {
  const patterns = [
    /\btype\s+(\w+)\s*=\s*\|?\s*["'`\d][^;{(]*;/g,
    /\btype\s+(\w+)\s*=\s*(?:\(typeof|keyof\s+typeof)/g,
    /\benum\s+(\w+)/g,
    /^\s*class\s+(\w+)\([^)]*(?:Enum|Flag)\b[^)]*\)/gm,
    // `Joint = IntEnum("Joint", "BASE ELBOW")`
    /^(\w+)\s*=\s*(?:enum\.)?(?:Int|Str)?(?:Enum|Flag)\(/gm,
  ];
  return new Set(
    patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, name]) => name!)),
  );
}

function syntax(name: string, error: { line: number; column: number; text: string }): string {
  return `its syntax is broken at ${name}:${error.line}:${error.column} near "${error.text}"`;
}
