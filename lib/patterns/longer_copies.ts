/**
 * Copies of a state with more in them than it had, made by functions of libraries: concatenated
 * arrays and buffers, joined texts.
 *
 * @module
 */
import { dottedName } from "./places.ts";
import type { CallTree, Tree } from "./tree.ts";

/** What a copy has more than the original, and what made it. */
export interface Longer {
  readonly verb: string;
  readonly detail: Tree | null;
}

/** Functions that put arrays, tensors or frames together: `np.append`, `torch.cat`. */
export const JOINS: RegExp =
  /(^|\.)(append|concatenate|concat|cat|[vhdc]stack|column_stack|row_stack)$/;

/** `new Uint8Array(this.log.length + n)`, `Buffer.concat([this.log, chunk])`: a longer copy. */
export function longerCopy(value: Tree, self: (part: Tree) => boolean): Longer | null {
  if (value.type !== "call") return null;
  const [first] = value.args;
  const isLongerBuffer = value.construct && first?.type === "operation" &&
    first.operator === "+" &&
    first.operands.some((part) =>
      part.type === "member" && /^(length|byteLength)$/.test(part.property) && self(part.object)
    );
  const isConcat = /(^|\.)concat$/.test(dottedName(value.callee)) &&
    first?.type === "collection" &&
    first.entries.some((entry) => self(entry.value)) && first.entries.length > 1;
  return isLongerBuffer || isConcat ? { verb: "longer copy", detail: first ?? null } : null;
}

/** `new Set(this.seen).add(id)`, `new Map(this.rates).set(key, rate)`: a copy with one more in it. */
export function addedCopy(value: Tree, self: (part: Tree) => boolean): Longer | null {
  if (value.type !== "call" || value.callee.type !== "member") return null;
  const { callee: { property, object }, args: [added] } = value;
  if (!/^(add|set)$/.test(property) || added === undefined || object.type !== "call") return null;
  // `new Set(this.seen).add(a).add(b)`
  const isCopy = object.construct && /^(Set|Map)$/.test(dottedName(object.callee)) &&
    object.args[0] !== undefined && self(object.args[0]);
  return isCopy || addedCopy(object, self) !== null
    ? { verb: `copy.${property}`, detail: added }
    : null;
}

/** `[this.log, line].join("\n")`, `"\n".join([self.log, line])`, `[one].concat(this.list)` */
export function joinedCopy(
  { callee, args }: CallTree,
  self: (part: Tree) => boolean,
): Longer | null {
  const listed = callee.type === "member" && callee.property === "join"
    ? [callee.object, ...args].find((part) => part.type === "collection")
    : undefined;
  if (listed?.type === "collection" && listed.entries.length > 1) {
    const added = listed.entries.find((entry) => !self(entry.value));
    const isLonger = listed.entries.some((entry) => self(entry.value));
    if (isLonger) return { verb: "+", detail: added?.value ?? null };
  }
  const before = callee.type === "member" && callee.property === "concat" &&
      callee.object.type === "collection"
    ? callee.object.entries
    : [];
  const isJoined = callee.type === "member" && callee.property === "concat" &&
    callee.object.type === "collection" && args.some(self) && args.length + before.length > 1;
  return isJoined ? { verb: "concat", detail: before[0]?.value ?? args[1] ?? null } : null;
}
