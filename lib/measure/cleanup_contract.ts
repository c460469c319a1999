/**
 * How the cleanup of one class is verified: what makes an instance, what uses it, what ends it.
 * A target module exports `cleanupSubjects`, an array of these; a module that only names its
 * classes in `meta.classes` gets subjects made from its cycles.
 *
 * @module
 */

/** One class whose cleanup is verified. */
export interface CleanupContract<T extends object = object> {
  /** Name of the class, as reports show it. */
  readonly class: string;
  /** Makes a fresh instance. */
  create(): T | Promise<T>;
  /** Does one unit of work; the same work on equal instances returns equal values. */
  use?(instance: T): unknown;
  /** Makes an exception arise inside the instance: it must throw or reject. */
  fail?(instance: T): unknown;
  /** Returns the objects that the instance owns and must end together with itself, by name. */
  nested?(instance: T): Readonly<Record<string, object>>;
  /** Makes the cleanup of something that the instance owns throw. */
  sabotage?(instance: T): void;
  /** Returns what a reset must leave alone, such as gains. */
  settings?(instance: T): unknown;
  /** Why a field may stay after cleanup, by field: `name`, `#name` (private), `name.inner`. */
  readonly keeps?: Readonly<Record<string, string>>;
  /** Work space that each step writes before it reads, by field as in `keeps`: no state of its own. */
  readonly scratch?: readonly string[];
  /** Why the class needs no method that ends it; its fields must then hold nothing to be ended. */
  readonly needsNoEnd?: string;
  /** Whether work after cleanup may succeed; it must be a clear error where absent. */
  readonly usableAfterCleanup?: boolean;
}

/** A statement about classes used on several threads at once. */
export interface ConcurrencyContract {
  readonly class: string;
  readonly method: string;
  /** Stable key, for example `concurrency.same_result`. */
  readonly check: string;
  readonly expected: string;
  /** Runs the behaviour and says what was observed. */
  run(): Promise<{ readonly passed: boolean; readonly observed: string }>;
}

/** Methods that end an instance, in the order in which they are looked for. */
export const ENDING_METHODS: readonly string[] = [
  "cleanup",
  "dispose",
  "close",
  "destroy",
  "terminate",
  "release",
  "stop",
];

/** Methods that take an instance back to its start. */
export const RESET_METHODS: readonly string[] = ["reset", "clear"];

/** A method of an instance that ends it, with its name, or null where the instance has none. */
export interface NamedMethod {
  readonly name: string;
  call(): unknown;
}

/** Returns the method by which an instance is ended. */
export function endingMethod(instance: object): NamedMethod | null {
  return firstMethod(instance, ENDING_METHODS) ?? disposeMethod(instance);
}

/** Returns the method by which an instance is taken back to its start. */
export function resetMethod(instance: object): NamedMethod | null {
  return firstMethod(instance, RESET_METHODS);
}

/** Returns the instance's `[Symbol.dispose]` or `[Symbol.asyncDispose]`. */
export function disposeMethod(instance: object): NamedMethod | null {
  for (const key of ["dispose", "asyncDispose"] as const) {
    const symbol = Symbol[key] as symbol | undefined;
    const method = symbol && (instance as Record<symbol, unknown>)[symbol];
    if (typeof method === "function") {
      return { name: `[Symbol.${key}]`, call: () => method.call(instance) };
    }
  }
  return null;
}

function firstMethod(instance: object, names: readonly string[]): NamedMethod | null {
  const methods = instance as Record<string, unknown>;
  const name = names.find((name) => typeof methods[name] === "function");
  return name === undefined
    ? null
    : { name, call: () => (methods[name] as () => unknown).call(instance) };
}
