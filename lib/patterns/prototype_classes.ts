/**
 * Reads constructor functions with a prototype (`function Queue() {}`, `Queue.prototype.push = …`)
 * as the classes that they are, so that the rules need to know one kind of class only.
 *
 * @module
 */
import type { AssignTree, ClassTree, FunctionTree, Tree } from "./tree.ts";
import { contains } from "./tree.ts";

/** Returns the statements of one scope with each constructor function as a class. */
export function withPrototypeClasses(statements: readonly Tree[]): Tree[] {
  const parts = new Map<string, Tree[]>();
  const bases = new Map<string, string>();
  const members = new Set<Tree>();
  const aliases = aliasesOf(statements);
  for (const statement of statements) {
    const found = memberOf(statement, aliases);
    if (found !== null) {
      parts.set(found.owner, [...(parts.get(found.owner) ?? []), ...found.members]);
      members.add(statement);
    }
    const heir = heirOf(statement);
    if (heir !== null) {
      bases.set(heir.owner, heir.base);
      if (!parts.has(heir.owner)) parts.set(heir.owner, []);
    }
  }
  const constructors = new Map<Tree, FunctionTree>();
  for (const statement of statements) {
    const own = constructorOf(statement);
    if (own?.name && (parts.has(own.name) || looksLikeClass(own))) constructors.set(statement, own);
  }
  if (constructors.size === 0) return [...statements];
  const names = new Set([...constructors.values()].map(({ name }) => name!));
  const isTaken = (statement: Tree): boolean => {
    const owner = members.has(statement) ? memberOf(statement, aliases)!.owner : null;
    return owner !== null && names.has(owner);
  };
  return statements.flatMap((statement) => {
    const own = constructors.get(statement);
    if (own !== undefined) return [classOf(own, parts, bases)];
    const name = staticOwner(statement);
    return isTaken(statement) || name !== null && names.has(name) ? [] : [statement];
  }).map((tree) =>
    tree.type === "class" && names.has(tree.name ?? "")
      ? { ...tree, members: [...tree.members, ...staticsOf(statements, tree.name!)] }
      : tree
  );
}

function classOf(
  own: FunctionTree,
  parts: ReadonlyMap<string, Tree[]>,
  bases: ReadonlyMap<string, string>,
): ClassTree {
  const base = bases.get(own.name!);
  return {
    type: "class",
    at: own.at,
    name: own.name,
    bases: base === undefined ? [] : [base],
    decorators: [],
    members: [{ ...own, name: "constructor", role: "method" }, ...(parts.get(own.name!) ?? [])],
  };
}

/** `function Queue() {}`, `var Queue = function () {}`, `module.exports = function Queue() {}`. */
function constructorOf(statement: Tree): FunctionTree | null {
  if (statement.type === "function") return statement.role === "function" ? statement : null;
  if (statement.type !== "assign") return null;
  const { value, target } = statement;
  if (value?.type === "assign") return constructorOf(value);
  if (value?.type !== "function" || value.role !== "function") return null;
  if (target.type === "name") return { ...value, name: target.name };
  return value.name === null || target.type !== "member" || isPrototype(target.object)
    ? null
    : value;
}

/** A capital letter, and fields set on `this`. */
function looksLikeClass(own: FunctionTree): boolean {
  return /^[A-Z]/.test(own.name ?? "") &&
    own.body.some((part) =>
      contains(part, (inner) =>
        inner.type === "assign" && inner.target.type === "member" &&
        inner.target.object.type === "this")
    );
}

interface Members {
  readonly owner: string;
  readonly members: readonly Tree[];
}

/** `Queue.prototype.push = …`, `Queue.prototype = { … }`, `Object.assign(Queue.prototype, { … })`. */
function memberOf(statement: Tree, aliases: ReadonlyMap<string, string>): Members | null {
  if (statement.type === "call") {
    const [object, entries] = statement.args;
    const owner = object === undefined ? null : ownerOf(object, aliases);
    return owner === null || entries?.type !== "collection" ? null : {
      owner,
      members: entriesOf(entries),
    };
  }
  if (statement.type !== "assign" || statement.value === null) return null;
  const { target } = statement;
  const own = ownerOf(target, aliases);
  if (own !== null && target.type === "member") {
    const entries = lastValue(statement);
    return entries.type === "collection" ? { owner: own, members: entriesOf(entries) } : null;
  }
  const names: { owner: string; name: string }[] = [];
  let inner: Tree = statement;
  while (inner.type === "assign" && inner.value !== null) {
    const object: Tree | null = inner.target.type === "member"
      ? inner.target.object
      : inner.target.type === "index"
      ? inner.target.object
      : null;
    const owner = object === null ? null : ownerOf(object, aliases);
    if (owner !== null && inner.target.type === "member") {
      names.push({ owner, name: inner.target.property });
    }
    inner = inner.value;
  }
  const [first] = names;
  if (first === undefined) return null;
  const value = inner;
  return {
    owner: first.owner,
    members: names.map(({ name }) => memberTree(name, value, statement, true)),
  };
}

function lastValue(statement: AssignTree): Tree {
  let value: Tree = statement;
  while (value.type === "assign" && value.value !== null) value = value.value;
  return value;
}

function entriesOf(entries: Extract<Tree, { type: "collection" }>): Tree[] {
  return entries.entries.flatMap(({ key, value }) =>
    key?.type === "text" ? [memberTree(key.value, value, entries, true)] : []
  );
}

function memberTree(name: string, value: Tree, around: Tree, isStatic: boolean): Tree {
  return value.type === "function"
    ? { ...value, name, role: value.role === "function" ? "method" : value.role }
    : { type: "field", at: around.at, name, annotation: null, value, isStatic };
}

/** `var proto = Queue.prototype;` */
function aliasesOf(statements: readonly Tree[]): Map<string, string> {
  const aliases = new Map<string, string>();
  for (const statement of statements) {
    if (statement.type !== "assign" || statement.target.type !== "name") continue;
    let { value } = statement;
    if (value?.type === "assign") value = value.target;
    if (value !== null && isPrototype(value) && value.object.type === "name") {
      aliases.set(statement.target.name, value.object.name);
    }
  }
  return aliases;
}

function isPrototype(tree: Tree): tree is Extract<Tree, { type: "member" }> {
  return tree.type === "member" && tree.property === "prototype";
}

function ownerOf(tree: Tree, aliases: ReadonlyMap<string, string>): string | null {
  if (tree.type === "name") return aliases.get(tree.name) ?? null;
  return isPrototype(tree) && tree.object.type === "name" ? tree.object.name : null;
}

/** `util.inherits(Queue, Base)`, `Queue.prototype = Object.create(Base.prototype)`. */
function heirOf(statement: Tree): { owner: string; base: string } | null {
  if (statement.type === "call") {
    const { callee, args: [heir, base] } = statement;
    const name = callee.type === "member"
      ? callee.property
      : callee.type === "name"
      ? callee.name
      : "";
    if (!/^(_?inherits|__extends|extend|setPrototypeOf)$/.test(name)) return null;
    const owner = heir && nameOf(heir);
    const parent = base && nameOf(base);
    return owner && parent ? { owner, base: parent } : null;
  }
  if (statement.type !== "assign" || !isPrototype(statement.target)) return null;
  const value = lastValue(statement);
  if (value.type !== "call") return null;
  const base = value.construct ? nameOf(value.callee) : value.args[0] && nameOf(value.args[0]);
  const owner = nameOf(statement.target);
  return owner && base ? { owner, base } : null;
}

function nameOf(tree: Tree): string | null {
  if (tree.type === "name") return tree.name;
  return isPrototype(tree) && tree.object.type === "name" ? tree.object.name : null;
}

/** Class that `Queue.instances = []` or `Queue.create = function` belongs to. */
function staticOwner(statement: Tree): string | null {
  if (statement.type !== "assign" || statement.target.type !== "member") return null;
  const { object, property } = statement.target;
  const isMember = statement.operator === "=" && property !== "prototype";
  return isMember && object.type === "name" ? object.name : null;
}

function staticsOf(statements: readonly Tree[], name: string): Tree[] {
  return statements.flatMap((statement): Tree[] => {
    if (staticOwner(statement) !== name || statement.type !== "assign") return [];
    if (statement.target.type !== "member") return [];
    const value = lastValue(statement);
    const { property } = statement.target;
    return [
      value.type === "function" ? { ...value, name: property, role: "static" } : {
        type: "field",
        at: statement.at,
        name: property,
        annotation: null,
        value,
        isStatic: true,
      },
    ];
  });
}
