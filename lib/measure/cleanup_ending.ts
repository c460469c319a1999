/**
 * What the method that ends an instance does: to its fields, to what it owns, called twice, early,
 * after an exception, through `Symbol.dispose`; and what the instance does afterwards.
 *
 * @module
 */

import { type CleanupContract, disposeMethod, endingMethod } from "./cleanup_contract.ts";
import { compareFields, isAcceptable, isEmptied, readFields } from "./cleanup_fields.ts";
import type { CleanupRow, FieldFate } from "./cleanup_result.ts";

/** Fate of each field, and the statements about the ending method. */
export interface EndingResult {
  readonly fields: readonly FieldFate[];
  readonly checks: readonly CleanupRow[];
}

/** Says what was observed; `passed` is its judgement. */
interface Observation {
  readonly passed: boolean;
  readonly observed: string;
}

// Messages that V8 writes when code runs on into what is gone: no sentence meant for a person.
const UNCLEAR =
  /^Cannot (read|set) propert|is not (a function|iterable|defined)|^(null|undefined)\b/;

/** Verifies the ending method of a class, or states that it has none. */
export async function endingChecks(subject: CleanupContract): Promise<EndingResult> {
  const instance = await subject.create();
  const method = endingMethod(instance);
  if (method === null) return { fields: [], checks: [withoutEnd(subject, instance)] };
  await subject.use?.(instance);
  const before = readFields(instance);
  const nested = subject.nested?.(instance) ?? {};
  await method.call();
  const fields = compareFields(before, readFields(instance), subject.keeps);
  const row = rowsOf(subject, method.name);
  const checks = [
    row("cleanup.releases_fields", "every field released, emptied, or kept for a stated reason", {
      passed: fields.every(isAcceptable),
      observed: summary(fields),
    }),
    ...(subject.nested ? [row(...nestedEnded(subject, nested))] : []),
    row(
      "cleanup.idempotent",
      "a second call changes nothing and does not throw",
      await twice(instance),
    ),
    row(
      "cleanup.before_use",
      "an instance that was never used ends without an exception",
      await early(subject),
    ),
    ...(subject.use
      ? [row("cleanup.use_after", useAfterExpected(subject), await useAfter(subject, instance))]
      : []),
    ...(subject.fail
      ? [
        row(
          "cleanup.after_exception",
          "all is released after an exception inside",
          await afterException(subject),
        ),
      ]
      : []),
    ...(subject.sabotage
      ? [
        row(
          "cleanup.component_throws",
          "the rest is released when one component cannot be, and the error is passed on",
          await sabotaged(subject),
        ),
      ]
      : []),
    row(
      "dispose.same_as_cleanup",
      "Symbol.dispose is there and does to each field what cleanup does",
      await sameAsDispose(subject, fields),
    ),
    row(
      "dispose.scope_exit",
      "leaving the scope by an exception ends the instance and passes it on",
      await scopeExit(subject),
    ),
  ];
  return { fields, checks };
}

function withoutEnd(subject: CleanupContract, instance: object): CleanupRow {
  const row = rowsOf(subject, "cleanup");
  if (subject.needsNoEnd === undefined) {
    return row("cleanup.present", "a method that ends the instance", {
      passed: false,
      observed: "the class has none",
    });
  }
  const open = readFields(instance).filter(({ value }) =>
    typeof value === "object" && value !== null && endingMethod(value) !== null
  ).map(({ field }) => field);
  return row("cleanup.not_needed", `no field has to be ended: ${subject.needsNoEnd}`, {
    passed: open.length === 0,
    observed: open.length === 0 ? "no field has a method that ends it" : `${open.join(", ")} has`,
  });
}

/** Returns the maker of rows for one class and method. */
export function rowsOf(
  subject: CleanupContract,
  method: string,
): (check: string, expected: string, observation: Observation) => CleanupRow {
  return (check, expected, { passed, observed }) => ({
    class: subject.class,
    method,
    check,
    passed,
    observed,
    expected,
  });
}

/** Runs something that may throw and says how it ended. */
export async function attempt(action: () => unknown): Promise<Error | null> {
  try {
    await action();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function nestedEnded(
  { keeps = {} }: CleanupContract,
  nested: Readonly<Record<string, object>>,
): [string, string, Observation] {
  const held = Object.entries(nested).flatMap(([name, owned]) =>
    readFields(owned).filter(({ field, holds, value }) =>
      holds && typeof value === "object" && !(`${name}.${field}` in keeps) &&
      !isEmptied(value, `${name}.${field}`, keeps)
    ).map(({ field, description }) => `${name}.${field} = ${description}`)
  );
  const count = Object.keys(nested).length;
  return ["cleanup.nested", "each owned object has ended too", {
    passed: count > 0 && held.length === 0,
    observed: held.length === 0 ? `${count} owned objects ended` : held.join(", "),
  }];
}

async function sabotaged(subject: CleanupContract): Promise<Observation> {
  const instance = await subject.create();
  await subject.use?.(instance);
  const before = readFields(instance);
  subject.sabotage!(instance);
  const error = await attempt(() => endingMethod(instance)!.call());
  const fates = compareFields(before, readFields(instance), subject.keeps);
  return {
    passed: error !== null && fates.every(isAcceptable),
    observed: `${error === null ? "the error was swallowed" : `"${error.message}" passed on`}, ${
      summary(fates)
    }`,
  };
}

async function twice(instance: object): Promise<Observation> {
  const before = readFields(instance);
  const error = await attempt(() => endingMethod(instance)!.call());
  if (error !== null) return { passed: false, observed: `threw ${error.message}` };
  const changed = changes(before, readFields(instance));
  return {
    passed: changed.length === 0,
    observed: changed.length === 0 ? "nothing changed" : `changed ${changed.join(", ")}`,
  };
}

function changes(
  before: ReturnType<typeof readFields>,
  after: ReturnType<typeof readFields>,
): readonly string[] {
  return after.filter(({ description }, i) => description !== before[i]?.description).map(
    ({ field }) => field,
  );
}

async function early(subject: CleanupContract): Promise<Observation> {
  const instance = await subject.create();
  const error = await attempt(() => endingMethod(instance)!.call());
  return { passed: error === null, observed: error === null ? "ended" : `threw ${error.message}` };
}

function useAfterExpected(subject: CleanupContract): string {
  return subject.usableAfterCleanup
    ? "work succeeds, or fails with a clear error"
    : "work fails with an error that says why";
}

async function useAfter(subject: CleanupContract, ended: object): Promise<Observation> {
  const error = await attempt(() => subject.use!(ended));
  if (error === null) {
    return { passed: subject.usableAfterCleanup === true, observed: "work succeeded" };
  }
  const observed = `${error.name}: ${error.message.split("\n")[0]}`;
  return { passed: error.message !== "" && !UNCLEAR.test(error.message), observed };
}

async function afterException(subject: CleanupContract): Promise<Observation> {
  const instance = await subject.create();
  const before = readFields(instance);
  const inside = await attempt(() => subject.fail!(instance));
  if (inside === null) return { passed: false, observed: "no exception arose" };
  const error = await attempt(() => endingMethod(instance)!.call());
  if (error !== null) return { passed: false, observed: `cleanup threw ${error.message}` };
  const fates = compareFields(before, readFields(instance), subject.keeps);
  return {
    passed: fates.every(isAcceptable),
    observed: `after "${inside.message.split("\n")[0]}": ${summary(fates)}`,
  };
}

async function sameAsDispose(
  subject: CleanupContract,
  expected: readonly FieldFate[],
): Promise<Observation> {
  const instance = await subject.create();
  const method = disposeMethod(instance);
  if (method === null) return { passed: false, observed: "the class has no Symbol.dispose" };
  await subject.use?.(instance);
  const before = readFields(instance);
  await method.call();
  const fates = compareFields(before, readFields(instance), subject.keeps);
  const other = fates.filter(({ fate }, i) => fate !== expected[i]?.fate).map(({ field }) => field);
  return {
    passed: other.length === 0,
    observed: other.length === 0
      ? `${method.name}: ${summary(fates)}`
      : `differs in ${other.join(", ")}`,
  };
}

// What `using instance = …` compiles to; the statement itself is newer than Node 20.
async function scopeExit(subject: CleanupContract): Promise<Observation> {
  const instance = await subject.create();
  const method = disposeMethod(instance) ?? endingMethod(instance)!;
  const before = readFields(instance);
  const error = await attempt(async () => {
    try {
      await subject.use?.(instance);
      throw new Error("left early");
    } finally {
      await method.call();
    }
  });
  const fates = compareFields(before, readFields(instance), subject.keeps);
  return {
    passed: error?.message === "left early" && fates.every(isAcceptable),
    observed: `"${error?.message}" passed on, ${summary(fates)}`,
  };
}

function summary(fates: readonly FieldFate[]): string {
  const bad = fates.filter((fate) => !isAcceptable(fate));
  if (bad.length > 0) {
    return bad.map(({ field, fate, after }) => `${field} ${fate} (${after})`).join(", ");
  }
  const counts = (["released", "emptied", "kept"] as const).map((kind) =>
    `${fates.filter(({ fate }) => fate === kind).length} ${kind}`
  );
  return counts.join(", ");
}
