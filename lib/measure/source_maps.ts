/**
 * Hands the source maps that a measuring process knows (of TypeScript it loaded itself) to the
 * auditor, which finds those of compiled files on disk.
 *
 * @module
 */

import { findSourceMap } from "node:module";
import { fileURLToPath } from "node:url";

/** Source maps by the path of the script they belong to. */
export type SourceMaps = Readonly<Record<string, unknown>>;

/** Returns the source maps of scripts, by path, where this process has one. */
export function readSourceMaps(urls: Iterable<string>): SourceMaps {
  const maps: Record<string, unknown> = {};
  for (const url of new Set(urls)) {
    const path = toPath(url);
    const map = path === "" ? undefined : findSourceMap(path) ?? findSourceMap(url);
    if (map !== undefined) maps[path] = map.payload;
  }
  return maps;
}

/** Returns the path of a script; an empty string where it has none. */
export function toPath(url: string): string {
  const bare = url.replace(/\?.*$/, "");
  if (bare.startsWith("file:")) return fileURLToPath(bare);
  return bare.startsWith("/") || /^[A-Za-z]:[\\/]/.test(bare) ? bare : "";
}
