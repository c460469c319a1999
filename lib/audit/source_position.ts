/**
 * From a place in the code that ran to the place its author wrote: through the source maps a
 * measuring process handed over, or those that stand beside compiled files.
 *
 * @module
 */

import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type ScriptPlace, type SourceMaps, toPath } from "../measure/mod.ts";

/** A place in a source file; line and column from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Maps places of one run; reads each file and each map once. */
export class SourcePositions {
  readonly #given: SourceMaps;
  readonly #maps = new Map<string, TraceMap | null>();
  readonly #texts = new Map<string, readonly string[]>();

  /** `given` are the maps that measuring processes knew. */
  constructor(given: SourceMaps = {}) {
    this.#given = given;
  }

  /** Returns the place as written, or null for code that is in no file. */
  map(place: ScriptPlace): SourcePlace | null {
    const path = toPath(place.url);
    if (path === "") return null;
    const map = this.#mapOf(path);
    if (map !== null) {
      const found = originalPositionFor(map, { line: place.line, column: place.column - 1 });
      if (found.source !== null) {
        const file = this.pathOf(path, found.source);
        if (this.lines(file).length > 0) {
          return { file, line: found.line, column: found.column + 1 };
        }
      }
    }
    return { file: path, line: place.line, column: place.column };
  }

  /** Returns the file as written for a script, where one source belongs to it. */
  sourceOf(url: string): string {
    return this.map({ url, line: 1, column: 1 })?.file ?? toPath(url);
  }

  /** Returns the lines of a file; none where it cannot be read. */
  lines(file: string): readonly string[] {
    let lines = this.#texts.get(file);
    if (lines === undefined) {
      lines = (readText(file) ?? "").split("\n");
      if (lines.length === 1 && lines[0] === "") lines = [];
      this.#texts.set(file, lines);
    }
    return lines;
  }

  /** Returns the text of a line, trimmed. */
  textAt({ file, line }: { readonly file: string; readonly line: number }): string {
    return (this.lines(file)[line - 1] ?? "").trim();
  }

  /** Returns the source map of a script, or null where it has none. */
  traceOf(path: string): TraceMap | null {
    return this.#mapOf(path);
  }

  /** Returns the path of a source as the map of a script names it. */
  pathOf(script: string, source: string): string {
    return source.startsWith("file:") ? fileURLToPath(source) : resolve(dirname(script), source);
  }

  #mapOf(path: string): TraceMap | null {
    let map = this.#maps.get(path);
    if (map === undefined) {
      map = readMap(this.#given[path] ?? mapBeside(path), path);
      this.#maps.set(path, map);
    }
    return map;
  }
}

function readMap(content: unknown, path: string): TraceMap | null {
  if (content === undefined || content === null) return null;
  try {
    return new TraceMap(content as ConstructorParameters<typeof TraceMap>[0]);
  } catch (error) {
    throw new SyntaxError(`Cannot read the source map of ${path}: ${(error as Error).message}`);
  }
}

/** The map that a file names in its last lines, inline or beside it. */
function mapBeside(path: string): unknown {
  const text = readText(path);
  const url = text?.match(/\/\/[#@] sourceMappingURL=(\S+)\s*$/)?.[1];
  if (url === undefined) return undefined;
  const inline = url.match(/^data:application\/json[^,]*?(;base64)?,(.*)$/);
  const json = inline !== null
    ? inline[1] === undefined
      ? decodeURIComponent(inline[2] as string)
      : Buffer.from(inline[2] as string, "base64").toString("utf8")
    : readText(resolve(dirname(path), decodeURIComponent(url)));
  try {
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return undefined; // a broken map helps nobody; the place in the compiled file still does
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
