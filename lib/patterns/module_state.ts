/**
 * Mutable containers that live as long as the process: variables of modules and statics of
 * classes that some function changes. Tables that nothing writes to are not reported.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { group } from "./activity.ts";
import type { PatternFinding } from "./finding.ts";
import type { GrowthSite } from "./growth.ts";
import { finding } from "./finding.ts";
import type { ClassModel, FunctionModel } from "./model.ts";
import { methodAround } from "./model.ts";
import type { Place } from "./places.ts";
import { containerOf, containerOfAnnotation } from "./shapes.ts";
import type { FieldTree } from "./tree.ts";
import { isConstructor } from "./units.ts";

/** Finds module variables and statics that functions change. */
export function findModuleState(
  analysis: Analysis,
  sites: readonly GrowthSite[],
): readonly PatternFinding[] {
  const grown = group(sites, (site) => site.operation.place.key);
  return [...variables(analysis, grown), ...statics(analysis, grown)];
}

type Grown = ReadonlyMap<string, readonly GrowthSite[]>;

function variables(analysis: Analysis, grown: Grown): PatternFinding[] {
  const findings: PatternFinding[] = [];
  const seen = new Set<string>();
  for (const { place, fn, effect } of analysis.operations) {
    if (place.root.kind !== "module" || methodAround(fn).tree === null) continue;
    // A variable that is only ever set anew holds one value.
    if (/^(replace|initialise)$/.test(effect) && !grown.has(place.key)) continue;
    const name = place.path[0]!;
    const top: Place = { ...place, path: [name], key: topKey(place) };
    const scope = analysis.project.modules.get(place.root.source)!;
    const binding = scope.bindings.get(name);
    if (binding === undefined || binding.kind !== "variable" || seen.has(top.key)) continue;
    const container = analysis.container(top);
    const sites = sitesOf(grown, top.key);
    const isContainer = /^(list|map|set|ring|queue)$/.test(container.shape);
    // A field of a record that is set anew does not make the record a container that grows.
    if (place.path.length > 1 && sites.length === 0) continue;
    if (!isContainer && sites.length === 0) continue;
    seen.add(top.key);
    findings.push(describe(scope, binding.at, null, name, sites));
  }
  return findings;
}

function topKey(place: Place): string {
  return place.key.slice(0, place.key.length - place.path.join(".").length) + place.path[0]!;
}

function statics(analysis: Analysis, grown: Grown): PatternFinding[] {
  return analysis.project.classes.flatMap((model) =>
    [...model.fields.values()].flatMap((field) => {
      if (!isShared(analysis, model, field)) return [];
      const key = analysis.operations.find((operation) =>
        (operation.place.root.kind === "static" || operation.place.root.kind === "instance") &&
        operation.place.path[0] === field.name &&
        analysis.resolver.declaring(operation.place.root.owner, field.name) === model &&
        methodAround(operation.fn).tree !== null
      )?.place;
      if (key === undefined) return [];
      const prefix = key.key.slice(0, key.key.length - key.path.join(".").length) + field.name;
      return [describe(model.scope, field.at, model, field.name, sitesOf(grown, prefix))];
    })
  );
}

/** A container in the class body that no instance replaces by its own. */
function isShared(analysis: Analysis, model: ClassModel, field: FieldTree): boolean {
  if (!field.isStatic) return false;
  const scope: FunctionModel = { ...model.scope, owner: model };
  const made = containerOf(field.value, scope, analysis.project);
  const promised = containerOfAnnotation(field.annotation, scope, analysis.project);
  const isContainer = [made, promised].some(({ shape }) =>
    /^(list|map|set|ring|queue)$/.test(shape)
  );
  if (!isContainer || field.value === null) return false;
  if (model.source.language !== "python") return true;
  const isRecord = model.tree.decorators.some((name) => /dataclass/.test(name));
  const replaced = analysis.resolver.assignments(model).get(field.name) ?? [];
  return !isRecord && !replaced.some(({ fn }) => isConstructor(methodAround(fn)));
}

function sitesOf(grown: Grown, key: string): readonly GrowthSite[] {
  return [...grown].filter(([own]) => own === key || own.startsWith(`${key}.`)).flatMap((
    [, sites],
  ) => sites);
}

function describe(
  scope: FunctionModel,
  at: Parameters<typeof finding>[1],
  model: ClassModel | null,
  attribute: string,
  sites: readonly GrowthSite[],
): PatternFinding {
  const bounded = sites.every((site) => site.bound.bounded);
  const worst = sites.find((site) => !site.bound.bounded) ?? sites[0];
  return finding(scope, at, {
    kind: "module_state",
    class: model?.name ?? null,
    attribute,
    bounded,
    bound: bounded ? worst?.bound.by ?? "changed, never grown" : null,
    growth: worst?.growth ?? "constant",
    severity: bounded ? "none" : "minor",
    note: model === null
      ? "module-level container, lives as long as the process"
      : "class-level container shared by all instances, lives as long as the process",
  });
}
