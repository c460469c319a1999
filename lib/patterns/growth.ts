/**
 * Growth sites on state that outlives the call, each bounded or not, and the containers that look
 * as if they grew and do not.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { isTargetContext } from "./activity.ts";
import { className, isConstructor, isLifecycle } from "./activity.ts";
import { boundOf, escapes, registers } from "./bounds.ts";
import type { Bound } from "./bounds.ts";
import type { PatternFinding, PatternGrowth } from "./finding.ts";
import type { ClassModel, FunctionModel } from "./model.ts";
import { findMethod, lookUp, methodAround } from "./model.ts";
import type { CallSite, Operation } from "./operations.ts";
import type { Place } from "./places.ts";
import { isInside, nameOf } from "./places.ts";
import { containerOf, textOf } from "./shapes.ts";
import type { At, Tree } from "./tree.ts";

/** Makes a finding; the text of the line is added. */
export function finding(
  fn: FunctionModel,
  at: At,
  rest: Omit<PatternFinding, "file" | "line" | "column" | "text">,
): PatternFinding {
  const { file, lines } = fn.source;
  const text = (lines[at.line - 1] ?? "").trim().slice(0, 200);
  const { kind, class: owner, attribute, bounded, bound, growth, severity, note, declared } = rest;
  return {
    kind,
    file,
    line: at.line,
    column: at.column,
    class: owner,
    attribute,
    bounded,
    bound,
    growth,
    severity,
    text,
    note,
    ...(declared === undefined ? {} : { declared }),
  };
}

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
  others.push(...neverGrown(analysis), ...fixedRecords(analysis));
  return { sites, others };
}

/** Judges one operation: a growth site, a write of fixed size, or nothing to say. */
function judge(analysis: Analysis, operation: Operation): GrowthSite | "fixed" | null {
  if (!isPersistent(operation)) return null;
  const nature = natureOf(analysis, operation);
  if (nature !== "growth") return nature === "fixed" ? "fixed" : null;
  const { fn, tree, place, via } = operation;
  const bound = operation.effect === "replace"
    ? { bounded: true, by: "re-created as a whole" }
    : boundOf(analysis, operation);
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
    operation.effect === "insert" && !bound.bounded ? "one entry per distinct key" : "",
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

function classOf(operation: Operation): string | null {
  const { root } = operation.place;
  return className(operation.fn) ??
    (root.kind === "static" || root.kind === "instance" ? root.owner.name : null);
}

/** Tells whether the place outlives the call that the operation runs in. */
function isPersistent(operation: Operation): boolean {
  const { place, fn } = operation;
  const { root } = place;
  switch (root.kind) {
    case "instance":
    case "static":
    case "global":
      return true;
    case "module":
      return methodAround(fn).tree !== null;
    case "closure": {
      for (let inner: FunctionModel | null = fn; inner !== null && inner !== root.scope;) {
        if (escapes(inner)) return true;
        inner = inner.parent;
      }
      return false;
    }
    case "parameter":
      return isCallersState(operation);
  }
}

/** Names under which callers hand in state that they keep, and names of results to fill. */
const KEPT =
  /(^|_)(history|histories|hist|log|logs|trace|cache|buffer|telemetry|registry|store|memo|journal|archive)$/i;
const OWNERS =
  /^(parent|owner|context|ctx|state|store|registry|app|bus|manager|controller|session|world|globals?|shared|self|instance|target|tuner|engine)$/i;

function isCallersState(operation: Operation): boolean {
  const { root, path } = operation.place;
  if (root.kind !== "parameter") return false;
  if (root.binding.rest !== "no") return false;
  if (isTargetContext(root.scope, root.binding)) return true;
  const name = path[0]!;
  const isNested = path.slice(1).some((step) => !step.startsWith("["));
  return isNested ? OWNERS.test(name) : KEPT.test(name);
}

/** Tells a growth from a write that keeps the size. */
function natureOf(analysis: Analysis, operation: Operation): "growth" | "fixed" | "nothing" {
  const { effect, verb, place, fn, tree } = operation;
  const container = analysis.container(place);
  const { shape, instance } = container;
  const isPython = fn.source.language === "python";
  switch (effect) {
    case "grow":
      break;
    case "insert":
      return insertNature(analysis, operation);
    case "write":
      return /^(\[\]=|\[\][+\-*/]=|\[:\]=)$/.test(verb) ? "fixed" : "nothing";
    case "replace":
      return replaceNature(analysis, operation);
    default:
      return "nothing";
  }
  if (verb === "link" || verb === "longer copy") return "growth";
  if (verb === "passed") return /^(text|number|fixed)$/.test(shape) ? "nothing" : "growth";
  if (verb === "+=" || verb === "|=") return addNature(analysis, operation);
  if (verb === "+" || verb === "spread" || verb === "concat") {
    const added = operation.detail;
    if (shape === "number" || shape === "unknown" && verb === "+") return "nothing";
    if (shape === "text") return "growth";
    return added !== null && isPython && shape === "fixed" ? "nothing" : "growth";
  }
  if (/(append|concatenate|vstack|hstack|concat)$/.test(verb) && tree.type === "assign") {
    return "growth";
  }
  if (verb.includes(".") || verb === "heappush" || verb === "insort" || verb === "[length]=") {
    return verb === "Object.assign" ? assignNature(operation, shape) : "growth";
  }
  if (verb === "splice") return "growth";
  // `monitor.update(x)` on a class of the project is a call, not a growing map.
  if (instance !== null) {
    return verb !== "update" && grows(analysis, operation) ? "growth" : "nothing";
  }
  if (verb === "update" && shape === "map") return updateNature(operation);
  const accepted = operation.fn.source && acceptedShapes(operation);
  return accepted.includes(shape) || shape === "weak" && verb !== "push" ? "growth" : "nothing";
}

function acceptedShapes(operation: Operation): readonly string[] {
  const shapes: Readonly<Record<string, readonly string[]>> = GROWS[
    operation.fn.source.language === "python" ? "python" : "typescript"
  ]!;
  return shapes[operation.verb] ?? [];
}

/** `d.update(…)` writes the same keys again, unless the caller brings others each time. */
function updateNature(operation: Operation): "growth" | "nothing" {
  const { tree, detail } = operation;
  if (tree.type !== "call" || detail === null) return "nothing";
  const isLiteral = detail.type === "collection" || detail.type === "call";
  return isLiteral ? "nothing" : "growth";
}

/** `Object.assign(this, …)` sets fields; into a map of unknown keys it grows. */
function assignNature(operation: Operation, shape: string): "growth" | "nothing" {
  const { detail, place } = operation;
  if (shape !== "map" || place.path.some((step) => step.startsWith("["))) return "nothing";
  const isFixed = detail?.type === "collection" &&
    detail.entries.every((entry) => entry.key?.type === "text");
  return isFixed ? "nothing" : "growth";
}

function insertNature(analysis: Analysis, operation: Operation): "growth" | "fixed" | "nothing" {
  const { place, verb, tree, fn, detail } = operation;
  const container = analysis.container(place);
  const { shape, instance } = container;
  if (verb === "setdefault") {
    return detail?.type === "text" || tree.type !== "call"
      ? "nothing"
      : instance
      ? "nothing"
      : "growth";
  }
  if (verb === "set") {
    return shape === "map" && tree.type === "call" && tree.args.length === 2 || shape === "weak" ||
        shape === "ring"
      ? "growth"
      : instance !== null && grows(analysis, operation)
      ? "growth"
      : "nothing";
  }
  if (instance !== null) return "nothing";
  if (shape === "list" || shape === "ring" || shape === "queue") {
    return fn.source.language !== "python" && container.empty && isSparse(analysis, operation)
      ? "growth"
      : "fixed";
  }
  if (shape === "fixed" || shape === "text" || shape === "number") return "fixed";
  if (shape === "weak") return "growth";
  if (shape === "unknown" && !analysis.isMapLike(place.key)) return "fixed";
  if (detail?.type === "name" && isCounter(operation, detail.name)) return "fixed";
  return "growth";
}

/** An array that is only ever written by index grows with the index. */
function isSparse(analysis: Analysis, operation: Operation): boolean {
  const { place, detail, fn } = operation;
  const filled = analysis.on(place.key).some((other) => other.effect === "grow");
  const isCounted = detail?.type === "name" && isCounter(operation, detail.name);
  return !filled && !isCounted && detail?.type !== "number" && fn.tree !== null;
}

/** A loop counter of the same function: as many entries as iterations, written over each call. */
function isCounter(operation: Operation, name: string): boolean {
  const binding = lookUp(operation.fn, name)?.binding;
  return binding !== undefined && binding.values.some((value) => value.type === "number") &&
    operation.around.some((outer) => outer.type === "loop");
}

function addNature(analysis: Analysis, operation: Operation): "growth" | "nothing" {
  const { place, detail, fn, verb } = operation;
  const { shape } = analysis.container(place);
  if (verb === "|=") return shape === "map" || shape === "set" ? "growth" : "nothing";
  const added = detail === null ? null : containerOf(detail, fn, analysis.project);
  if (shape === "list" || added?.shape === "list") return shape === "fixed" ? "nothing" : "growth";
  return shape === "text" || added?.shape === "text" && shape !== "number" ? "growth" : "nothing";
}

/** A whole list made from another one, where the field began empty: as big as its source. */
function replaceNature(analysis: Analysis, operation: Operation): "growth" | "nothing" {
  const { detail, place, fn } = operation;
  if (detail?.type !== "comprehension" || isConstructor(methodAround(fn))) return "nothing";
  if (place.root.kind === "parameter" || place.path.length > 1) return "nothing";
  const begins = analysis.on(place.key).some((other) =>
    other !== operation && other.detail?.type === "collection" && other.detail.entries.length === 0
  );
  const grows = analysis.on(place.key).some((other) => /^(grow|insert)$/.test(other.effect));
  return begins && !grows ? "growth" : "nothing";
}

/** A container that is a class of the project grows only if that method of it does. */
function grows(analysis: Analysis, operation: Operation): boolean {
  const { instance } = analysis.container(operation.place);
  const method = instance === null ? null : findMethod(analysis.project, instance, operation.verb);
  if (method === null) return false;
  return analysis.operations.some((inner) =>
    methodAround(inner.fn) === method && /^(grow|insert)$/.test(inner.effect) &&
    inner.place.root.kind === "instance" && inner !== operation &&
    analysis.container(inner.place).instance === null && natureOf(analysis, inner) === "growth"
  );
}

const GROWS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  python: {
    append: ["list", "ring", "unknown"],
    appendleft: ["list", "ring", "unknown"],
    extend: ["list", "ring", "unknown"],
    extendleft: ["list", "ring", "unknown"],
    insert: ["list", "unknown"],
    add: ["set", "weak"],
    update: ["map", "set", "weak"],
    put: ["queue", "ring"],
    put_nowait: ["queue", "ring"],
  },
  typescript: {
    push: ["list", "unknown", "ring"],
    unshift: ["list", "unknown", "ring"],
    add: ["set", "weak", "ring"],
  },
};

/** Replaces a parameter's container by what callers pass, where they pass state they keep. */
function throughParameters(analysis: Analysis, operation: Operation): readonly Operation[] {
  const { root, path } = operation.place;
  if (root.kind !== "parameter" || !/^(grow|insert)$/.test(operation.effect)) return [operation];
  const passed = passedPlaces(analysis, root.scope, root.binding.name, root.binding.index, 0);
  const grown = passed.filter(({ place }) =>
    natureOf(analysis, { ...operation, place: extend(place, path.slice(1)) }) === "growth"
  );
  const callers = grown.map(({ place, site }): Operation => ({
    ...operation,
    // Which keys of it grow is the callee's affair; the caller sees one container growing.
    place: extend(place, path.slice(1).filter((step) => !step.startsWith("["))),
    effect: "grow",
    verb: "passed",
    fn: site.fn,
    tree: site.tree,
    around: site.around,
    exits: [],
    via: "parameter",
  }));
  return KEPT.test(path[0]!) ? [operation, ...callers] : callers.length > 0 ? callers : [operation];
}

function extend(place: Place, steps: readonly string[]): Place {
  if (steps.length === 0) return place;
  return {
    root: place.root,
    path: [...place.path, ...steps],
    key: `${place.key}.${steps.join(".")}`,
  };
}

function passedPlaces(
  analysis: Analysis,
  fn: FunctionModel,
  name: string,
  index: number,
  depth: number,
): { place: Place; site: CallSite }[] {
  if (depth > 2) return [];
  return analysis.callSites(fn).flatMap((site) => {
    const keyword = site.tree.keywords.find((entry) => entry.name === name)?.value;
    const arg: Tree | undefined = keyword ?? site.tree.args[index];
    const place = arg === undefined ? null : analysis.resolver.resolve(arg, site.fn);
    if (place === null || place.path.length === 0) return [];
    const { root } = place;
    if (root.kind === "parameter" && !isTargetContext(root.scope, root.binding)) {
      if (root.scope === fn || isInside(site.fn, fn)) return [];
      return passedPlaces(analysis, root.scope, root.binding.name, root.binding.index, depth + 1);
    }
    return root.kind === "closure" && site.fn === root.scope ? [] : [{ place, site }];
  });
}

function fixedWrite(analysis: Analysis, operation: Operation): PatternFinding {
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
function fixedRecords(analysis: Analysis): PatternFinding[] {
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
function neverGrown(analysis: Analysis): PatternFinding[] {
  const touched = new Set(
    analysis.operations.filter((operation) =>
      /^(grow|insert|write|replace|initialise)$/.test(operation.effect) &&
      !(operation.effect === "replace" && isConstructor(methodAround(operation.fn)))
    ).map((operation) => operation.place.key),
  );
  const handedOut = memberNames(analysis);
  const findings: PatternFinding[] = [];
  for (const model of analysis.project.classes) {
    for (const { name, value, at, fn } of emptyFields(analysis, model)) {
      const object: Tree = { type: "this", at, isClass: false };
      const place = analysis.resolver.resolve({ type: "member", at, object, property: name }, fn);
      const isTouched = place === null ||
        [...touched].some((key) => key === place.key || key.startsWith(`${place.key}.`));
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

/** Tells how often a site grows, from the function it stands in. */
export function growthOf(operation: Operation): PatternGrowth {
  const unit = methodAround(operation.fn);
  const name = unit.name;
  const owner = unit.owner?.name ?? "";
  if (registers(unit)) return "per_registration";
  const isLoop = operation.around.some((outer) => outer.type === "loop");
  const isInner = operation.fn !== unit && /iteration|generation|epoch/i.test(operation.fn.name);
  if (isInner || /iteration|generation|epoch|statistic|convergence/i.test(name)) {
    return "per_iteration";
  }
  if (
    isLoop &&
    /optimi|search|solve|fit|train|evolve|tune|iterate|minimi|initialize_simplex|_initialize_optim/i
      .test(name)
  ) {
    return "per_iteration";
  }
  if (
    /Optimi|Swarm|PSO|Genetic|Evolution|Convergence|BFGS|NelderMead|Simplex/.test(owner) &&
    !/^(get|add)/.test(name)
  ) {
    return "per_iteration";
  }
  if (/^_?#?(run|simulate|execute|process_batch)/i.test(name)) {
    return isLoop ? "per_step" : "per_run";
  }
  if (
    /^_?#?(on|handle|emit|dispatch|notify|log|warn|alert|report|raise|check|trigger|receive)(_|[A-Z]|$)|violation|alert|event|error/
      .test(name)
  ) {
    return "per_event";
  }
  if (
    /(^|_|[a-z])(step|tick|update|control|integrate|advance|compute_control|observe|sample|measure|record|propagate)(_|[A-Z]|$)/i
      .test(name)
  ) {
    return "per_step";
  }
  return "per_call";
}

function severityOf(growth: PatternGrowth): PatternFinding["severity"] {
  return growth === "per_step" || growth === "per_event" ? "major" : "minor";
}

/** Tells whether a lifecycle method contains the operation. */
export function isInLifecycle(operation: Operation): boolean {
  return isLifecycle(methodAround(operation.fn));
}

/** Returns the source text of an operation. */
export function operationText(operation: Operation): string {
  return textOf(operation.tree, operation.fn);
}
