/**
 * A place in a source file as code-scanning services want it: its path in the repository, the text
 * from the place to the end of its line, and the line's fingerprint.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { lineHashes } from "./line_hashes.ts";

/** Part of one line, from 1; the end is open where the file cannot be read. */
export interface SourceRegion {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

/** Reads files once, and tells of places in them. */
export interface SourceRegions {
  /** Returns the path from the root, as a URI; a file outside keeps its own URI. */
  uri(file: string): string;
  /** Returns the text from a place to the end of its line. */
  region(file: string, line: number, column: number): SourceRegion;
  /** Returns the fingerprint of a line; undefined where the file cannot be read. */
  hash(file: string, line: number): string | undefined;
}

interface Source {
  readonly lines: readonly string[];
  readonly hashes: readonly string[];
}

/** Returns what tells of places in files; `root` is the folder of the repository. */
export function readRegions(root: string): SourceRegions {
  const sources = new Map<string, Source | null>();
  const sourceOf = (file: string): Source | null => {
    const path = resolve(file);
    if (!sources.has(path)) sources.set(path, readSource(path));
    return sources.get(path)!;
  };
  return {
    uri: (file) => {
      const path = relative(root, resolve(file));
      if (path.startsWith("..")) return pathToFileURL(resolve(file)).href;
      return path.split(sep).map(encodeURIComponent).join("/");
    },
    region: (file, line, column) => {
      const start = { startLine: Math.max(1, line), startColumn: Math.max(1, column) };
      const text = sourceOf(file)?.lines[start.startLine - 1]?.trimEnd();
      if (text === undefined || text.length < start.startColumn) return start;
      return { ...start, endLine: start.startLine, endColumn: text.length + 1 };
    },
    hash: (file, line) => sourceOf(file)?.hashes[line - 1],
  };
}

function readSource(path: string): Source | null {
  try {
    const text = readFileSync(path, "utf8");
    return { lines: text.split(/\r\n|\r|\n/), hashes: lineHashes(text) };
  } catch {
    return null; // a place in a file that is gone still has a line
  }
}
