/**
 * Calls a function before each statement and each call that cycles run, in code as it stands: a
 * breakpoint whose condition is that call, and is never true, stops nothing. Whatever can be read
 * at any moment is so credited to the expression after which it rose.
 *
 * @module
 */

import { Session } from "node:inspector";
import type { Covered, Range } from "./coverage.ts";
import { toPath } from "./source_maps.ts";
import { isUserCode, type StackFrame } from "./survivors.ts";

/** A statement, call or end of a function that is about to run; line and column from 1. */
export interface ProbedPlace {
  readonly url: string;
  readonly scriptId: string;
  readonly line: number;
  readonly column: number;
  /** How often it ran while runs were counted. */
  readonly runs: number;
}

/** Hears the index of the place that is about to run. */
export type OnPlace = (place: number) => void;

interface Location {
  readonly lineNumber: number;
  readonly columnNumber: number;
}

const PROBE = Symbol.for("heapbook.probe");
const CONDITION = 'globalThis[Symbol.for("heapbook.probe")]';
const SHOWN_FRAMES = 24;

/** Probes in the code of a target, and of what runs beside it but is not installed. */
export class StatementProbes {
  readonly #session = new Session();
  readonly #module: string;
  #places: readonly ProbedPlace[] = [];
  #kept: boolean[] = [];
  #told = new Float64Array(0);

  /** `module` is the path of the target. */
  constructor(module: string) {
    this.#module = module;
    this.#session.connect();
    this.#post("Profiler.enable");
  }

  /** Starts to count what runs. */
  startCounting(): void {
    this.#post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /**
   * Chooses the places of what ran since the counting started, as many as run `mostRuns` times in
   * all, the rarest first: what is inside of a hot loop is credited to what stands before it.
   */
  choosePlaces(mostRuns: number): readonly ProbedPlace[] {
    const { result } = this.#post<{ result: Covered[] }>("Profiler.takePreciseCoverage");
    this.#post("Profiler.stopPreciseCoverage");
    this.#enable();
    const all = result.filter(({ url }) => this.#isOwn(url)).flatMap((script) =>
      this.#placesOf(script)
    );
    this.#post("Debugger.disable");
    let runs = 0;
    this.#places = all.sort((a, b) => a.runs - b.runs).filter((place) =>
      (runs += place.runs) <= mostRuns
    );
    this.#kept = this.#places.map(() => true);
    this.#told = new Float64Array(this.#places.length);
    return this.#places;
  }

  /**
   * Leaves the places that are wanted, and of the others, the rarest first, as many as told `most`
   * times in all. (The counts they were chosen by are coarse: a loop's condition and step have the
   * count of what is around it.)
   */
  keep(isWanted: (place: number) => boolean, most: number): void {
    const rarest = this.#places.map((_, k) => k).filter((k) => this.#kept[k] === true)
      .sort((a, b) => this.#told[a]! - this.#told[b]!);
    let told = 0;
    for (const k of rarest) this.#kept[k] = (told += this.#told[k]!) <= most || isWanted(k);
  }

  /** Has every kept place tell, before it runs. Afresh, it forgets what the last probes left. */
  arm(onPlace: OnPlace): void {
    this.#told.fill(0);
    const told = this.#told;
    probeSlot()[PROBE] = (place) => {
      told[place]!++;
      onPlace(place);
    };
    this.#enable();
    this.#places.forEach(({ scriptId, line, column }, k) => {
      if (this.#kept[k] !== true) return;
      const location = { scriptId, lineNumber: line - 1, columnNumber: column - 1 };
      try {
        this.#post("Debugger.setBreakpoint", { location, condition: `${CONDITION}(${k})` });
      } catch {
        // Another possible place stands at the same instruction.
      }
    });
  }

  /** Takes the probes out. */
  disarm(): void {
    this.#post("Debugger.disable");
    probeSlot()[PROBE] = undefined;
  }

  #enable(): void {
    this.#post("Debugger.enable");
    this.#post("Debugger.setSkipAllPauses", { skip: true }); // a `debugger` statement would wait for ever
  }

  #isOwn(url: string): boolean {
    const path = toPath(url);
    return path === this.#module ||
      isUserCode(url) && path !== "" && !url.includes("/node_modules/");
  }

  #placesOf({ scriptId, url, functions }: Covered): ProbedPlace[] {
    const ranges = functions.flatMap(({ ranges }) => ranges);
    if (!ranges.some(({ count }) => count > 0)) return [];
    const { scriptSource } = this.#post<{ scriptSource: string }>("Debugger.getScriptSource", {
      scriptId,
    });
    const starts = [0];
    for (let at = scriptSource.indexOf("\n"); at >= 0; at = scriptSource.indexOf("\n", at + 1)) {
      starts.push(at + 1);
    }
    const { locations } = this.#post<{ locations: Location[] }>("Debugger.getPossibleBreakpoints", {
      start: { scriptId, lineNumber: 0, columnNumber: 0 },
    });
    return locations.map(({ lineNumber, columnNumber }) => ({
      url,
      scriptId,
      line: lineNumber + 1,
      column: columnNumber + 1,
      runs: runsAt((starts[lineNumber] ?? 0) + columnNumber, ranges),
    })).filter(({ runs }) => runs > 0);
  }

  #post<T>(method: string, parameters?: object): T {
    let answer: T | undefined;
    let failure: Error | null = null;
    this.#session.post(method, parameters, (error: Error | null, result?: object) => {
      failure = error;
      answer = result as T;
    });
    if (failure !== null) throw failure;
    return answer as T;
  }
}

function probeSlot(): Record<symbol, OnPlace | undefined> {
  return globalThis as unknown as Record<symbol, OnPlace | undefined>;
}

/** The count of the innermost range around an offset; what no range holds has not run. */
function runsAt(offset: number, ranges: readonly Range[]): number {
  let size = Infinity;
  let runs = 0;
  for (const { startOffset, endOffset, count } of ranges) {
    if (offset < startOffset || offset >= endOffset || endOffset - startOffset > size) continue;
    size = endOffset - startOffset;
    runs = count;
  }
  return runs;
}

/** Returns the frames of user code on the stack, the innermost first. */
export function captureStack(): StackFrame[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = SHOWN_FRAMES;
    Error.prepareStackTrace = (_, sites) => sites;
    Error.captureStackTrace(holder, captureStack);
    return (holder.stack as NodeJS.CallSite[]).filter((site) => !site.isEval()).map((site) => ({
      function: site.getFunctionName() ?? "",
      url: site.getScriptNameOrSourceURL() ?? "",
      line: site.getLineNumber() ?? 1,
      column: site.getColumnNumber() ?? 1,
    })).filter(({ url }) => isUserCode(url));
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
    else Error.prepareStackTrace = prepareStackTrace;
  }
}
