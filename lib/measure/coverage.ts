/**
 * Which code some cycles run: V8's precise block coverage of the target's own scripts, in a process
 * of its own, since counting forbids some optimisations and would disturb a measurement.
 *
 * @module
 */

import { connectInspector } from "./inspector.ts";
import type { LoadedTarget } from "./load_target.ts";
import type { SandboxPort } from "./sandbox_port.ts";
import { readSourceMaps, type SourceMaps, toPath } from "./source_maps.ts";
import { isUserCode } from "./survivors.ts";
import { startWorkload, type WorkloadValidity } from "./workload.ts";

/** How long to look. */
export interface CoverageParameters {
  readonly cycles: number;
  /** Looks at installed packages too. */
  readonly installed?: boolean;
}

/** What one script ran. */
export interface ScriptCoverage {
  /** `file:` URL or path. */
  readonly url: string;
  /** Parts of the text that the engine ran which never ran themselves, from and up to. */
  readonly idle: readonly (readonly [from: TextPoint, to: TextPoint])[];
}

/** A point in the text that the engine ran; line from 1, column from 0. */
export type TextPoint = readonly [line: number, column: number];

/** What the coverage stage returns. */
export interface CoverageResult {
  readonly cycles: number;
  readonly scripts: readonly ScriptCoverage[];
  readonly sourceMaps: SourceMaps;
  readonly validity: WorkloadValidity;
}

/** How often a part of a text ran, by offsets into it. */
export interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** What V8 says of one script. */
export interface Covered {
  readonly url: string;
  readonly scriptId: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

/** Counts what the target's setup, cycles and teardown run; loading its modules does not count. */
export async function run(
  target: LoadedTarget,
  { cycles, installed = false }: CoverageParameters,
  port: SandboxPort,
): Promise<CoverageResult> {
  const post = connectInspector();
  post("Profiler.enable");
  // Functions compile when they are first called, so those of the workload still get counters.
  post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const workload = await startWorkload(target, port, cycles);
  await workload.runTo(cycles);
  const validity = await workload.finish();
  port.stage = "measure";
  const { result } = post<{ result: Covered[] }>("Profiler.takePreciseCoverage");
  post("Debugger.enable"); // the text of a script that a loader made is in no file
  const scripts = result.filter(({ url }) => isUserCode(url) && toPath(url) !== "")
    .filter(({ url }) => installed || !url.includes("/node_modules/"))
    .map(({ url, scriptId, functions }) => {
      const { scriptSource } = post<{ scriptSource: string }>("Debugger.getScriptSource", {
        scriptId,
      });
      const pointOf = toPoints(scriptSource);
      // What V8 leaves out has not run since the counting began.
      const whole = { startOffset: 0, endOffset: scriptSource.length, count: 0 };
      const idle = idleParts([whole, ...functions.flatMap(({ ranges }) => ranges)]);
      return { url, idle: idle.map(([from, to]) => [pointOf(from), pointOf(to)] as const) };
    });
  const sourceMaps = readSourceMaps(scripts.map(({ url }) => url));
  return { cycles: workload.cycles, scripts, sourceMaps, validity };
}

/** Returns a function from offsets in a text to its lines and columns. */
function toPoints(text: string): (offset: number) => TextPoint {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return [low + 1, offset - starts[low]!];
  };
}

/** Merges nested ranges to the parts whose innermost count is zero. */
export function idleParts(ranges: readonly Range[]): (readonly [number, number])[] {
  const sorted = [...ranges].sort((a, b) =>
    a.startOffset - b.startOffset || b.endOffset - a.endOffset
  );
  const idle: [number, number][] = [];
  const open: Range[] = [];
  let at = 0;
  const upTo = (end: number): void => {
    if (end > at && open.at(-1)?.count === 0) {
      const last = idle.at(-1);
      if (last !== undefined && last[1] === at) last[1] = end;
      else idle.push([at, end]);
    }
    at = Math.max(at, end);
  };
  for (const range of sorted) {
    while (open.length > 0 && open.at(-1)!.endOffset <= range.startOffset) {
      upTo(open.at(-1)!.endOffset);
      open.pop();
    }
    upTo(range.startOffset);
    open.push(range);
  }
  while (open.length > 0) {
    upTo(open.at(-1)!.endOffset);
    open.pop();
  }
  return idle;
}
