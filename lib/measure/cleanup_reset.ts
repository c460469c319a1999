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

/** Verifies the reset method of a class; a class without one has nothing to verify. */
export async function resetChecks(subject: CleanupContract): Promise<readonly CleanupRow[]> {
  const instance = await subject.create();
  const method = resetMethod(instance);
  if (method === null || subject.use === undefined) return [];
  const fresh = await subject.create();
  const freshState = readFields(fresh).map(fingerprint);
  const settings = subject.settings && bits(subject.settings(instance));
  await subject.use(instance);
  const used = readFields(instance).map(fingerprint);
  await method.call();
  const resetState = readFields(instance).map(fingerprint);
  const kept = subject.settings && bits(subject.settings(instance));
  const [again, first] = [await subject.use(instance), await subject.use(fresh)];
  const row = rowsOf(subject, method.name);
  return [
    row(
      "reset.clears_state",
      "each field is as in a fresh instance",
      cleared(freshState, used, resetState),
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

function cleared(fresh: readonly string[], used: readonly string[], after: readonly string[]) {
  const other = after.filter((text, i) => text !== fresh[i]).map((text) => text.split("=", 1)[0]);
  const changed = used.filter((text, i) => text !== fresh[i]).length;
  return {
    passed: other.length === 0 && changed > 0,
    observed: other.length > 0
      ? `differs in ${other.join(", ")}`
      : `${changed} of ${fresh.length} fields changed by work and back at their start`,
  };
}

/** Text that is equal exactly where two fields hold equal content. */
function fingerprint({ field, description, value }: FieldState): string {
  return `${field}=${description} ${bits(value)}`;
}

function bits(value: unknown): string {
  try {
    return serialize(plain(value, 3)).toString("hex");
  } catch {
    return ""; // functions and handles have no content to compare
  }
}

/** Copies what can be compared: own fields of objects, private ones included, to some depth. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value === "function") return "function";
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (depth === 0 || value instanceof ArrayBuffer) return value.constructor?.name;
  if (Array.isArray(value)) return value.map((item) => plain(item, depth - 1));
  if (value instanceof Map || value instanceof Set) {
    return [...value].map((v) => plain(v, depth - 1));
  }
  return readFields(value).map((state) => [state.field, plain(state.value, depth - 1)]);
}
