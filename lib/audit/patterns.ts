/**
 * Phase 1 of the audit: scans sources without running them and returns what is recorded.
 *
 * @module
 */
import { relative } from "node:path";
import { isSecondary, scanSources } from "../patterns/mod.ts";
import type { ProgressListener } from "./progress.ts";
import type { PatternsPhase } from "./results.ts";
import type { RunStore } from "./run_store.ts";

const LABEL = "memory patterns";

/** Options of {@linkcode scanPatterns}. */
export interface ScanPatternsOptions {
  /** File names in the result are relative to this folder; the current one where absent. */
  readonly root?: string;
  /** Names of folders and files to leave out, beside tests and built code; `*` is any characters. */
  readonly exclude?: readonly string[];
  /** Larger files become a problem instead of being read, bytes. */
  readonly maxFileBytes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressListener;
  /** Where the result is recorded as `patterns.json`. */
  readonly store?: RunStore;
}

/**
 * Scans TypeScript, JavaScript and Python sources. What cannot be read becomes a row of
 * `problems` that names the place; the rest is scanned all the same.
 *
 * @throws {DOMException} `AbortError` when the signal aborts.
 */
export function scanPatterns(
  paths: readonly string[],
  options: ScanPatternsOptions = {},
): PatternsPhase {
  const started = performance.now();
  const { root, exclude = [], maxFileBytes, signal, onProgress, store } = options;
  let found = 0;
  const { files, lines, findings, problems } = scanSources(paths, {
    ...(root === undefined ? {} : { root }),
    ...(maxFileBytes === undefined ? {} : { maxFileBytes }),
    skip: (file) => isSecondary(file) || isExcluded(relative(root ?? ".", file), exclude),
    onFile: (file, done, total) => {
      signal?.throwIfAborted();
      found = total;
      onProgress?.({ label: LABEL, done, total, detail: relative(root ?? ".", file) });
    },
  });
  if (found > 0) onProgress?.({ label: LABEL, done: found, total: found });
  const seconds = (performance.now() - started) / 1000;
  const phase: PatternsPhase = { files, lines, findings, problems, seconds };
  store?.write("patterns", phase);
  return phase;
}

function isExcluded(file: string, names: readonly string[]): boolean {
  const parts = file.split(/[\\/]/);
  return names.some((name) => {
    const escaped = name.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
    const pattern = new RegExp(`^${escaped}$`);
    return parts.some((part) => pattern.test(part));
  });
}
