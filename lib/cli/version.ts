/**
 * Which heapbook this is.
 *
 * @module
 */
import { readFileSync } from "node:fs";

/** Returns the version of this package, for example `0.1.0`. */
export function heapbookVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
