/**
 * How classes give back what they own: lifecycle methods and what each releases, growing state
 * and resources that none of them releases, classes that have none, and finalisers.
 *
 * @module
 */
import { group } from "./activity.ts";
import type { Analysis } from "./activity.ts";
import { isEmptying } from "./emptying.ts";
import { finding } from "./finding.ts";
import type { PatternFinding } from "./finding.ts";
import type { GrowthSite } from "./growth.ts";
import { idiomsOf } from "./idioms.ts";
import { ancestry, methodAround } from "./model.ts";
import type { ClassModel, FunctionModel } from "./model.ts";
import { dottedName } from "./places.ts";
import { RESOURCE } from "./references.ts";
import { partsOf } from "./tree.ts";
import type { At, Tree } from "./tree.ts";
import { calleesOf } from "./call_links.ts";
import { isLifecycle } from "./units.ts";

const RELEASING =
  /^(clear|close|dispose|cleanup|clean_up|destroy|shutdown|terminate|cancel|abort|stop|end|unsubscribe|disconnect|release|reset|kill|join|removeAllListeners|unref|\[Symbol\.dispose\])$/;

/** Finds lifecycle methods, what they leave, and classes that have none. */
export function findLifecycles(
  analysis: Analysis,
  sites: readonly GrowthSite[],
): readonly PatternFinding[] {
  const owned = ownedState(analysis, sites);
  return [
    ...analysis.project.classes.flatMap((model) =>
      ofClass(analysis, model, owned.get(model) ?? [])
    ),
    ...analysis.project.functions.flatMap((fn) => ofFactory(analysis, fn)),
  ];
}

/** State that a class must give back: unbounded containers, timers and resources. */
interface Owned {
  readonly name: string;
  readonly at: At;
  readonly fn: FunctionModel;
  readonly why: "grows" | "resource";
}

function ownedState(
  analysis: Analysis,
  sites: readonly GrowthSite[],
): ReadonlyMap<ClassModel, readonly Owned[]> {
  const owned: { model: ClassModel; state: Owned }[] = [];
  for (const { operation, bound } of sites) {
    const { place, fn } = operation;
    const isNested = place.path.slice(1).some((step) => !step.startsWith("["));
    if (bound.bounded || place.root.kind !== "instance" || isNested) continue;
    const model = analysis.resolver.declaring(place.root.owner, place.path[0]!);
    const declared = analysis.declaration(place);
    const state: Owned = {
      name: place.path[0]!,
      at: declared?.at ?? operation.tree.at,
      fn: declared?.fn ?? fn,
      why: "grows",
    };
    owned.push({ model, state });
  }
  for (const model of analysis.project.classes) {
    for (const [name, declared] of analysis.resolver.assignments(model)) {
      for (const { tree, fn } of declared) {
        const isResource =
          tree.value?.type === "call" && RESOURCE.test(dottedName(tree.value.callee)) ||
          tree.value?.type === "call" &&
            /^(setInterval|threading\.Timer)$/.test(dottedName(tree.value.callee));
        if (isResource) owned.push({ model, state: { name, at: tree.at, fn, why: "resource" } });
      }
    }
  }
  const byClass = group(owned, (entry) => entry.model);
  return new Map([...byClass].map(([model, entries]) => {
    const seen = new Map<string, Owned>();
    for (const { state } of entries) if (!seen.has(state.name)) seen.set(state.name, state);
    return [model, [...seen.values()].sort((a, b) => a.at.start - b.at.start)];
  }));
}

function ofClass(
  analysis: Analysis,
  model: ClassModel,
  owned: readonly Owned[],
): PatternFinding[] {
  const findings: PatternFinding[] = [];
  const own = [...model.methods.values()].filter((method) => endsLife(analysis, method));
  const all = ancestry(analysis.project, model)
    .flatMap((ancestor) => [...ancestor.methods.values()])
    .filter((method) => endsLife(analysis, method));
  const released = new Set(all.flatMap((method) => [...releasedBy(analysis, method)]));
  for (const method of own) findings.push(lifecycle(analysis, model, method));
  for (const method of own) {
    if (idiomsOf(model.source.language).destructors.has(method.name)) {
      findings.push(finaliser(model, method));
    }
  }
  if (all.length === 0 && owned.length > 0) findings.push(missing(owned, model));
  else {
    for (const state of owned) {
      if (!released.has(state.name)) findings.push(unreleased(state, model, all));
    }
  }
  return findings;
}

/** A lifecycle method by its name; `stop` and `disconnect` only where they release something. */
function endsLife(analysis: Analysis, method: FunctionModel): boolean {
  if (method.tree?.role === "getter" || method.tree?.role === "setter") return false;
  return isLifecycle(method) ||
    /^_*(stop|disconnect|unmount|detach)([_A-Z]|$)/.test(method.name) &&
      releasedBy(analysis, method).size > 0;
}

function lifecycle(analysis: Analysis, model: ClassModel, method: FunctionModel): PatternFinding {
  const released = [...releasedBy(analysis, method)].sort();
  const note = method.tree?.isAbstract
    ? "abstract"
    : released.length > 0
    ? `releases ${released.join(", ")}`
    : "releases no container or resource";
  return finding(method, method.tree!.at, {
    kind: "lifecycle",
    class: model.name,
    attribute: method.name,
    bounded: null,
    bound: null,
    growth: "constant",
    severity: "none",
    note,
  });
}

function finaliser(model: ClassModel, method: FunctionModel): PatternFinding {
  return finding(method, method.tree!.at, {
    kind: "finaliser",
    class: model.name,
    attribute: method.name,
    bounded: null,
    bound: null,
    growth: "constant",
    severity: "minor",
    note:
      "runs when the object is collected, late or never, and errors in it are swallowed; offer close() and use it as a context manager",
  });
}

function missing(owned: readonly Owned[], model: ClassModel): PatternFinding {
  const [first, ...rest] = owned as readonly [Owned, ...Owned[]];
  const others = rest.length === 0 ? "" : ` and ${rest.map((state) => state.name).join(", ")}`;
  return finding(first.fn, first.at, {
    kind: "missing_lifecycle",
    class: model.name,
    attribute: first.name,
    bounded: false,
    bound: null,
    growth: "constant",
    severity: "minor",
    note: `owns ${first.name}${others} but defines no reset, clear, close or cleanup`,
  });
}

function unreleased(
  state: Owned,
  model: ClassModel,
  methods: readonly FunctionModel[],
): PatternFinding {
  const names = [...new Set(methods.map((method) => `${method.name}()`))].join(", ");
  return finding(state.fn, state.at, {
    kind: "unreleased",
    class: model.name,
    attribute: state.name,
    bounded: false,
    bound: null,
    growth: "constant",
    severity: "minor",
    note: `${
      state.why === "grows" ? "grows without bound" : "a resource"
    } and none of ${names} releases it`,
  });
}

/** Fields that a method empties, replaces, drops or closes, also through what it calls. */
function releasedBy(analysis: Analysis, method: FunctionModel): ReadonlySet<string> {
  const units = reached(analysis, method);
  const names = new Set<string>();
  const all = [...units];
  for (const { effect, place, detail } of all.flatMap((unit) => analysis.operationsIn(unit))) {
    if (place.root.kind === "parameter") continue;
    const drops = /^(clear|trim|shrink|filter)$/.test(effect) ||
      effect === "replace" && (detail === null || isEmptying(detail) !== "other");
    if (drops) names.add(place.path[0]!);
  }
  for (const { tree, fn } of all.flatMap((unit) => analysis.callsIn(unit))) {
    const isClear = /^(clearInterval|clearTimeout)$/.test(dottedName(tree.callee));
    const object = isClear
      ? tree.args[0]
      : tree.callee.type === "member" && RELEASING.test(tree.callee.property)
      ? tree.callee.object
      : undefined;
    // `process.kill(this.#child.pid)`, `os.close(self._fd)`
    const ends = tree.callee.type === "member" &&
      /^(kill|close|terminate|unwatchFile)$/.test(tree.callee.property);
    for (const part of ends ? tree.args.flatMap(membersOf) : []) {
      const ended = analysis.resolver.resolve(part, fn);
      if (ended?.root.kind === "instance" && ended.path.length > 0) names.add(ended.path[0]!);
    }
    const place = object === undefined ? null : analysis.resolver.resolve(object, fn);
    if (place !== null && place.path.length > 0 && place.root.kind !== "parameter") {
      names.add(place.path[0]!);
    }
  }
  return names;
}

function membersOf(tree: Tree): Tree[] {
  if (tree.type === "member") return [tree];
  return partsOf(tree).flatMap(membersOf);
}

/** A method and everything of its own class that it leads to. */
function reached(analysis: Analysis, method: FunctionModel): ReadonlySet<FunctionModel> {
  const units = new Set<FunctionModel>([method]);
  for (const unit of units) {
    for (const site of analysis.callsIn(unit)) {
      const { callee } = site.tree;
      const isOwn = callee.type === "member" && callee.object.type === "this" ||
        callee.type === "name" ||
        callee.type === "member" && callee.object.type === "call" &&
          dottedName(callee.object.callee) === "super";
      if (isOwn) {
        for (const target of calleesOf(analysis.project, site, analysis.resolver)) {
          units.add(methodAround(target));
        }
      }
    }
  }
  return units;
}

/** `return { step() {…}, reset() {…} }`: lifecycle methods of objects that a function makes. */
function ofFactory(analysis: Analysis, fn: FunctionModel): PatternFinding[] {
  if (fn.tree === null || fn.isMethod || fn.use.kind !== "entry" || fn.parent?.tree == null) {
    return [];
  }
  const name = fn.name || fn.use.name || "";
  if (name === "" || !idiomsOf(fn.source.language).lifecycle.test(name)) return [];
  const released = new Set<string>();
  for (const { effect, place, fn: where } of analysis.operations) {
    if (
      where === fn && place.root.kind === "closure" && /^(clear|replace|trim|shrink)$/.test(effect)
    ) released.add(place.path[0]!);
  }
  const made = fn.parent.name;
  return [finding(fn, fn.tree.at, {
    kind: "lifecycle",
    class: null,
    attribute: name,
    bounded: null,
    bound: null,
    growth: "constant",
    severity: "none",
    note: `of what ${made || "a function"}() makes${
      released.size > 0 ? `; releases ${[...released].sort().join(", ")}` : ""
    }`,
  })];
}
