/**
 * Links calls to the functions of the project that they can mean, by the class of the receiver
 * where it shows, and by name and arity where it does not.
 *
 * @module
 */
import type { ClassModel, FunctionModel, Project } from "./model.ts";
import { ancestry, findMethod, lookUp } from "./model.ts";
import type { CallSite, Operation } from "./operations.ts";
import type { Resolver } from "./places.ts";
import { containerOf, containerOfAnnotation } from "./shapes.ts";
import type { Tree } from "./tree.ts";
import { isTargetContext } from "./units.ts";

/** Links call sites to the functions they can mean: `this.m()` exactly, names within reach. */
export function collectCalls(
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
export function takenByCallee(
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
      .filter((fn) => fn.parent?.tree === null && isReached(site.fn, fn));
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
    .filter((method) => isReached(site.fn, method) && accepts(method, site.tree));
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

/** A method found by its name alone is of the same language. */
function isReached({ source }: FunctionModel, method: FunctionModel): boolean {
  return (source.language === "python") === (method.source.language === "python");
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

/** Returns the annotation of the parameter that a value is, or null. */
export function annotationOfParameter(value: Tree | null, fn: FunctionModel): string | null {
  if (value?.type !== "name") return null;
  return lookUp(fn, value.name)?.binding.annotation ?? null;
}
