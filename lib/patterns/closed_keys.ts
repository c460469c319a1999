/**
 * Tells keys of a closed set (named constants, literal types, kinds and levels) from open ones.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { clamped } from "./clamped_keys.ts";
import { isFixed, isListed, isWritten } from "./fixed_tables.ts";
import { lookUp } from "./model.ts";
import type { Binding, ClassModel, FunctionModel } from "./model.ts";
import { dottedName } from "./places.ts";
import { elementType, textOf } from "./shapes.ts";
import type { MemberTree, Tree } from "./tree.ts";

/** Keys that come from a small closed set, by the words programmers use for such sets. */
const CLOSED_KEY =
  /(^|_|[a-z])(type|kind|category|level|mode|phase|severity|status|axis|direction|side|unit|locale|topic_type|method|algorithm|status_?code)s?$/i;

/** Tells why the keys of an insert come from a closed set, or null. */
export function closedKey(
  analysis: Analysis,
  key: Tree,
  fn: FunctionModel,
  depth = 0,
): string | null {
  if (depth > 3) return null;
  switch (key.type) {
    case "text":
    case "number":
    case "constant":
      return "fixed key";
    case "operation":
      if (/^(\/\/|>>)$/.test(key.operator)) {
        return closedKey(analysis, key.operands[0]!, fn, depth + 1);
      }
      return /^(%|&)$/.test(key.operator) ? `index ${textOf(key, fn)}` : null;
    case "call":
      return dottedName(key.callee) === "type" && key.args.length === 1
        ? "one per class"
        : clamped(key, fn);
    case "index":
      return isWritten(analysis, key.object, fn) && key.slice === null
        ? `one of ${textOf(key.object, fn).slice(0, 40)}`
        : null;
    case "member":
      if (/^(name|__name__|__qualname__)$/.test(key.property) && isOfClass(key.object)) {
        return "one per class";
      }
      if (/^[A-Z][A-Z0-9_]*$/.test(key.property)) return "one per named constant";
      // A member of an enumeration: `Direction.Backward`.
      if (/^[A-Z]/.test(key.property) && /^[A-Z]/.test(lastName(key.object))) {
        return `one per ${lastName(key.object)}`;
      }
      if (/^(name|value)$/.test(key.property) && CLOSED_KEY.test(lastName(key.object))) {
        return `one per ${lastName(key.object)}`;
      }
      if (CLOSED_KEY.test(key.property)) return `one per ${key.property}`;
      return closedField(analysis, key, fn) ?? nameOfListed(analysis, key, fn);
    case "name":
      return closedName(analysis, key.name, fn, depth);
    case "choice":
      return key.options.every((option) => closedKey(analysis, option, fn, depth + 1) !== null)
        ? "one of few values"
        : null;
    default:
      return null;
  }
}

/** `child.on("exit", (code) => …)` */
function isExitCode({ kind, index }: Binding, { use }: FunctionModel): boolean {
  const event = kind === "parameter" && index === 0 ? use.call?.args[0] : undefined;
  return event?.type === "text" && /^(exit|close)$/.test(event.value);
}

/** `type(event)`, `event.constructor`: classes are as many as the sources declare. */
function isOfClass(tree: Tree): boolean {
  return tree.type === "member" && /^(constructor|__class__)$/.test(tree.property) ||
    tree.type === "call" && dottedName(tree.callee) === "type";
}

/** Types whose values are classes: decorators and containers of services are given them. */
const CLASS_TYPE =
  /^(Function|Constructor|Class|Type|ClassConstructor|Newable)(<.*>)?$|^(typing\.)?[Tt]ype(\[.*\])?$|^(abstract )?new \(/;

/** `tank.name` for each tank of a list that never gets longer, also through a parameter. */
function nameOfListed(analysis: Analysis, key: MemberTree, fn: FunctionModel): string | null {
  const isName = /^_?(id|name|key|code|symbol|label|uuid)$/.test(key.property);
  return isName ? ofListed(analysis, key.object, fn) : null;
}

/** Names the list of fixed length that an object is one of, for all who hand it in. */
function ofListed(analysis: Analysis, one: Tree, fn: FunctionModel, depth = 0): string | null {
  const found = one.type === "name" && depth < 3 ? lookUp(fn, one.name) : null;
  if (found === null) return null;
  const { binding: { kind, index, values }, scope } = found;
  if (kind === "parameter") {
    const lists = analysis.callSites(scope).map(({ tree, fn: caller }) => {
      const arg = tree.args[index];
      return arg ? ofListed(analysis, arg, caller, depth + 1) : null;
    });
    return lists.length > 0 && lists.every((list) => list !== null) ? lists[0]! : null;
  }
  const [value] = values;
  const list = values.length === 1 && value?.type === "index" && value.index === null
    ? value.object
    : null;
  return list?.type === "member" && isFixed(analysis, list, scope)
    ? `one per entry of ${lastName(list)}`
    : null;
}

/** A field whose type is closed, or that is given members of an enumeration. */
function closedField(analysis: Analysis, key: MemberTree, fn: FunctionModel): string | null {
  const place = analysis.resolver.resolve(key.object, fn);
  const owner = key.object.type === "this"
    ? fn.owner
    : place === null || place.path.length === 0
    ? null
    : analysis.container(place).instance;
  if (owner === null) return closedEverywhere(analysis, key, fn);
  return closedIn(analysis, owner, key);
}

/** All classes that have such a field give it members of an enumeration. */
function closedEverywhere(
  analysis: Analysis,
  key: MemberTree,
  fn: FunctionModel,
): string | null {
  const owners = analysis.project.classes.filter((model) =>
    (model.source.language === "python") === (fn.source.language === "python") &&
    (model.fields.has(key.property) || analysis.resolver.assignments(model).has(key.property))
  );
  const closed = owners.map((owner) => closedIn(analysis, owner, key));
  return closed.length > 0 && closed.every((why) => why !== null) ? closed[0]! : null;
}

function closedIn(analysis: Analysis, owner: ClassModel, key: MemberTree): string | null {
  const declared = analysis.resolver.assignments(owner).get(key.property) ?? [];
  const types = [
    owner.fields.get(key.property)?.annotation,
    ...declared.map(({ tree }) => tree.annotation),
  ];
  const type = types.find((name) => isClosedType(analysis, name ?? ""));
  if (type) return `one per ${type}`;
  const values = [owner.fields.get(key.property)?.value, ...declared.map(({ tree }) => tree.value)];
  // `this.phase = (this.phase + 1) % count`
  const isRound = declared.every(({ tree: { value, operator } }) =>
    operator === "=" &&
    (value?.type === "number" || value?.type === "operation" && value.operator === "%")
  );
  const round = declared.find(({ tree: { value } }) => value?.type === "operation");
  if (isRound && round?.tree.value) return `index ${textOf(round.tree.value, round.fn)}`;
  const member = values.find((value) =>
    value?.type === "member" && analysis.project.closedTypes.has(lastName(value.object))
  );
  return member?.type === "member" ? `one per ${lastName(member.object)}` : null;
}

/** Returns the closed type that a name is declared to have, or that the list it is from has. */
export function closedTypeOf(analysis: Analysis, key: Tree, fn: FunctionModel): string | null {
  const found = key.type === "name" ? lookUp(fn, key.name) : null;
  if (found === null) return null;
  const { binding, scope } = found;
  const types = [
    binding.annotation,
    ...binding.values.map((value) => {
      const list = value.type === "index" && value.index === null && value.object.type === "name"
        ? lookUp(scope, value.object.name)
        : null;
      return elementType(list?.binding.annotation ?? null);
    }),
  ];
  return types.find((type) => type !== null && isClosedType(analysis, type)) ?? null;
}

/** Returns the closed type of the keys that a container is declared to have, or null. */
export function closedKeyType(analysis: Analysis, annotation: string): string | null {
  const bare = annotation.replace(/^["']/, "").replace(/^(Readonly|Partial)</, "");
  const key =
    /^(?:typing\.)?(?:Map|Record|[Dd]ict|DefaultDict|defaultdict|OrderedDict|Counter)[<[]\s*([^,\]>]+)/
      .exec(bare)?.[1] ??
      /^\{\s*\[\w+ in ([^\]]+)\]/.exec(bare)?.[1] ??
      /^(?:typing\.)?[Ss]et[<[]\s*([^\]>]+)/.exec(bare)?.[1];
  return key !== undefined && isClosedType(analysis, key.trim()) ? key.trim() : null;
}

/** `"a" | "b"`, `1 | 2 | 4` */
const LITERALS = /^\|?\s*("[^"]*"|'[^']*'|-?\d+)(\s*\|\s*("[^"]*"|'[^']*'|-?\d+))*$/;

/** An enumeration, a union of literals, the names of an object's fields, a boolean. */
function isClosedType(analysis: Analysis, type: string): boolean {
  return /^keyof\b/.test(type) ||
    analysis.project.closedTypes.has(type.replace(/^["']|["']$/g, "")) ||
    LITERALS.test(type) || type === "boolean" || /^(typing\.)?Literal\[/.test(type);
}

function closedName(
  analysis: Analysis,
  name: string,
  fn: FunctionModel,
  depth: number,
): string | null {
  if (CLOSED_KEY.test(name)) return `one per ${name}`;
  if (/^[A-Z][A-Z0-9_]+$/.test(name)) return "one per named constant";
  const found = lookUp(fn, name);
  if (found === null) return null;
  const { binding, scope } = found;
  const type = closedTypeOf(analysis, { type: "name", at: binding.at, name }, fn);
  if (type !== null) return `one per ${type}`;
  if (CLASS_TYPE.test(binding.annotation ?? "")) return "one per class";
  if (isExitCode(binding, scope)) return "one per exit code";
  for (const value of binding.values) {
    const iterated = value.type === "call" && value.callee.type === "member" &&
        /^(items|keys|entries)$/.test(value.callee.property)
      ? value.callee.object
      : value.type === "call" && /^Object\.(entries|keys)$/.test(dottedName(value.callee))
      ? value.args[0]
      : value.type === "index" && value.index === null
      ? keysIn(value.object)
      : undefined;
    if (iterated?.type === "member" && isFixed(analysis, iterated, scope)) {
      return `one per key of ${lastName(iterated)}`;
    }
    if (iterated !== undefined && isListed(analysis, iterated, scope)) return "one per listed key";
    if (iterated?.type === "name") {
      const source = lookUp(scope, iterated.name)?.binding;
      if (source?.rest === "map") return `keywords of the caller (${iterated.name})`;
      const isKey = value.type === "call" || value.type === "index" && value.object !== iterated;
      if (source?.kind === "parameter" && isKey) {
        return `keys chosen by the caller (${iterated.name})`;
      }
      // Defaults that fill what is missing always have the same keys.
      const isDefault = /default|fallback|template/i.test(iterated.name);
      if (isDefault && value.type === "call") return `keys of ${iterated.name}`;
    }
    const isElement = value.type === "index" && value.index !== null;
    if (isElement || /^(operation|member|choice|call)$/.test(value.type)) {
      const closed = closedKey(analysis, value, scope, depth + 1);
      if (closed !== null) return closed;
    }
  }
  return null;
}

/** `Object.keys(options)` goes over what options has. */
function keysIn(iterable: Tree): Tree | undefined {
  return iterable.type === "call" && /^Object\.(keys|entries)$/.test(dottedName(iterable.callee))
    ? iterable.args[0]
    : iterable;
}

function lastName(tree: Tree): string {
  return tree.type === "name" ? tree.name : tree.type === "member" ? tree.property : "";
}
