/**
 * Answers questions about what a project does to its state: which operations touch a place, what
 * container stands there, which functions lead to which.
 *
 * @module
 */
import { idiomsOf } from "./idioms.ts";
import type { Binding, ClassModel, FunctionModel, Project, SourceFile } from "./model.ts";
import { ancestry, findMethod, lookUp, methodAround } from "./model.ts";
import type { CallSite, Operation } from "./operations.ts";
import { collectActivity } from "./operations.ts";
import type { Declared, Place, Resolver } from "./places.ts";
import { createResolver, dottedName } from "./places.ts";
import type { Container } from "./shapes.ts";
import { containerOf, containerOfAnnotation, elementType } from "./shapes.ts";
import type { At, Tree } from "./tree.ts";
import { partsOf } from "./tree.ts";

/** A project with everything that happens in it. */
export interface Analysis {
  readonly project: Project;
  readonly resolver: Resolver;
  readonly operations: readonly Operation[];
  readonly calls: readonly CallSite[];
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
  const { operations, calls } = collectActivity(project, resolver);
  const sites = collectCalls(project, resolver, calls);
  const handed = operations.flatMap((operation) => takenByCallee(resolver, sites, operation));
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

const EMPTY: Container = {
  shape: "unknown",
  capacity: null,
  instance: null,
  empty: false,
  keys: [],
  automatic: false,
  element: null,
  entries: new Map(),
};

/** Returns the name of the class a piece of code stands in, or of the closure or null. */
export function className(fn: FunctionModel): string | null {
  return fn.owner?.name ?? null;
}

/** The context of an audit target: what `setup` returns and every `cycle` gets. */
export function isTargetContext(fn: FunctionModel, binding: Binding): boolean {
  return fn.name === "cycle" && binding.index === 0 && fn.parent?.tree === null &&
    fn.source.exports?.has("cycle") === true;
}

/** Tells whether a unit runs once per instance or module only. */
export function isConstructor(unit: FunctionModel): boolean {
  return unit.tree === null ||
    (unit.isMethod && idiomsOf(unit.source.language).constructors.has(unit.name));
}

/** Tells whether a function gives back or resets what its owner holds, by its name. */
export function isLifecycle(unit: FunctionModel): boolean {
  return idiomsOf(unit.source.language).lifecycle.test(unit.name);
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

function keysAround(place: Place): string[] {
  const prefix = place.key.slice(0, place.key.length - place.path.join(".").length);
  return place.path.map((_, i) => prefix + place.path.slice(0, i + 1).join("."));
}

/** Links call sites to the functions they can mean: `this.m()` exactly, names within reach. */
function collectCalls(
  project: Project,
  resolver: Resolver,
  calls: readonly CallSite[],
): Map<FunctionModel, CallSite[]> {
  const sites = new Map<FunctionModel, CallSite[]>();
  const add = (fn: FunctionModel, site: CallSite): void => {
    const list = sites.get(fn);
    if (list === undefined) sites.set(fn, [site]);
    else list.push(site);
  };
  for (const site of calls) {
    for (const callee of calleesOf(project, site, resolver)) add(callee, site);
  }
  return sites;
}

/** `trim(this.items, 5)`: what a function takes out of its parameter leaves the caller's state. */
function takenByCallee(
  resolver: Resolver,
  sites: ReadonlyMap<FunctionModel, readonly CallSite[]>,
  operation: Operation,
): Operation[] {
  const { place, effect, around } = operation;
  if (place.root.kind !== "parameter") return [];
  if (!/^(shrink|clear|trim|filter)$/.test(effect)) return [];
  const { scope, binding } = place.root;
  return (sites.get(scope) ?? []).flatMap((site): Operation[] => {
    const arg = site.tree.keywords.find(({ name }) => name === binding.name)?.value ??
      site.tree.args[binding.index];
    const passed = arg === undefined ? null : resolver.resolve(arg, site.fn);
    const rest = place.path.slice(1);
    if (passed === null || passed.path.length + rest.length === 0) return [];
    const { root } = passed;
    if (root.kind === "parameter" && !isTargetContext(root.scope, root.binding)) return [];
    const isCut = effect === "trim" || around.length > 0;
    return [{
      ...operation,
      place: resolver.extend(passed, rest),
      effect: isCut ? "trim" : effect,
      verb: `${scope.name}()`,
      detail: null,
      fn: site.fn,
      tree: site.tree,
      around: site.around,
      exits: [],
      via: "parameter",
    }];
  });
}

/** Returns the functions of the project that a call can mean. */
export function calleesOf(
  project: Project,
  site: CallSite,
  resolver: Resolver,
): readonly FunctionModel[] {
  const { callee } = site.tree;
  if (callee.type === "name") {
    const found = lookUp(site.fn, callee.name);
    const own = found?.binding.values.find((value) => value.type === "function");
    const direct = own === undefined ? undefined : project.byTree.get(own);
    if (direct !== undefined) return [direct];
    if (found?.binding.kind !== "import") return [];
    const imported = (project.functionsByName.get(callee.name) ?? [])
      .filter((fn) => fn.parent?.tree === null);
    return imported.length === 1 ? imported : [];
  }
  if (callee.type !== "member") return [];
  if (callee.object.type === "this" && site.fn.owner !== null) {
    const method = findMethod(project, site.fn.owner, callee.property);
    const overriding = (project.methodsByName.get(callee.property) ?? []).filter((other) =>
      other !== method && other.owner !== null && other.owner !== site.fn.owner &&
      ancestry(project, other.owner).includes(site.fn.owner!)
    );
    return method === null ? overriding : [method, ...overriding];
  }
  const receiver = receiverOf(project, resolver, callee.object, site.fn);
  if (receiver === "builtin") return [];
  const named = (project.methodsByName.get(callee.property) ?? [])
    .filter((method) => accepts(method, site.tree));
  if (receiver === null) return named;
  const method = findMethod(project, receiver, callee.property);
  return named.filter((other) =>
    other === method || other.owner !== null && ancestry(project, other.owner).includes(receiver)
  );
}

/** The class of what a method is called on, where its field or variable shows it. */
function receiverOf(
  project: Project,
  resolver: Resolver,
  object: Tree,
  fn: FunctionModel,
): ClassModel | "builtin" | null {
  const values: { value: Tree | null; annotation: string | null; fn: FunctionModel }[] = [];
  if (object.type === "member" && object.object.type === "this" && fn.owner !== null) {
    for (const model of ancestry(project, fn.owner)) {
      const field = model.fields.get(object.property);
      const scope: FunctionModel = { ...model.scope, owner: model };
      if (field !== undefined) {
        values.push({ value: field.value, annotation: field.annotation, fn: scope });
      }
      for (const { tree, fn } of resolver.assignments(model).get(object.property) ?? []) {
        const annotation = tree.annotation ?? annotationOfParameter(tree.value, fn);
        values.push({ value: tree.value, annotation, fn });
      }
    }
  } else if (object.type === "name") {
    const found = lookUp(fn, object.name);
    if (found === null) return null;
    const { annotation } = found.binding;
    for (const value of [...found.binding.values, null]) {
      values.push({ value, annotation, fn: found.scope });
    }
  }
  const made = values.flatMap(({ value, annotation, fn }) => [
    containerOf(value, fn, project),
    containerOfAnnotation(annotation, fn, project),
  ]);
  const instance = made.find((container) => container.instance !== null)?.instance;
  if (instance) return instance;
  return made.some(({ shape }) => shape !== "unknown") ? "builtin" : null;
}

/** Whether a call gives a method no more than it takes, nor less than it needs. */
function accepts(method: FunctionModel, call: CallSite["tree"]): boolean {
  const parameters = method.tree?.parameters ?? [];
  if (parameters.some(({ rest }) => rest !== "no")) return true;
  if (call.args.length + call.keywords.length > parameters.length) return false;
  if (method.source.language !== "python") return true;
  const needed = parameters.filter(({ value }) => value === null).length;
  return call.args.length + call.keywords.length >= needed;
}

function findContainer(analysis: Analysis, place: Place): Container {
  if (place.path.at(-1)!.startsWith("[") && place.path.length > 1) {
    const element = analysis.container(outerOf(place)).element;
    if (element !== null) return element;
  }
  const values = valuesOf(analysis, place);
  const seen: Container[] = [];
  for (const { value, fn } of values) {
    if (value !== null) seen.push(containerOf(value, fn, analysis.project));
  }
  const best = seen.find((container) => container.shape === "ring") ??
    seen.find((container) => container.shape !== "unknown" && container.shape !== "number") ??
    seen.find((container) => container.instance !== null);
  if (best !== undefined) return best;
  for (const { annotation, fn } of values) {
    const promised = containerOfAnnotation(annotation, fn, analysis.project);
    if (promised.shape !== "unknown" || promised.instance !== null) return promised;
  }
  return seen[0] ?? (values.length === 0 ? analysis.fieldNamed(place) : null) ?? EMPTY;
}

/** What classes of the project have under the name of a field, where they agree. */
function createFieldNames(analysis: Analysis): (place: Place) => Container | null {
  let known: Map<string, Container | null> | null = null;
  const collect = (): Map<string, Container | null> => {
    const byName = new Map<string, Container | null>();
    for (const model of analysis.project.classes) {
      const names = new Set([
        ...model.fields.keys(),
        ...analysis.resolver.assignments(model).keys(),
      ]);
      for (const name of names) {
        const made = valuesOfField(analysis, model, name)
          .map(({ value, fn }) => containerOf(value, fn, analysis.project))
          .find(({ shape }) => /^(list|map|set|ring|queue)$/.test(shape)) ?? null;
        const key = `${model.source.language === "python"}:${name}`;
        const other = byName.get(key);
        const agrees = other === undefined || other !== null && other.shape === made?.shape;
        byName.set(key, agrees ? made : null);
      }
    }
    return byName;
  };
  return ({ root, path }) => {
    const name = path.at(-1)!;
    if (path.length < 2 || name.startsWith("[")) return null;
    known ??= collect();
    const isPython = sourceOf(root)?.language === "python";
    return known.get(`${isPython}:${name}`) ?? null;
  };
}

function sourceOf(root: Place["root"]): SourceFile | null {
  switch (root.kind) {
    case "instance":
    case "static":
      return root.owner.source;
    case "module":
      return root.source;
    case "global":
      return null;
    default:
      return root.scope.source;
  }
}

interface Value {
  readonly value: Tree | null;
  readonly annotation: string | null;
  readonly fn: FunctionModel;
  readonly at: At;
}

/** Everything a place is given, in source order of the places that give it. */
function valuesOf(analysis: Analysis, place: Place): readonly Value[] {
  const { root, path } = place;
  if (path.length > 1) return valuesInside(analysis, place);
  const name = path[0]!;
  switch (root.kind) {
    case "instance":
    case "static":
      return valuesOfField(analysis, root.owner, name);
    case "module":
    case "closure": {
      const scope = root.kind === "module"
        ? analysis.project.modules.get(root.source)!
        : root.scope;
      if (root.kind === "closure" && root.literal !== undefined) {
        return [{ value: root.literal, annotation: null, fn: scope, at: root.literal.at }];
      }
      const binding = scope.bindings.get(name);
      if (binding === undefined) return [];
      const { annotation, at } = binding;
      return [
        ...binding.values.map((value) => ({ value, annotation, fn: scope, at })),
        { value: null, annotation, fn: scope, at },
      ];
    }
    case "parameter": {
      const { annotation, at, rest } = root.binding;
      if (isTargetContext(root.scope, root.binding)) {
        const setup = analysis.project.modules.get(root.scope.source)!.bindings.get("setup");
        const made = setup?.values.flatMap((value) => analysis.project.byTree.get(value) ?? []) ??
          [];
        return [
          ...made.flatMap((fn) => fn.returns.map((value) => ({ value, annotation: null, fn, at }))),
          { value: null, annotation, fn: root.scope, at },
        ];
      }
      const value: Tree | null = rest === "no"
        ? null
        : { type: "collection", at, shape: rest, entries: [] };
      return [
        // `options = Object.assign({ cache: new Map() }, options)`
        ...root.binding.values.map((value) => ({ value, annotation: null, fn: root.scope, at })),
        { value, annotation, fn: root.scope, at },
      ];
    }
    default:
      return [];
  }
}

function valuesOfField(analysis: Analysis, owner: ClassModel, name: string): Value[] {
  const line = ancestry(analysis.project, owner);
  return line.flatMap((model) => {
    const field = model.fields.get(name);
    const assigned: readonly Declared[] = analysis.resolver.assignments(model).get(name) ?? [];
    const scope: FunctionModel = { ...model.scope, owner: model };
    return [
      ...(field === undefined
        ? []
        : [{ value: field.value, annotation: field.annotation, fn: scope, at: field.at }]),
      ...assigned.map(({ tree, fn }) => ({
        value: tree.value,
        annotation: tree.annotation ?? annotationOfParameter(tree.value, fn),
        fn,
        at: tree.at,
      })),
    ];
  });
}

function annotationOfParameter(value: Tree | null, fn: FunctionModel): string | null {
  if (value?.type !== "name") return null;
  return lookUp(fn, value.name)?.binding.annotation ?? null;
}

function outerOf(place: Place): Place {
  return { root: place.root, path: place.path.slice(0, -1), key: keysAround(place).at(-2)! };
}

/** Values of an element or a member of a place: literal entries, inserts, assignments. */
function valuesInside(analysis: Analysis, place: Place): readonly Value[] {
  const step = place.path.at(-1)!;
  const values: Value[] = [];
  for (const operation of analysis.on(place.key)) {
    const { effect, detail, fn, tree } = operation;
    if (effect === "replace" || effect === "initialise") {
      values.push({ value: detail, annotation: null, fn, at: tree.at });
    }
  }
  const outer = outerOf(place);
  const outerKey = outer.key;
  for (const { value, annotation, fn, at } of valuesOf(analysis, outer)) {
    const element = step.startsWith("[") ? elementType(annotation) : null;
    if (element !== null) values.push({ value: null, annotation: element, fn, at });
    if (value === null) continue;
    const container = containerOf(value, fn, analysis.project);
    const name = step.startsWith("[") ? step.slice(1, -1) : step;
    const entries = name === ""
      ? [...container.entries.values()].slice(0, 1)
      : [container.entries.get(name)];
    for (const entry of entries) {
      if (entry !== undefined) values.push({ value: entry, annotation: null, fn, at: entry.at });
    }
  }
  const { instance } = analysis.container(outer);
  if (instance !== null && !step.startsWith("[")) {
    values.push(...valuesOfField(analysis, instance, step));
  }
  for (const { tree, fn, effect } of step.startsWith("[") ? analysis.on(outerKey) : []) {
    if (effect !== "insert" && effect !== "write") continue;
    const value = tree.type === "assign" ? tree.value : tree.type === "call" ? tree.args[1] : null;
    if (value) values.push({ value, annotation: null, fn, at: tree.at });
  }
  return values;
}

function findDeclaration(
  analysis: Analysis,
  place: Place,
): { readonly at: At; readonly fn: FunctionModel | null } | null {
  const top: Place = {
    root: place.root,
    path: place.path.slice(0, 1),
    key: keysAround(place)[0]!,
  };
  const values = valuesOf(analysis, top);
  const inConstructor = values.find(({ fn, value }) =>
    value !== null && isConstructor(methodAround(fn))
  );
  const first = inConstructor ?? values[0];
  return first === undefined ? null : { at: first.at, fn: first.fn };
}

/** Returns the class an operation stands in, else the class whose state it touches. */
export function classOf(operation: Operation): string | null {
  const { root } = operation.place;
  return className(operation.fn) ??
    (root.kind === "static" || root.kind === "instance" ? root.owner.name : null);
}
