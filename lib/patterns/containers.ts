/**
 * Finds out what container stands at a place: from its declarations, from what is assigned and put
 * into it, from annotations, and by the name of the field where classes agree on it.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { annotationOfParameter } from "./call_links.ts";
import type { ClassModel, FunctionModel, SourceFile } from "./model.ts";
import { ancestry, methodAround } from "./model.ts";
import type { Declared } from "./field_assignments.ts";
import type { Place } from "./places.ts";
import type { Container } from "./shapes.ts";
import { containerOf, containerOfAnnotation, elementType } from "./shapes.ts";
import type { At, Tree } from "./tree.ts";
import { isConstructor, isTargetContext } from "./units.ts";

/** Nothing is known. */
export const EMPTY: Container = {
  shape: "unknown",
  capacity: null,
  instance: null,
  empty: false,
  keys: [],
  automatic: false,
  element: null,
  entries: new Map(),
};

/** Returns what stands at a place, as far as values and annotations show. */
export function findContainer(analysis: Analysis, place: Place): Container {
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
  if (seen.length > 0 || values.length > 0) return seen[0] ?? EMPTY;
  return analysis.fieldNamed(place) ?? givenElsewhere(analysis, place) ?? EMPTY;
}

/** `cls._instance.runs = {}`: a field that no method of its own declares. */
function givenElsewhere(analysis: Analysis, place: Place): Container | null {
  if (place.path.length > 1 || place.root.kind !== "instance") return null;
  return analysis.on(place.key)
    .filter(({ effect }) => effect === "replace" || effect === "initialise")
    .map(({ detail, fn }) => containerOf(detail, fn, analysis.project))
    .find(({ shape }) => shape !== "unknown") ?? null;
}

/** What classes of the project have under the name of a field, where they agree. */
export function createFieldNames(analysis: Analysis): (place: Place) => Container | null {
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
        {
          value: value ?? root.scope.tree?.parameters[root.binding.index]?.value ?? null,
          annotation,
          fn: root.scope,
          at,
        },
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
  for (const { tree, fn, effect, detail } of step.startsWith("[") ? analysis.on(outerKey) : []) {
    if (effect !== "insert" && effect !== "write") continue;
    // `stats["state"] = "open"` says nothing of `stats["count"]`.
    if (detail?.type === "text" && step !== "[]" && step !== `[${detail.value}]`) continue;
    const value = tree.type === "assign" ? tree.value : tree.type === "call" ? tree.args[1] : null;
    if (value) {
      values.push({ value, annotation: annotationOfParameter(value, fn), fn, at: tree.at });
    }
  }
  return values;
}

/** Returns the types that the sources declare for a place. */
export function annotationsOf(analysis: Analysis, place: Place): readonly string[] {
  return valuesOf(analysis, place).flatMap(({ annotation }) => annotation ?? []);
}

/** Returns where a place is first given its container, or null. */
export function findDeclaration(
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

/** Returns the keys of a place and of all that contains it, outermost first. */
export function keysAround(place: Place): string[] {
  const prefix = place.key.slice(0, place.key.length - place.path.join(".").length);
  return place.path.map((_, i) => prefix + place.path.slice(0, i + 1).join("."));
}
