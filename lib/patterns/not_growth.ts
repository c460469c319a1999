/**
 * What looks like growth and is none: writes of fixed size, records, containers never added to.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { keysAround } from "./containers.ts";
import { finding } from "./finding.ts";
import type { PatternFinding } from "./finding.ts";
import { methodAround } from "./model.ts";
import type { ClassModel, FunctionModel } from "./model.ts";
import type { Operation } from "./operations.ts";
import { nameOf } from "./places.ts";
import { containerOf } from "./shapes.ts";
import type { At, Tree } from "./tree.ts";
import { classOf, isConstructor } from "./units.ts";

/** Returns the finding for a write that keeps the size. */
export function fixedWrite(analysis: Analysis, operation: Operation): PatternFinding {
  const { fn, tree, place, verb } = operation;
  const { keys } = analysis.container(place);
  const bound = keys.length > 0 ? `${keys.length} fixed keys` : "write of fixed size";
  return finding(fn, tree.at, {
    kind: "not_growth",
    class: classOf(operation),
    attribute: nameOf(place),
    bounded: true,
    bound,
    growth: "constant",
    severity: "none",
    note: `${verb} replaces what is there`,
  });
}

/** Records of fixed keys that are only ever written under those keys. */
export function fixedRecords(analysis: Analysis): PatternFinding[] {
  return analysis.project.classes.flatMap((model) =>
    [...analysis.resolver.assignments(model)].flatMap(([name, declared]) => {
      const [only] = declared;
      if (only === undefined || declared.length > 1 || !isConstructor(methodAround(only.fn))) {
        return [];
      }
      const { tree, fn } = only;
      const { keys, shape } = containerOf(tree.value, fn, analysis.project);
      if (shape !== "map" || keys.length === 0 || tree.target.type !== "member") return [];
      const place = analysis.resolver.resolve(tree.target, fn);
      const later = place === null
        ? []
        : analysis.on(place.key).filter(({ effect }) => effect !== "replace");
      if (later.length === 0 || !later.every(({ effect }) => effect === "write")) return [];
      return [finding(fn, tree.at, {
        kind: "not_growth",
        class: model.name,
        attribute: name,
        bounded: true,
        bound: `${keys.length} fixed keys`,
        growth: "constant",
        severity: "none",
        note: "a record: only its own keys are written",
      })];
    })
  );
}

/** Containers declared empty that nothing ever adds to. */
export function neverGrown(analysis: Analysis): PatternFinding[] {
  const touched = new Set(
    analysis.operations.filter((operation) =>
      /^(grow|insert|write|replace|initialise)$/.test(operation.effect) &&
      !(operation.effect === "replace" && isConstructor(methodAround(operation.fn)))
    ).flatMap((operation) => keysAround(operation.place)),
  );
  const handedOut = memberNames(analysis);
  const findings: PatternFinding[] = [];
  for (const model of analysis.project.classes) {
    for (const { name, value, at, fn } of emptyFields(analysis, model)) {
      const object: Tree = { type: "this", at, isClass: false };
      const place = analysis.resolver.resolve({ type: "member", at, object, property: name }, fn);
      const isTouched = place === null ||
        touched.has(place.key);
      const container = containerOf(value, fn, analysis.project);
      if (isTouched || !container.empty || handedOut.has(name)) continue;
      if (!/^(list|map|set)$/.test(container.shape)) continue;
      findings.push(finding(fn, at, {
        kind: "not_growth",
        class: model.name,
        attribute: name,
        bounded: true,
        bound: "never added to",
        growth: "constant",
        severity: "none",
        note: "declared empty and never grown in these sources",
      }));
    }
  }
  return findings;
}

/** Fields that one place gives a value: the class body or the constructor. */
function emptyFields(
  analysis: Analysis,
  model: ClassModel,
): { name: string; value: Tree | null; at: At; fn: FunctionModel }[] {
  const assigned = analysis.resolver.assignments(model);
  const inConstructor = [...assigned].flatMap(([name, declared]) => {
    const [only] = declared;
    const isOnce = only !== undefined && declared.length === 1 && !model.fields.get(name)?.value &&
      isConstructor(methodAround(only.fn));
    return isOnce ? [{ name, value: only.tree.value, at: only.tree.at, fn: only.fn }] : [];
  });
  const scope: FunctionModel = { ...model.scope, owner: model, isMethod: true };
  const inBody = [...model.fields.values()].flatMap(({ name, value, at }) =>
    value === null || assigned.has(name) ? [] : [{ name, value, at, fn: scope }]
  );
  return [...inConstructor, ...inBody];
}

/** Fields that code grows on objects it cannot name (`run.items.append(x)`), by field name. */
function memberNames(analysis: Analysis): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { tree, fn } of analysis.calls) {
    const { callee } = tree;
    if (
      callee.type !== "member" ||
      !/^(append|extend|add|insert|update|push|unshift|set|setdefault)$/.test(callee.property)
    ) continue;
    const object = callee.object.type === "index" ? callee.object.object : callee.object;
    if (object.type !== "member") continue;
    if (analysis.resolver.resolve(object, fn)?.root.kind !== "instance") names.add(object.property);
  }
  return names;
}
