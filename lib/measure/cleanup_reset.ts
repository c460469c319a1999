/**
 * Whether reset clears state and history, keeps the settings, and leaves an instance that does
 * exactly what a fresh one does, bit for bit.
 *
 * @module
 */

import { serialize } from "node:v8";
import { type CleanupContract, resetMethod } from "./cleanup_contract.ts";
import { type FieldState, readFields } from "./cleanup_fields.ts";
import { rowsOf } from "./cleanup_ending.ts";
import type { CleanupRow } from "./cleanup_result.ts";

const DEPTH = 4; // levels of nested objects that are compared

/** Verifies the reset method of a class; a class without one has nothing to verify. */
export async function resetChecks(subject: CleanupContract): Promise<readonly CleanupRow[]> {
  const instance = await subject.create();
  const method = resetMethod(instance);
  if (method === null || subject.use === undefined) return [];
  const fresh = await subject.create();
  const print = (state: FieldState) => fingerprint(state, subject.scratch ?? []);
  const freshState = readFields(fresh).map(print);
  const settings = subject.settings && bits(subject.settings(instance));
  await subject.use(instance);
  const used = readFields(instance).map(print);
  await method.call();
  const resetState = readFields(instance).map(print);
  const kept = subject.settings && bits(subject.settings(instance));
  const [again, first] = [await subject.use(instance), await subject.use(fresh)];
  const row = rowsOf(subject, method.name);
  return [
    row(
      "reset.clears_state",
      "each field is as in a fresh instance",
      cleared(freshState, used, resetState, subject.scratch ?? []),
    ),
    ...(settings === undefined ? [] : [
      row("reset.keeps_settings", "settings are the same bits before and after", {
        passed: settings === kept,
        observed: settings === kept ? "same bits" : "settings changed",
      }),
    ]),
    row(
      "reset.bit_identical",
      "after reset the same work gives the same bits as a fresh instance",
      {
        passed: first !== undefined && bits(again) === bits(first),
        observed: bits(again) === bits(first)
          ? `${bits(first).length / 2} bytes of results are equal`
          : "results differ",
      },
    ),
  ];
}

function cleared(
  fresh: readonly string[],
  used: readonly string[],
  after: readonly string[],
  scratch: readonly string[],
) {
  const other = after.filter((text, i) => text !== fresh[i]).map((text) => text.split("=", 1)[0]);
  const changed = used.filter((text, i) => text !== fresh[i]).length;
  const how = changed > 0 || scratch.length === 0
    ? `${changed} of ${fresh.length} fields changed by work and back at their start`
    : "work changes its work space only";
  return {
    // Work that changes nothing would prove nothing, unless there is no state to change.
    passed: other.length === 0 && (changed > 0 || scratch.length > 0),
    observed: other.length > 0 ? `differs in ${other.join(", ")}` : how,
  };
}

/** Text that is equal exactly where two fields hold equal content, but for work space. */
function fingerprint(
  { field, description, value }: FieldState,
  scratch: readonly string[],
): string {
  if (scratch.includes(field)) return `${field}=work space`;
  return `${field}=${description} ${bits(value, field, scratch)}`;
}

function bits(value: unknown, path = "", scratch: readonly string[] = []): string {
  try {
    return serialize(plain(value, DEPTH, path, scratch)).toString("hex");
  } catch {
    return ""; // functions and handles have no content to compare
  }
}

/** Copies what can be compared: own fields of objects, private ones included, to some depth. */
function plain(value: unknown, depth: number, path: string, scratch: readonly string[]): unknown {
  if (typeof value === "function") return "function";
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (depth === 0 || value instanceof ArrayBuffer) return value.constructor?.name;
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) {
    return [...value].map((item) => plain(item, depth - 1, path, scratch));
  }
  return readFields(value).filter(({ field }) => !scratch.includes(`${path}.${field}`)).map(
    (state) => [state.field, plain(state.value, depth - 1, `${path}.${state.field}`, scratch)],
  );
}
