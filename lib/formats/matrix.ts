/**
 * Verdicts of the same targets on several runtimes, as a table.
 *
 * @module
 */
import type { CheckedTarget } from "./check_result.ts";

/** Targets by runtimes. */
export interface RuntimeMatrix {
  readonly runtimes: readonly string[];
  /** One row per target: its name, then a verdict per runtime. */
  readonly rows: readonly (readonly string[])[];
}

/** Returns the matrix, or undefined where fewer than two runtimes were asked for. */
export function runtimeMatrix(targets: readonly CheckedTarget[]): RuntimeMatrix | undefined {
  const runtimes = [...new Set(targets.map(({ result }) => result.runtime ?? ""))];
  if (runtimes.length < 2) return undefined;
  const names = [...new Set(targets.map(({ result }) => result.name))];
  const rows = names.map((name) => [
    name,
    ...runtimes.map((runtime) =>
      targets.find(({ result }) => result.name === name && (result.runtime ?? "") === runtime)
        ?.result.verdict ?? ""
    ),
  ]);
  return { runtimes, rows };
}
