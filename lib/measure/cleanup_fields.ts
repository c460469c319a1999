/**
 * Reads every own field of an object, private `#fields` included, through the inspector of the
 * process the object lives in, and says what a method did to each.
 *
 * @module
 */

import { type Runtime, Session } from "node:inspector";
import type { FieldFate } from "./cleanup_result.ts";

/** One own field at one moment. */
export interface FieldState {
  readonly field: string;
  /** What a person sees: `Map(3)`, `12.5`, `null`, `RingBuffer`. */
  readonly description: string;
  /** The value itself. Holding it keeps it alive. */
  readonly value: unknown;
  /** Elements, entries or bytes, by its kind; null where it has no size. */
  readonly size: number | null;
  /** Whether it kept bytes beyond its own slot at that moment. */
  readonly holds: boolean;
}

const HANDLE = "__heapbook_subject__";
const LONG_TEXT = 256; // characters; a longer one counts as memory held
const DEPTH = 3; // levels of kept objects that are searched for something still held

/** Returns every own field of an object. */
export function readFields(instance: object): readonly FieldState[] {
  const session = new Session();
  const handle = globalThis as Record<string, unknown>;
  const found: unknown[] = [];
  session.connect();
  handle[HANDLE] = { instance, found };
  try {
    return ownProperties(session).flatMap((property) => readField(session, property, found));
  } finally {
    delete handle[HANDLE];
    session.post("Runtime.releaseObjectGroup", { objectGroup: HANDLE });
    session.disconnect();
  }
}

/** Says for each field what happened to it between two readings. */
export function compareFields(
  before: readonly FieldState[],
  after: readonly FieldState[],
  keeps: Readonly<Record<string, string>> = {},
): readonly FieldFate[] {
  const later = new Map(after.map((state) => [state.field, state]));
  const fates = before.map((state) => fateOf(state, later.get(state.field), keeps));
  const known = new Set(before.map(({ field }) => field));
  const added = after.filter(({ field, holds }) => !known.has(field) && holds).map(
    ({ field, description }): FieldFate => ({
      field,
      before: "absent",
      after: description,
      fate: "grown",
      reason: "",
    }),
  );
  return [...fates, ...added];
}

/** Returns whether a fate may stand: nothing grew, and what was kept has a reason. */
export function isAcceptable({ fate, reason }: FieldFate): boolean {
  return fate !== "grown" && (fate !== "kept" || reason !== "");
}

function fateOf(
  before: FieldState,
  after: FieldState | undefined,
  keeps: Readonly<Record<string, string>>,
): FieldFate {
  const row = {
    field: before.field,
    before: before.description,
    after: after?.description ?? "absent",
  };
  const value = after?.value;
  if (!before.holds) {
    if (after?.holds) return { ...row, fate: "grown", reason: "" };
    return { ...row, fate: "kept", reason: keeps[row.field] ?? "holds no memory" };
  }
  if (value === null || value === undefined) return { ...row, fate: "released", reason: "" };
  if (!after?.holds) return { ...row, fate: "emptied", reason: "" };
  if ((after.size ?? 0) > (before.size ?? Infinity)) return { ...row, fate: "grown", reason: "" };
  if (isEmptied(value, row.field, keeps)) return { ...row, fate: "emptied", reason: "" };
  return { ...row, fate: "kept", reason: keeps[row.field] ?? "" };
}

/** Whether a value keeps bytes beyond its own slot: not so for numbers, flags and empty containers. */
function holdsMemory(value: unknown): boolean {
  if (typeof value === "string") return value.length > LONG_TEXT;
  if (typeof value === "function") return true;
  if (typeof value !== "object" || value === null) return false;
  return sizeOf(value) !== 0;
}

/** Whether an object is still there but everything it owned is gone, or kept for a stated reason. */
export function isEmptied(
  value: unknown,
  path: string,
  keeps: Readonly<Record<string, string>>,
  depth: number = DEPTH,
): boolean {
  if (!holdsMemory(value)) return true;
  if (depth === 0 || typeof value !== "object" || value === null) return false;
  if (sizeOf(value) !== null) return false;
  return readFields(value).every((state) => {
    const inner = `${path}.${state.field}`;
    return inner in keeps || isEmptied(state.value, inner, keeps, depth - 1);
  });
}

function ownProperties(session: Session): readonly Runtime.PropertyDescriptor[] {
  const expression = `globalThis.${HANDLE}.instance`;
  const { objectId } = ask(session, "Runtime.evaluate", { expression, objectGroup: HANDLE })
    .result as Runtime.RemoteObject;
  const answer = ask(session, "Runtime.getProperties", { objectId, ownProperties: true });
  const own = answer.result as Runtime.PropertyDescriptor[];
  const hidden = answer.privateProperties as Runtime.PropertyDescriptor[] | undefined;
  // V8 lists the prototype among the own properties; accessors have no value of their own.
  return [...own, ...(hidden ?? [])].filter(({ name, value }) => value && name !== "__proto__");
}

function readField(
  session: Session,
  { name, value }: Runtime.PropertyDescriptor,
  found: unknown[],
): readonly FieldState[] {
  if (value === undefined) return [];
  const actual = value.objectId === undefined ? value.value : fetchObject(session, value, found);
  return [{
    field: name,
    description: describe(actual),
    value: actual,
    size: sizeOf(actual),
    holds: holdsMemory(actual),
  }];
}

function fetchObject(session: Session, { objectId }: Runtime.RemoteObject, found: unknown[]) {
  ask(session, "Runtime.callFunctionOn", {
    objectId,
    functionDeclaration: `function () { globalThis.${HANDLE}.found.push(this); }`,
  });
  return found.pop();
}

// The session runs on the thread it inspects, so the answer is there when `post` returns.
function ask(session: Session, method: string, parameters: object): Record<string, unknown> {
  let answer: Record<string, unknown> = {};
  session.post(method, parameters, (error, result) => {
    if (error !== null) throw new Error(`Cannot read fields as ${method} failed: ${error.message}`);
    answer = result as Record<string, unknown>;
  });
  return answer;
}

function sizeOf(value: unknown): number | null {
  if (Array.isArray(value) || typeof value === "string") return value.length;
  if (value instanceof Map || value instanceof Set) return value.size;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return value.byteLength;
  return null;
}

function describe(value: unknown): string {
  if (typeof value === "string") {
    return value.length > 32 ? `text of ${value.length} characters` : JSON.stringify(value);
  }
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (typeof value !== "object" || value === null) return String(value);
  const name = value.constructor?.name ?? "Object";
  const size = sizeOf(value);
  if (size === null) return name;
  return ArrayBuffer.isView(value)
    ? `${name}(${(value as Uint8Array).length})`
    : `${name}(${size})`;
}
