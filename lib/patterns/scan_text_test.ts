/**
 * Scans a text as the file of a folder of its own, for the tests of the rules.
 *
 * @module
 */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PatternFinding, scanSources } from "./mod.ts";

/** Returns what a scan finds in a text; the extension tells its language. */
export function scanText(text: string, extension = "ts"): readonly PatternFinding[] {
  const folder = mkdtempSync(join(tmpdir(), "heapbook-patterns-"));
  try {
    writeFileSync(join(folder, `case.${extension}`), text);
    const { findings, problems } = scanSources([folder], { root: folder });
    assert.deepEqual(problems, []);
    return findings;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the lines of growth in a text, with whether each is bounded. */
export function growthIn(text: string, extension = "ts"): (readonly [number, boolean | null])[] {
  return scanText(text, extension).filter(({ kind }) => kind === "growth")
    .map(({ line, bounded }) => [line, bounded] as const);
}
