/**
 * Decides whether a site that grows is bounded, and by what: a capacity, a trim, a guard, an
 * entry taken out elsewhere, a container made anew, a constructor that runs once, or keys from a
 * closed set. What nothing bounds is unbounded.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { closedKey, closedKeyType, closedTypeOf } from "./closed_keys.ts";
import { annotationsOf } from "./containers.ts";
import { isLoading } from "./declared_keys.ts";
import { recreated, trimmed, trimmedByHelper } from "./emptied.ts";
import { isEmptying } from "./emptying.ts";
import { escapes, staysInCall } from "./escapes.ts";
import { encloses, growingSite } from "./growing_site.ts";
import type { GrowingSite } from "./growing_site.ts";
import { natureOf } from "./growth_nature.ts";
import { ancestry, findMethod, methodAround } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import type { Operation } from "./operations.ts";
import { dottedName } from "./places.ts";
import { registers } from "./registration.ts";
import { guard } from "./room.ts";
import { exchanged, goesWithEntry, released, restored, takenOut } from "./taken_out.ts";
import { testedKey } from "./tested_keys.ts";
import { contains } from "./tree.ts";
import { isActivation, isConstructor } from "./units.ts";

/** The judgement about one site. */
export interface Bound {
  readonly bounded: boolean;
  /** What enforces it; null where nothing does. */
  readonly by: string | null;
}

/** The rules in order of how plainly they bound; each gives the bound in words, or null. */
const RULES: readonly ((site: GrowingSite) => string | null)[] = [
  capacity,
  boundedClass,
  runsOnce,
  beingMade,
  guard,
  ofClosedKeys,
  trimmed,
  trimmedByHelper,
  exchanged,
  recreated,
  takenOut,
  goesWithEntry,
  released,
  restored,
  isBuilder,
  ofError,
  ephemeral,
];

/** Judges one growing site. */
export function boundOf(analysis: Analysis, operation: Operation, depth = 0): Bound {
  const site = growingSite(analysis, operation, depth);
  for (const rule of RULES) {
    const by = rule(site);
    if (by !== null) return { bounded: true, by };
  }
  return { bounded: false, by: null };
}

function capacity(site: GrowingSite): string | null {
  const { shape, capacity } = site.analysis.container(site.operation.place);
  if (shape === "ring") return capacity ?? "ring buffer";
  if (shape === "weak") return "weak container: entries leave with their objects";
  return null;
}

/** The container is a class of the project that bounds itself. */
function boundedClass(site: GrowingSite): string | null {
  const { instance } = site.analysis.container(site.operation.place);
  if (instance === null || site.depth > 2) return null;
  const method = findMethod(site.analysis.project, instance, site.operation.verb);
  if (method === null) return null;
  const inner = site.analysis.operations.filter((operation) =>
    methodAround(operation.fn) === method && /^(grow|insert)$/.test(operation.effect) &&
    natureOf(site.analysis, operation) === "growth"
  );
  const bounds = inner.map((operation) => boundOf(site.analysis, operation, site.depth + 1));
  return inner.length > 0 && bounds.every((bound) => bound.bounded)
    ? `${instance.name}: ${bounds[0]!.by}`
    : null;
}

/** Runs in the constructor or while the module loads, so once. */
function runsOnce(site: GrowingSite): string | null {
  const { fn } = site.operation;
  for (let inner: FunctionModel | null = fn; inner !== site.unit; inner = inner.parent) {
    if (inner === null || inner.use.kind !== "argument" || escapes(inner)) return null;
  }
  // A constructor runs once per instance; what all instances share grows with each of them.
  const isOwn = site.unit.tree === null ||
    site.operation.place.root.kind === "instance" && !isOfClassBody(site);
  if (isConstructor(site.unit) && isOwn) {
    return site.unit.tree === null ? "runs once, while the module loads" : "constructor only";
  }
  if (isActivation(site.unit)) return "runs once, when the extension starts";
  if (isLoading(site.analysis, site.unit)) return "runs only while the module loads";
  // What calls itself at once, as over a tree, runs as often as who called it first.
  const callers = site.analysis.callSites(site.unit).map((call) => call.fn);
  const isPrivate = /^[_#]/.test(site.unit.name) || isMarkedPrivate(site.unit);
  const others = callers.filter((caller) => caller !== site.unit);
  return isOwn && isPrivate && site.unit.isMethod && others.length > 0 && !isHandedOn(site) &&
      others.every((caller) => isConstructor(methodAround(caller)) && isCalledAtOnce(caller))
    ? `constructor only, through ${site.unit.name}`
    : null;
}

/** `setInterval(this.refresh)`: others call the method as well, whenever they want. */
function isHandedOn({ analysis, unit }: GrowingSite): boolean {
  return analysis.project.functions.some((fn) =>
    fn.owner === unit.owner &&
    fn.tree?.body.some((part) =>
      contains(part, (inner) => {
        if (inner.type !== "member" || inner.object.type !== "this") return false;
        const parent = inner.property === unit.name ? analysis.parentOf(inner) : null;
        return parent !== null && !(parent.type === "call" && parent.callee === inner);
      })
    )
  );
}

/** `private build(…)` in TypeScript. */
function isMarkedPrivate({ tree, source }: FunctionModel): boolean {
  const line = tree === null ? "" : source.lines[tree.at.line - 1] ?? "";
  return source.language !== "python" && /^\s*(override\s+)?private\s/.test(line);
}

/** `registry = []` in the body of a Python class: one list for all instances. */
function isOfClassBody({ analysis, operation: { place: { root, path } } }: GrowingSite): boolean {
  if (root.kind !== "instance" || root.owner.source.language !== "python") return false;
  const owner = analysis.resolver.declaring(root.owner, path[0]!);
  const field = owner.fields.get(path[0]!);
  const isCopied = owner.bases.some((base) =>
    /(BaseModel|NamedTuple|TypedDict|Struct)$/.test(base)
  );
  return field?.value?.type === "collection" && !isCopied &&
    !analysis.resolver.assignments(owner).has(path[0]!);
}

/** A method, or a callback of `forEach` and its like, not one that waits for an event. */
function isCalledAtOnce(fn: FunctionModel): boolean {
  if (fn.isMethod) return true;
  const callee = fn.use.call?.callee;
  return fn.use.kind === "argument" && callee?.type === "member" && fn.parent !== null &&
    /^(forEach|map|filter|reduce|some|every|find|flatMap|sort)$/.test(callee.property) &&
    isCalledAtOnce(fn.parent);
}

/** `if (!mesh) { mesh = []; … mesh.push(x); … meshes.set(key, mesh); }`: an entry gets its parts. */
function beingMade({ operation: { via, tree, around } }: GrowingSite): string | null {
  const object = tree.type === "call" && tree.callee.type === "member"
    ? tree.callee.object
    : tree.type === "assign" && tree.target.type === "index"
    ? tree.target.object
    : null;
  if (via !== "alias" || object?.type !== "name") return null;
  for (const outer of around) {
    if (outer.type !== "if") continue;
    const block = outer.then.some((part) => encloses(part, tree)) ? outer.then : outer.otherwise;
    const isMade = block.some((part) =>
      part.type === "assign" && part.target.type === "name" && part.target.name === object.name &&
      part.value !== null && part.at.start < tree.at.start && isEmptying(part.value) === "empty"
    );
    if (isMade) return "part of an entry that is made here";
  }
  return null;
}

/** The keys come from a closed set. */
function ofClosedKeys(site: GrowingSite): string | null {
  const { effect, detail, fn, verb, place } = site.operation;
  const { shape, automatic } = site.analysis.container(place);
  if (verb === "update" && detail?.type === "name" && shape !== "set") {
    return `keys chosen by the caller (${detail.name})`;
  }
  const tested = detail === null ? null : testedKey(site, detail);
  const isSet = /^(insert|touch)$/.test(effect) || effect === "write" && automatic;
  if (isSet && tested !== null) return tested;
  const isAdded = verb === "add" || verb === "copy.add";
  const type = isSet || isAdded || verb === "passed"
    ? annotationsOf(site.analysis, place).map((one) => closedKeyType(site.analysis, one))
      .find((one) => one !== null)
    : undefined;
  if (type) return `one per ${type}`;
  const isKeyed = isSet || isAdded && detail?.type !== "name";
  if (detail === null || !isKeyed && !isAdded) return null;
  const closed = closedKey(site.analysis, detail, fn);
  // A set of things called "channel" is open, a type of few values and the keys of an object are not.
  const isSure = closed !== null &&
    (/^key/.test(closed) || closedTypeOf(site.analysis, detail, fn) !== null);
  return isKeyed || isSure ? closed : null;
}

function isBuilder(site: GrowingSite): string | null {
  const owner = site.unit.owner?.name ?? "";
  return /Builder$/.test(owner) && registers(site.unit)
    ? "builder: one per call while building"
    : null;
}

/** What an error carries goes when the error was handled. */
function ofError({ analysis, operation: { place: { root } } }: GrowingSite): string | null {
  if (root.kind !== "instance") return null;
  const isError = ancestry(analysis.project, root.owner).some((model) =>
    model.bases.some((base) => /(Error|Exception)$/.test(base))
  );
  return isError ? "an error lives until it is handled" : null;
}

/** A class of this file whose instances never leave the call that makes them. */
function ephemeral(site: GrowingSite): string | null {
  const { root } = site.operation.place;
  if (root.kind === "closure") return ephemeralClosure(site, root.scope);
  if (root.kind !== "instance") return null;
  const { owner } = root;
  const { exports } = owner.source;
  const name = owner.tree.name;
  if (exports === null || name === null || exports.has(name) || owner.scope.tree !== null) {
    return null;
  }
  const made = site.analysis.calls.filter(({ tree, fn }) =>
    tree.construct && fn.source === owner.source && dottedName(tree.callee) === name
  );
  const stays = made.length > 0 &&
    made.every(({ tree, fn }) => staysInCall(site.analysis, tree, fn));
  return stays ? `instances of ${name} live within one call` : null;
}

/** A private function whose result, a closure over the state, never leaves the calls of it. */
function ephemeralClosure({ analysis }: GrowingSite, scope: FunctionModel): string | null {
  const { exports } = scope.source;
  if (exports === null || scope.name === "" || exports.has(scope.name)) return null;
  if (scope.parent?.tree !== null || scope.use.kind === "argument") return null;
  const sites = analysis.callSites(scope);
  const stays = sites.length > 0 &&
    sites.every(({ tree, fn }) => fn.tree !== null && staysInCall(analysis, tree, fn));
  return stays ? `what ${scope.name}() gives lives within one call` : null;
}
