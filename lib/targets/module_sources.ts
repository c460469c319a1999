/**
 * Which files belong to a target: its module and what that imports by relative paths, in turn.
 * Packages are left out, since their authors have sources of their own to scan.
 *
 * @module
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import type { TargetSpec } from "../measure/target.ts";

// The specifier of: import … from "./x", export … from "./x", import "./x", import("./x"), require("./x")
const SPECIFIER = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*(["'`])(\.{1,2}(?:\/(?:(?!\1).)*)?)\1/g;

const EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

/** Returns what phase 1 reads of a target: the sources it names, or its module and its imports. */
export function targetSources({ module, meta }: TargetSpec): readonly string[] {
  const named = meta?.sources ?? [];
  return named.length > 0
    ? named.map((path) => resolve(dirname(module), path))
    : findModuleSources(module);
}

/** Returns absolute paths: the module first, then what it imports, each once. */
export function findModuleSources(module: string): readonly string[] {
  const found = new Set([resolve(module)]);
  for (const file of found) { // a Set hands out what is added while it is walked
    for (const [, , specifier] of readText(file).matchAll(SPECIFIER)) {
      const target = resolveImport(dirname(file), specifier!);
      if (target !== undefined) found.add(target);
    }
  }
  return [...found];
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // whoever loads the module says why it cannot be read
  }
}

/** Finds the file as TypeScript does: `./x.js` may be written in `./x.ts`, `./x` in `./x/index.ts`. */
function resolveImport(folder: string, specifier: string): string | undefined {
  const path = join(folder, specifier);
  const stem = path.slice(0, path.length - extname(path).length);
  const candidates = [
    ...(/\.[cm]?jsx?$/.test(path) ? EXTENSIONS.map((extension) => stem + extension) : []),
    path,
    ...EXTENSIONS.map((extension) => path + extension),
    ...EXTENSIONS.map((extension) => join(path, `index${extension}`)),
  ];
  return candidates.find((file) =>
    EXTENSIONS.includes(extname(file)) && existsSync(file) && statSync(file).isFile()
  );
}
