/**
 * Names the places behind a leak: first the expression that keeps objects (found through the
 * holder's name), then the expressions that allocate them, each with what is still alive of it.
 *
 * @module
 */

import { basename } from "node:path";
import {
  type CoverageResult,
  type GrowingHolder,
  isUserCode,
  type RetainerStep,
  type SourceMaps,
  type StackFrame,
  type SurvivorGroup,
} from "../measure/mod.ts";
import { type FoundExpression, GrowthSyntax } from "./growth_expression.ts";
import { type GrowthHints, LISTENERS, TIMERS } from "./growth_score.ts";
import type { AllocationSite, Channel, RetainerPath, Site } from "./results.ts";
import { describeHolder, holderNames } from "./retainer_words.ts";
import { reachedIn } from "./reach.ts";
import { type SourcePlace, SourcePositions } from "./source_position.ts";
import { nameVariables } from "./unnamed_variables.ts";

/** What is known about where growth comes from. */
export interface SiteEvidence {
  /** The target's module. */
  readonly module: string;
  /** Places whose survivors are of all ages, the largest first; all places for a clean target. */
  readonly groups: readonly SurvivorGroup[];
  readonly holders: readonly GrowingHolder[];
  /** Scripts that ran beside the module, as paths or URLs. */
  readonly files: readonly string[];
  readonly sourceMaps: SourceMaps;
  /** Says of a place whether it ran; any may have where absent. */
  readonly isReached?: (place: SourcePlace) => boolean;
  /** Scripts that ran in a cycle, as paths or URLs; the holder's own name is looked for in them. */
  readonly ran?: readonly string[];
}

/** Places and retainers, ready to be recorded. */
export interface LeakSites {
  readonly allocations: readonly AllocationSite[];
  readonly retainers: readonly RetainerPath[];
}

const WASM_VALUE = /WebAssembly\.(Memory|Instance|instantiate)|\.exports\.memory/;
const MOST_SITES = 10;
const MOST_RETAINERS = 5;
const FILLING_SCORE = 60; // of an expression that fills a holder like this one
const NAMED_SCORE = 61; // of one that names it, or stands where it is named
const ADDING_SCORE = 91; // of one that adds to it by its name
const FRAMES_SEARCHED = 4;
const LISTENER_TABLE = /^(_events|_listeners|<symbol kEvents>)$/;
const NAMING: ReadonlySet<RetainerStep["edge"]> = new Set(["variable", "property", "export"]);
const TIMER_LIST = /^(TimersList|ImmediateList)$/;

/**
 * Names the places behind growth. `isRead` says that the first one was only read in the source: no
 * allocation was seen to come through it, or through one of several lines.
 */
export function nameSites(evidence: SiteEvidence): LeakSites & { readonly isRead: boolean } {
  const positions = new SourcePositions(evidence.sourceMaps);
  const syntax = new GrowthSyntax(positions);
  const module = positions.sourceOf(evidence.module);
  const scripts = evidence.files.map((file) => positions.sourceOf(file));
  const files = [...new Set([...filesOf(evidence.groups, positions), ...scripts, module])];
  // A holder that user code declares says more than one inside the runtime.
  const ran = scripts.length > 0 ? scripts : [module];
  const holders = evidence.holders.map((holder) => nameVariables(holder, syntax, positions, ran));
  const described = holders
    .map((holder) => ({ holder, path: describeHolder(holder, syntax, positions, files) }))
    .sort((a, b) => Number(isDeclared(b.path)) - Number(isDeclared(a.path)))
    .slice(0, MOST_RETAINERS);
  const retainers = described.map(({ path }) => path);
  const sites = new Map<string, AllocationSite>();
  let isRead = false;
  const others = (evidence.ran ?? []).map((script) => positions.sourceOf(script));
  const searched = [...new Set([...files, ...others])];
  for (const { holder, path: { container } } of described) {
    const kept = findKeeper(evidence, holder, syntax, positions, { container, files: searched });
    if (kept === null) {
      isRead ||= sites.size === 0 && holderNames(holder).length > 0;
      continue;
    }
    if (sites.size === 0) isRead = !kept.isOnStack || kept.found.isTied;
    addSite(sites, kept.found, total(holder.bytes), total(holder.objects), positions);
  }
  const hints = hintsOf(holders);
  for (const group of evidence.groups) {
    const found = findAllocation(group, hints, syntax, positions, evidence.isReached);
    if (found !== null) {
      addSite(sites, found, total(group.bytes), total(group.objects), positions);
    }
  }
  if (sites.size === 0 && evidence.holders.length > 0) {
    const found = syntax.inFile(module, hints, evidence.isReached);
    if (found !== null) addSite(sites, found, 0, 0, positions);
    isRead = true;
  }
  return { allocations: [...sites.values()].slice(0, MOST_SITES), retainers, isRead };
}

/**
 * Names the likeliest place and holder of growth that left no object to ask about, and was not seen
 * where it rose: what the source of what ran says is all there is.
 */
export function guessSites(
  module: string,
  channel: Channel,
  coverage?: Pick<CoverageResult, "scripts" | "sourceMaps">,
): LeakSites {
  const positions = new SourcePositions(coverage?.sourceMaps);
  const syntax = new GrowthSyntax(positions);
  const file = positions.sourceOf(module);
  const holder = channel === "wasm" ? syntax.declarationOf(file, WASM_VALUE) : null;
  const names = holder === null ? [] : [holder.name, ...syntax.aliasesOf(file, holder.name)];
  const isReached = coverage === undefined ? undefined : reachedIn(coverage);
  const found = syntax.inFile(file, { names, classes: [] }, isReached);
  const sites = new Map<string, AllocationSite>();
  if (found !== null) addSite(sites, found, 0, 0, positions);
  const allocations = [...sites.values()];
  if (holder === null) return { allocations, retainers: [] };
  const words = `module "${basename(file)}" → ${holder.kind} "${holder.name}" (WebAssembly memory)`;
  const { line, column } = holder;
  const container = { file, line, column, function: holder.name };
  return { allocations, retainers: [{ words, steps: [words], container, bytes: 0 }] };
}

function isDeclared({ container }: RetainerPath): boolean {
  return container !== undefined;
}

function hintsOf(holders: readonly GrowingHolder[]): GrowthHints {
  return {
    names: holders.slice(0, MOST_RETAINERS).reverse().flatMap(holderNames),
    classes: holders.flatMap(({ classes }) => classes.map(({ class: name }) => name)),
  };
}

/** The expression that puts things into the holder, in a function on an allocation's stack first. */
function findKeeper(
  { groups, isReached }: SiteEvidence,
  holder: GrowingHolder,
  syntax: GrowthSyntax,
  positions: SourcePositions,
  { container, files }: { container: Site | undefined; files: readonly string[] },
): { readonly found: FoundExpression; readonly isOnStack: boolean } | null {
  const names = holderNames(holder);
  if (names.length === 0) return null;
  const hints = hintsOfHolder(holder);
  let best: FoundExpression | null = null;
  const consider = (found: FoundExpression | null, least: number): void => {
    if (found !== null && found.score >= least && found.score > (best?.score ?? 0)) best = found;
  };
  for (const { stack } of groups.slice(0, MOST_SITES)) {
    for (const frame of ownFrames(stack)) {
      const place = positions.map(frame);
      if (place !== null) consider(syntax.inFunction(place, hints, isReached), FILLING_SCORE);
    }
  }
  const found = (): FoundExpression | null => best;
  const onStack = found();
  // Off the stack only a name tells: some other array that grows is no witness. A line that adds to
  // the holder by its name says more than one on the stack that adds to anything.
  const least = onStack === null ? NAMED_SCORE : ADDING_SCORE;
  if ((onStack?.score ?? 0) < ADDING_SCORE) {
    // What fills a container stands most often in the scope that declares it.
    if (container !== undefined) consider(syntax.inScope(container, hints, isReached), least);
    if (found() === onStack) {
      for (const file of files) {
        if (mentions(positions.lines(file), names)) {
          consider(syntax.inFile(file, hints, isReached), least);
        }
      }
    }
  }
  const last = found();
  return last === null ? null : { found: last, isOnStack: last === onStack };
}

/** Whether a text speaks of one of the names; reading its syntax takes much longer. */
function mentions(lines: readonly string[], names: readonly string[]): boolean {
  return lines.some((line) => names.some((name) => line.includes(name)));
}

function hintsOfHolder(holder: GrowingHolder): GrowthHints {
  const { steps, links = [] } = holder;
  const own = holderNames(holder);
  const table = listenerTable(holder);
  const event = steps[table + 1];
  return {
    ...hintsOf([holder]),
    names: [...own, ...links.filter((name) => !own.includes(name))],
    links,
    holderClass: table >= 0
      ? LISTENERS
      : steps.some(({ value }) => TIMER_LIST.test(value))
      ? TIMERS
      : steps[holder.holder]?.value ?? "",
    isInside: isInside(holder),
    ...(table >= 0 && event?.edge === "property" ? { event: event.name } : {}),
  };
}

/** Where on the path listeners are kept; -1 where not, or where a listener holds what grows. */
function listenerTable({ steps, holder }: GrowingHolder): number {
  const isHeldBy = ({ edge, type }: RetainerStep): boolean =>
    edge === "variable" || type === "closure";
  for (let at = Math.min(holder + 1, steps.length - 1); at >= 0; at--) {
    if (LISTENER_TABLE.test(steps[at]!.name)) return at;
    if (at <= holder && isHeldBy(steps[at]!)) return -1;
  }
  return -1;
}

/** Whether a holder is one of the values of what is named last on its path. */
function isInside({ steps, holder }: GrowingHolder): boolean {
  for (let at = holder; at >= 0; at--) {
    const { edge, type, value } = steps[at]!;
    // What an exported variable holds stands one step below it.
    if (NAMING.has(edge) || steps[at - 1]?.edge === "export") return false;
    if (type === "object" && value !== "system / Context") return true;
  }
  return false;
}

function findAllocation(
  { stack }: SurvivorGroup,
  hints: GrowthHints,
  syntax: GrowthSyntax,
  positions: SourcePositions,
  isReached?: (place: SourcePlace) => boolean,
): FoundExpression | null {
  const [frame] = ownFrames(stack);
  const place = frame === undefined ? null : positions.map(frame);
  if (frame === undefined || place === null) return null;
  const found = syntax.inFunction(place, hints, isReached);
  if (found !== null) return { ...found, function: frame.function || found.function };
  return { ...place, function: frame.function || "(anonymous)", score: 0, isTied: false };
}

function ownFrames(stack: readonly StackFrame[]): StackFrame[] {
  return stack.filter(({ url }) => isUserCode(url)).slice(0, FRAMES_SEARCHED);
}

function filesOf(groups: readonly SurvivorGroup[], positions: SourcePositions): string[] {
  return groups.slice(0, MOST_SITES).flatMap(({ stack }) =>
    ownFrames(stack).flatMap((frame) => positions.map(frame)?.file ?? [])
  );
}

function addSite(
  sites: Map<string, AllocationSite>,
  found: FoundExpression,
  bytes: number,
  objects: number,
  positions: SourcePositions,
): void {
  const key = `${found.file}:${found.line}`;
  const known = sites.get(key);
  if (known !== undefined) {
    const most = {
      bytes: Math.max(known.bytes, Math.round(bytes)),
      objects: Math.max(known.objects, Math.round(objects)),
    };
    sites.set(key, { ...known, ...most });
    return;
  }
  const { file, line, column } = found;
  sites.set(key, {
    file,
    line,
    column,
    function: found.function,
    bytes: Math.round(bytes),
    objects: Math.round(objects),
    text: positions.textAt(found),
  });
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
