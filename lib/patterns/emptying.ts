/**
 * Values that empty what they are assigned to, and tests of how much there is.
 *
 * @module
 */
import { dottedName } from "./places.ts";
import { contains } from "./tree.ts";
import type { Tree } from "./tree.ts";

/** `if (buffer.length >= limit)` asks how much there is, not whether there is anything. */
export function asksSize(test: Tree): boolean {
  return contains(
    test,
    (part) =>
      part.type === "operation" && /^(<|<=|>|>=|==|===)$/.test(part.operator) &&
      part.operands.some((side) =>
        side.type === "member" && /^(length|size|byteLength)$/.test(side.property) ||
        side.type === "call" && dottedName(side.callee) === "len"
      ),
  );
}

/** Tells whether a value empties what it is assigned to. */
export function isEmptying(value: Tree): "empty" | "nothing" | "other" {
  if (value.type === "collection" && value.shape !== "tuple") {
    const isEmpty = value.entries.every((entry) =>
      entry.key !== null && !entry.spread && isEmptying(entry.value) === "empty"
    );
    return isEmpty ? "empty" : "other";
  }
  if (value.type === "text" && value.value === "") return "empty";
  if (value.type === "call" && value.construct && value.args[0]?.type === "number") {
    if (value.args[0].value === 0) return "empty";
  }
  if (value.type === "constant" && value.value === null) return "nothing";
  // `Object.create(null)`; with any other prototype it has what that one has.
  const [prototype] = value.type === "call" && dottedName(value.callee) === "Object.create"
    ? value.args
    : [];
  if (prototype?.type === "constant" && prototype.value === null) return "empty";
  if (
    value.type === "call" && value.args.length === 0 &&
    /^(list|dict|set|deque|Map|Set|OrderedDict|defaultdict|Array)$/.test(
      dottedName(value.callee).split(".").at(-1)!,
    )
  ) {
    return "empty";
  }
  if (
    value.type === "call" && /(^|\.)(deque|defaultdict|Map|Set)$/.test(dottedName(value.callee)) &&
    value.args.every((arg) => arg.type !== "call" && arg.type !== "member")
  ) {
    return "empty";
  }
  return "other";
}
