/**
 * Keys that only get as far as an insert where a test lets them through: a look-up in a table
 * whose own keys are few, or comparisons with values that are written down.
 *
 * @module
 */
import { closedKey } from "./closed_keys.ts";
import { declaredKeys } from "./declared_keys.ts";
import { isFixed } from "./fixed_tables.ts";
import type { GrowingSite } from "./growing_site.ts";
import { encloses } from "./growing_site.ts";
import { listedKey } from "./listed_keys.ts";
import { lookUp } from "./model.ts";
import type { FunctionModel } from "./model.ts";
import type { Operation } from "./operations.ts";
import { putsBefore } from "./passed_lists.ts";
import { dottedName } from "./places.ts";
import type { Tree } from "./tree.ts";

type Standing = Pick<Operation, "around" | "exits" | "fn" | "tree">;

/** An insert whose key is asked after. */
interface Site extends Pick<GrowingSite, "analysis" | "operation"> {
  /** Only tests of the very table that the entry goes into count. */
  readonly ownOnly?: boolean;
}

/** `if name in TABLE: cache[name] = …`, here or in all callers that hand the key in. */
export function testedKey(site: Site, key: Tree): string | null {
  const here = testedAt(site, key, site.operation) ?? testedBefore(site, key);
  if (here !== null || key.type !== "name") return here;
  const { fn } = site.operation;
  const given = fn.bindings.get(key.name);
  if (given?.kind !== "parameter" || given.values.length > 0) return null;
  const asked = site.analysis.callSites(fn).map((call) => {
    const arg = call.tree.args[given.index];
    return arg ? testedAt(site, arg, call) : null;
  });
  return asked.length > 0 && asked.every((by) => by !== null) ? asked[0]! : null;
}

/** `for key in taken`, where all that `taken` was given passed a test. */
function testedBefore(site: Site, key: Tree): string | null {
  const puts = putsBefore(site.analysis, key, site.operation.fn) ?? [];
  const asked = puts.map(({ element, site: put }) => testedAt(site, element, put));
  return asked.length > 0 && asked.every((by) => by !== null) ? asked[0]! : null;
}

/** What the tests around some code, and those that end its function before, say of a key. */
function testedAt(site: Site, key: Tree, standing: Standing): string | null {
  const { around, exits, fn, tree } = standing;
  const name = dottedName(key);
  if (name === "") return null;
  const known = [
    ...around.flatMap((outer) =>
      outer.type === "if"
        ? { test: outer.test, holds: outer.then.some((part) => encloses(part, tree)) }
        : []
    ),
    // `if name not in TABLE: raise`
    ...exits.map((test) => ({ test, holds: false })),
  ];
  for (const { test, holds } of known) {
    const by = reason(test, holds, (part, isTrue) => ofTest(site, part, isTrue, name, fn));
    if (by !== null) return by;
  }
  return null;
}

/** Why a key is one of few where a test is true, or false, by what its simple parts say. */
function reason(
  test: Tree,
  isTrue: boolean,
  simple: (part: Tree, isTrue: boolean) => string | null,
): string | null {
  const all = test.type === "operation" && /^(and|&&)$/.test(test.operator) ? test.operands : null;
  const any = test.type === "choice" && test.test === null ? test.options : null;
  const parts = all ?? any;
  if (parts !== null) {
    const reasons = parts.map((part) => reason(part, isTrue, simple));
    // Of a true `and` each part is true, of a true `or` at least one; false, it is the other way.
    const eachHolds = isTrue === (all !== null);
    const first = reasons.find((by) => by !== null) ?? null;
    return eachHolds || reasons.every((by) => by !== null) ? first : null;
  }
  return test.type === "operation" && /^(!|not)$/.test(test.operator)
    ? reason(test.operands[0]!, !isTrue, simple)
    : simple(test, isTrue);
}

/** What one test without `and`, `or` and `not` says of a key. */
function ofTest(
  site: Site,
  test: Tree,
  isTrue: boolean,
  name: string,
  fn: FunctionModel,
): string | null {
  const ofAsked = ofTable(site, tableAsked(site, test, isTrue, name, fn), fn);
  if (ofAsked !== null || site.ownOnly) return ofAsked;
  return ofComparison(site, test, isTrue, name, fn) ??
    listedKey(site.analysis, test, isTrue, name, fn);
}

function ofTable(site: Site, table: Tree | null, fn: FunctionModel): string | null {
  if (table === null) return null;
  const { analysis, operation } = site;
  const place = analysis.resolver.resolve(table, fn);
  if (place?.key === operation.place.key) return `only keys that ${dottedName(table)} has`;
  if (site.ownOnly) return null;
  // `["soft", "hard"].includes(kind)`
  if (table.type === "collection") {
    const isWritten = table.entries.every(({ key, value, spread }) =>
      !spread && closedKey(analysis, key ?? value, fn) !== null
    );
    return isWritten ? "one of few values" : null;
  }
  return isFixed(analysis, table, fn, (entered) => keepsKeys(site, entered)) ||
      place !== null && declaredKeys(analysis, place)
    ? `one per key of ${dottedName(table)}`
    : null;
}

/** `if key in table: table[key] = …` gives the table no key that it does not have. */
function keepsKeys({ analysis }: Site, operation: Operation): boolean {
  return operation.effect === "insert" && operation.detail !== null &&
    testedKey({ analysis, operation, ownOnly: true }, operation.detail) !== null;
}

/** `kind === "soft"`, or what is left after `if (kind !== "soft") return`. */
function ofComparison(
  { analysis }: Site,
  test: Tree,
  isTrue: boolean,
  name: string,
  fn: FunctionModel,
): string | null {
  const equal = isTrue ? /^(={2,3}|is)$/ : /^(!={1,2}|is not)$/;
  if (test.type !== "operation" || !equal.test(test.operator)) return null;
  const other = test.operands.find((part) => dottedName(part) !== name);
  const isOfKey = test.operands.some((part) => dottedName(part) === name);
  return isOfKey && other !== undefined && closedKey(analysis, other, fn) !== null
    ? "one of few values"
    : null;
}

/** The table that a test finds a name in: `name in TABLE`, `TABLE.has(name)`, `TABLE[name]`. */
function tableAsked(
  site: Site,
  test: Tree,
  isTrue: boolean,
  name: string,
  fn: FunctionModel,
): Tree | null {
  const isKey = (part: Tree | undefined): boolean =>
    part !== undefined && dottedName(part) === name;
  if (test.type === "operation") {
    const [left, right] = test.operands;
    if (isKey(left) && test.operator === (isTrue ? "in" : "not in")) return right ?? null;
    // `handler is None`, `handler === undefined`: nothing was found.
    const isNothing = right?.type === "constant" && right.value !== true;
    const found = isTrue ? /^(!={1,2}|is not)$/ : /^(={2,3}|is)$/;
    return isNothing && found.test(test.operator) ? tableAsked(site, left!, true, name, fn) : null;
  }
  if (!isTrue) return null;
  // `handler = TABLE.get(name)`, then `if handler`
  if (test.type === "name") {
    const [value, ...others] = lookUp(fn, test.name)?.binding.values ?? [];
    const isOther = value === undefined || others.length > 0 || value.type === "name";
    const table = isOther ? null : tableAsked(site, value, true, name, fn);
    return table !== null && isKnown(site, table, fn) ? table : null;
  }
  if (test.type === "index" && test.index !== null && isKey(test.index)) return test.object;
  if (test.type !== "call" || test.callee.type !== "member") return null;
  if (/^Object\.hasOwn$/.test(dottedName(test.callee)) && isKey(test.args[1])) {
    return test.args[0] ?? null;
  }
  const { property, object } = test.callee;
  if (!isKey(test.args[0])) return null;
  // With a default (`TABLE.get(name, 0)`) something is always found.
  const isFound = property === "get" && test.args.length === 1 && isKnown(site, object, fn);
  return isFound || /^(has|includes|hasOwn)$/.test(property) ? object : null;
}

/** A table of these sources, not a client or a database that looks something up. */
function isKnown({ analysis }: Site, table: Tree, fn: FunctionModel): boolean {
  const place = analysis.resolver.resolve(table, fn);
  return place !== null && place.path.length > 0 &&
    /^(map|set|list|fixed)$/.test(analysis.container(place).shape);
}
