/**
 * Growth sites on state that outlives the call, each bounded or not, and the containers that look
 * as if they grew and do not.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { boundOf } from "./bounds.ts";
import type { Bound } from "./bounds.ts";
import { finding } from "./finding.ts";
import type { PatternFinding, PatternGrowth } from "./finding.ts";
import { natureOf } from "./growth_nature.ts";
import { growthOf, severityOf } from "./growth_rate.ts";
import { methodAround } from "./model.ts";
import { fixedRecords, fixedWrite, neverGrown } from "./not_growth.ts";
import type { Operation } from "./operations.ts";
import { isPersistent, throughParameters } from "./passed_state.ts";
import { nameOf } from "./places.ts";
import { touches } from "./touches.ts";
import { classOf, isConstructor, isTargetContext } from "./units.ts";

/** A growth site with its judgement, for the rules that build on it. */
export interface GrowthSite {
  readonly operation: Operation;
  readonly bound: Bound;
  readonly growth: PatternGrowth;
  readonly finding: PatternFinding;
}

/** Result of the growth rules. */
export interface GrowthResult {
  readonly sites: readonly GrowthSite[];
  /** Writes and containers that do not grow. */
  readonly others: readonly PatternFinding[];
}

/** Finds all growth sites of a project. */
export function findGrowth(analysis: Analysis): GrowthResult {
  const sites: GrowthSite[] = [];
  const others: PatternFinding[] = [];
  for (const operation of analysis.operations) {
    for (const real of throughParameters(analysis, operation)) {
      const verdict = judge(analysis, real);
      if (verdict === "fixed") others.push(fixedWrite(analysis, real));
      else if (verdict !== null) sites.push(verdict);
    }
  }
  for (const touch of touches(analysis)) {
    const verdict = judge(analysis, touch);
    if (verdict !== null && verdict !== "fixed") sites.push(verdict);
  }
  others.push(...neverGrown(analysis), ...fixedRecords(analysis));
  return { sites, others };
}

/** Judges one operation: a growth site, a write of fixed size, or nothing to say. */
function judge(analysis: Analysis, operation: Operation): GrowthSite | "fixed" | null {
  if (!isPersistent(analysis, operation)) return null;
  const nature = natureOf(analysis, operation);
  if (nature !== "growth") return nature === "fixed" ? "fixed" : null;
  const { fn, tree, place, via } = operation;
  const bound = operation.effect === "replace"
    ? { bounded: true, by: "re-created as a whole" }
    : boundOf(analysis, operation);
  // `this.backlog.add(line)`: what a class of the project lets grow is said at its own lines.
  const isCalled = tree.type === "call" && operation.verb !== "passed" &&
    analysis.container(place).instance !== null;
  if (isCalled && !bound.bounded) return null;
  const growth = isConstructor(methodAround(fn)) && bound.bounded
    ? "constant"
    : growthOf(operation);
  const { root } = place;
  const declaration = analysis.declaration(place);
  const isHere = declaration !== null && declaration.fn?.source === fn.source;
  const notes = [
    root.kind === "static" ? "shared by all instances" : "",
    root.kind === "module" ? "module state, lives as long as the process" : "",
    root.kind === "closure" ? `held by the closures of ${root.scope.name || "a function"}()` : "",
    root.kind !== "parameter"
      ? ""
      : isTargetContext(root.scope, root.binding)
      ? "state of the target, lives for the whole run"
      : "container of the caller, who may never empty it",
    root.kind === "global" ? "global state, lives as long as the process" : "",
    via === "alias" ? "through an alias" : via === "parameter" ? "through a parameter" : "",
    /^(insert|touch)$/.test(operation.effect) && !bound.bounded ? "one entry per distinct key" : "",
  ];
  return {
    operation,
    bound,
    growth,
    finding: finding(fn, tree.at, {
      kind: "growth",
      class: classOf(operation),
      attribute: nameOf(place),
      bounded: bound.bounded,
      bound: bound.by,
      growth,
      severity: bound.bounded ? "none" : severityOf(growth),
      note: notes.filter((note) => note !== "").join("; "),
      ...(isHere ? { declared: declaration.at.line } : {}),
    }),
  };
}
