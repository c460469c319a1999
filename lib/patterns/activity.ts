/**
 * Answers questions about what a project does to its state: which operations touch a place, what
 * container stands there, which functions lead to which.
 *
 * @module
 */
import { collectCalls, takenByCallee } from "./call_links.ts";
import {
  createFieldNames,
  EMPTY,
  findContainer,
  findDeclaration,
  keysAround,
} from "./containers.ts";
import { takesOut } from "./growing_site.ts";
import type { ClassModel, FunctionModel, Project } from "./model.ts";
import { methodAround } from "./model.ts";
import type { CallSite, Operation, Read } from "./operations.ts";
import { collectActivity } from "./operations.ts";
import type { Place, Resolver } from "./places.ts";
import { createResolver, dottedName } from "./places.ts";
import type { Container } from "./shapes.ts";
import { takenByInstance } from "./shared_containers.ts";
import { typedPlace } from "./typed_state.ts";
import type { At, Tree } from "./tree.ts";
import { partsOf } from "./tree.ts";

/** A project with everything that happens in it. */
export interface Analysis {
  readonly project: Project;
  readonly resolver: Resolver;
  readonly operations: readonly Operation[];
  readonly calls: readonly CallSite[];
  readonly reads: readonly Read[];
  /** Operations on exactly this place. */
  on(key: string): readonly Operation[];
  /** Operations on this place and on what contains it. */
  onAndAround(place: Place): readonly Operation[];
  /** What stands at a place, as far as the sources show. */
  container(place: Place): Container;
  /** Where a place is first given its container, or null. */
  declaration(place: Place): { readonly at: At; readonly fn: FunctionModel | null } | null;
  /** Calls whose callee is written as this dotted name. */
  callsNamed(name: string): readonly CallSite[];
  /** Calls made in a method or outermost function, and in what is nested in it. */
  callsIn(unit: FunctionModel): readonly CallSite[];
  /** Operations in a method or outermost function, and in what is nested in it. */
  operationsIn(unit: FunctionModel): readonly Operation[];
  /** Calls of own methods under a condition, by the class that makes them. */
  guardedCalls(model: ClassModel): readonly CallSite[];
  /** Methods and functions that call a unit directly. */
  callersOf(unit: FunctionModel): readonly FunctionModel[];
  /** Call sites whose callee can be a function. */
  callSites(fn: FunctionModel): readonly CallSite[];
  /** A unit and all units that lead to it. */
  leadingTo(unit: FunctionModel): ReadonlySet<FunctionModel>;
  /** The tree directly around another one, or null at the top of a function or module. */
  parentOf(tree: Tree): Tree | null;
  /** What classes of the project keep in a field of this name, where they agree. */
  fieldNamed(place: Place): Container | null;
  /** Tells whether a map is used as one (`items`, `get`, `in`). */
  isMapLike(key: string): boolean;
}

/** Analyses a project once; the rules read the result. */
export function analyse(project: Project): Analysis {
  const resolver = createResolver(project);
  const { operations, calls, reads } = collectActivity(project, resolver);
  const sites = collectCalls(project, resolver, calls);
  const handed = operations.flatMap((operation) => [
    ...takenByCallee(resolver, sites, operation),
    ...takenByInstance(project, resolver, calls, operation),
  ]);
  const byKey = group([...operations, ...handed], (operation) => operation.place.key);
  const mapLike = new Set<string>();
  for (const { tree, fn } of calls) {
    if (tree.callee.type !== "member") continue;
    if (!/^(items|keys|get|setdefault|popitem|has)$/.test(tree.callee.property)) continue;
    const place = resolver.resolve(tree.callee.object, fn);
    if (place !== null) mapLike.add(place.key);
  }
  const parents = collectParents(project);
  const callsByName = group(calls, ({ tree }) => dottedName(tree.callee));
  const callsByUnit = group(calls, ({ fn }) => methodAround(fn));
  const operationsByUnit = group(operations, ({ fn }) => methodAround(fn));
  const guarded = group(
    calls.filter(({ tree, around }) =>
      around.length > 0 && tree.callee.type === "member" && tree.callee.object.type === "this"
    ),
    ({ fn }) => fn.owner,
  );
  const containers = new Map<string, Container>();
  const analysis: Analysis = {
    project,
    resolver,
    operations,
    calls,
    reads,
    on: (key) => byKey.get(key) ?? [],
    onAndAround: (place) => keysAround(place).flatMap((key) => byKey.get(key) ?? []),
    container: (place) => {
      const known = containers.get(place.key);
      if (known !== undefined) return known;
      containers.set(place.key, EMPTY);
      const found = findContainer(analysis, place);
      containers.set(place.key, found);
      return found;
    },
    declaration: (place) => findDeclaration(analysis, place),
    callsNamed: (name) => callsByName.get(name) ?? [],
    callsIn: (unit) => callsByUnit.get(unit) ?? [],
    operationsIn: (unit) => operationsByUnit.get(unit) ?? [],
    guardedCalls: (model) => guarded.get(model) ?? [],
    callersOf: (unit) => [...new Set((sites.get(unit) ?? []).map(({ fn }) => methodAround(fn)))],
    callSites: (fn) => sites.get(fn) ?? [],
    leadingTo: (unit) => {
      const seen = new Set<FunctionModel>([unit]);
      for (const member of seen) for (const caller of analysis.callersOf(member)) seen.add(caller);
      return seen;
    },
    parentOf: (tree) => parents.get(tree) ?? null,
    isMapLike: (key) => mapLike.has(key),
    fieldNamed: (place) => fieldNames(place),
  };
  const fieldNames = createFieldNames(analysis);
  for (const operation of [...operations, ...handed]) {
    if (!takesOut(operation)) continue;
    const place = typedPlace(analysis, operation.place);
    if (place === null) continue;
    const taken: Operation = { ...operation, place, via: "alias" };
    const list = byKey.get(place.key);
    if (list === undefined) byKey.set(place.key, [taken]);
    else list.push(taken);
  }
  return analysis;
}

function collectParents(project: Project): WeakMap<Tree, Tree> {
  const parents = new WeakMap<Tree, Tree>();
  const visit = (tree: Tree): void => {
    for (const part of partsOf(tree)) {
      parents.set(part, tree);
      visit(part);
    }
  };
  for (const source of project.sources) source.statements.forEach(visit);
  return parents;
}

/** Groups items by a key. */
export function group<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const list = groups.get(key(item));
    if (list === undefined) groups.set(key(item), [item]);
    else list.push(item);
  }
  return groups;
}
