/**
 * Finds what to verify in a target: the subjects it exports, or else the classes its `meta` names,
 * whose instances are taken from the context that its own cycles fill.
 *
 * @module
 */

import type { CleanupContract } from "./cleanup_contract.ts";
import type { LoadedTarget } from "./load_target.ts";

type Class = new () => object;

const DEPTH = 5; // levels of the context that are searched for an instance
const CYCLES = 3; // cycles that count as one unit of work

/** Returns the subjects of a target; none where it neither exports subjects nor names classes. */
export function cleanupSubjects(target: LoadedTarget): readonly CleanupContract[] {
  const exported = target.exports.cleanupSubjects;
  if (Array.isArray(exported)) return exported as readonly CleanupContract[];
  return (target.meta.classes ?? []).map((name) => subjectFromCycles(target, name));
}

/**
 * Returns the subjects whose classes are named, or all where no names are given.
 *
 * @throws {RangeError} where the module lacks one of them.
 */
export function namedSubjects(
  target: LoadedTarget,
  classes: readonly string[] | undefined,
): readonly CleanupContract[] {
  const subjects = cleanupSubjects(target);
  return classes?.map((name) => {
    const found = subjects.find((subject) => subject.class === name);
    if (found !== undefined) return found;
    throw new RangeError(
      `Cannot verify cleanup as the module must have the class: current value is "${name}"`,
    );
  }) ?? subjects;
}

function subjectFromCycles(target: LoadedTarget, name: string): CleanupContract {
  const constructor = target.exports[name];
  if (typeof constructor !== "function") {
    throw new TypeError(
      `Cannot verify class "${name}" as the target must export it: it exports ${
        Object.keys(target.exports).join(", ")
      }`,
    );
  }
  const { contract, options } = target;
  const contexts = new WeakMap<object, { value: unknown }>();
  return {
    class: name,
    usableAfterCleanup: true,
    async create() {
      const context = await contract.setup?.(options);
      await contract.cycle(context, 0);
      const found = findInstance(context, constructor as Class, DEPTH, new Set());
      const instance = found ?? new (constructor as Class)();
      // A box, so that the context lives as long as its instance and no longer.
      if (found) contexts.set(instance, { value: context });
      return instance;
    },
    async use(instance) {
      const context = contexts.get(instance);
      if (context === undefined) return;
      for (let i = 1; i <= CYCLES; i++) await contract.cycle(context.value, i);
    },
  };
}

function findInstance(
  value: unknown,
  constructor: Class,
  depth: number,
  seen: Set<unknown>,
): object | null {
  if (typeof value !== "object" || value === null || depth < 0 || seen.has(value)) return null;
  if (value instanceof constructor) return value;
  seen.add(value);
  const inner = value instanceof Map
    ? [...value.keys(), ...value.values()]
    : value instanceof Set
    ? [...value]
    : Object.values(value);
  for (const item of inner) {
    const found = findInstance(item, constructor, depth - 1, seen);
    if (found !== null) return found;
  }
  return null;
}
