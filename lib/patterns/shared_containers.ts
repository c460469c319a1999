/**
 * Containers that an object shares with the instances that it makes: a handle that is given the
 * list of its owner (`new Handle(this.hooks)`) and takes itself out of it.
 *
 * @module
 */
import { findClass } from "./model.ts";
import type { ClassModel, FunctionModel, Project } from "./model.ts";
import type { CallSite, Operation } from "./operations.ts";
import { dottedName } from "./places.ts";
import type { Resolver } from "./places.ts";
import { isConstructor } from "./units.ts";

/** Returns the same taking-out for the container that makers of the instance handed to it. */
export function takenByInstance(
  project: Project,
  resolver: Resolver,
  calls: readonly CallSite[],
  operation: Operation,
): Operation[] {
  const { place: { root, path }, effect } = operation;
  if (root.kind !== "instance" || !/^(shrink|clear|trim|filter)$/.test(effect)) return [];
  const index = parameterOf(resolver, root.owner, path[0]!);
  if (index === null) return [];
  return constructions(project, calls, root.owner).flatMap(({ tree, fn }): Operation[] => {
    const given = tree.args[index];
    const shared = given === undefined ? null : resolver.resolve(given, fn);
    if (shared === null || shared.path.length === 0) return [];
    return [{ ...operation, place: resolver.extend(shared, path.slice(1)), via: "parameter" }];
  });
}

/** Position of the constructor's parameter that becomes a field, or null. */
function parameterOf(resolver: Resolver, owner: ClassModel, field: string): number | null {
  const declared = resolver.assignments(owner).get(field) ?? [];
  for (const { tree: { value }, fn } of declared) {
    const binding = value?.type === "name" && isConstructor(fn)
      ? fn.bindings.get(value.name)
      : undefined;
    if (binding?.kind === "parameter") return binding.index;
  }
  const maker: FunctionModel | undefined = owner.methods.get("constructor");
  const stored =
    maker?.tree?.parameters.findIndex((parameter) =>
      parameter.stored && parameter.name === field
    ) ?? -1;
  return stored < 0 ? null : stored;
}

function constructions(
  project: Project,
  calls: readonly CallSite[],
  owner: ClassModel,
): readonly CallSite[] {
  return calls.filter(({ tree, fn }) => {
    const name = dottedName(tree.callee);
    return name !== "" && name.split(".").at(-1) === owner.tree.name &&
      (tree.construct || fn.source.language === "python") &&
      findClass(project, name, fn) === owner;
  });
}
