/**
 * State that several expressions reach, known by the type of the object it belongs to: what
 * `player.inputs` of a typed list of players and `this.inputs` of the class Player mean is one.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { isPutByName, leavesByName } from "./escapes.ts";
import type { ClassModel } from "./model.ts";
import type { Place } from "./places.ts";
import { containerOf } from "./shapes.ts";

/** Returns the field of a class that a place on an instance of it is, or null. */
export function typedPlace(analysis: Analysis, place: Place): Place | null {
  const { root, path } = place;
  const whole: Place = { root, path: [], key: "" };
  for (let i = path.length - 1; i > 0; i--) {
    if (path[i]!.startsWith("[")) continue;
    const { instance } = analysis.container(analysis.resolver.extend(whole, path.slice(0, i)));
    const owner = instance ?? (i === 1 ? ownerByField(analysis, place) : null);
    if (owner !== null) {
      const self: Place = { root: { kind: "instance", owner }, path: [], key: "" };
      return analysis.resolver.extend(self, path.slice(i));
    }
  }
  return null;
}

/**
 * Tells whether objects of a type only live within calls: all that the project makes are local
 * variables that nothing keeps, such as the context of one request.
 */
export function livesInCalls(analysis: Analysis, type: string | null): boolean {
  if (type === null || !/^[A-Z]\w*$/.test(type)) return false;
  const made = analysis.project.functions.flatMap((scope) =>
    [...scope.bindings.values()].filter(({ kind, annotation, values }) =>
      kind === "variable" && annotation === type &&
      values.some((value) => value.type === "collection")
    ).map(({ name }) => ({ name, scope }))
  );
  return made.length > 0 &&
    made.every(({ name, scope }) =>
      scope.tree !== null && !leavesByName(name, scope) && !isPutByName(name, scope)
    );
}

/** A parameter without a type: the only class of the project that has such a container. */
function ownerByField(analysis: Analysis, { root, path }: Place): ClassModel | null {
  if (root.kind !== "parameter" || root.binding.annotation !== null) return null;
  const owners = analysis.project.classes.filter((model) =>
    (model.source.language === "python") === (root.scope.source.language === "python") &&
    hasContainer(analysis, model, path[1]!)
  );
  return owners.length === 1 ? owners[0]! : null;
}

function hasContainer(analysis: Analysis, model: ClassModel, name: string): boolean {
  const scope = { ...model.scope, owner: model };
  const field = model.fields.get(name)?.value ?? null;
  const made = [
    containerOf(field, scope, analysis.project),
    ...(analysis.resolver.assignments(model).get(name) ?? []).map(({ tree, fn }) =>
      containerOf(tree.value, fn, analysis.project)
    ),
  ];
  return made.some(({ shape }) => /^(list|map|set|ring|queue)$/.test(shape));
}
