/**
 * Loads the idioms that the rules know from the YAML files in `rules/`, one per language family.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Language } from "./syntax.ts";

/** What a container is, as far as its growth goes. */
export type Shape =
  | "list"
  | "map"
  | "set"
  | "ring"
  | "weak"
  | "queue"
  | "fixed"
  | "text"
  | "number"
  /** An instance of a class that these sources do not show. */
  | "opaque"
  | "unknown";

/** An ast-grep rule that finds something by its syntax alone. */
export interface SyntaxRule {
  readonly id: string;
  readonly kind: "weak_reference" | "finaliser" | "listener" | "timer" | "module_state";
  /** The use is a mistake rather than a fact. */
  readonly bad?: boolean;
  /** The rule is tried only in sources that contain this text. */
  readonly word: string;
  readonly rule: object;
  readonly removal?: readonly string[];
  readonly note: string;
}

/** The idioms of one language. */
export interface Idioms {
  readonly grow: ReadonlyMap<string, readonly Shape[]>;
  readonly shrink: ReadonlySet<string>;
  readonly shrinkQueueOnly: ReadonlySet<string>;
  readonly clear: ReadonlySet<string>;
  /** Methods that give an element of a container. */
  readonly element: ReadonlySet<string>;
  /** Functions that grow the container given as the argument of that index. */
  readonly growFunctions: ReadonlyMap<string, number>;
  readonly shrinkFunctions: ReadonlyMap<string, number>;
  readonly size: ReadonlySet<string>;
  shapeOfConstructor(name: string): Shape | null;
  shapeOfAnnotation(annotation: string): Shape | null;
  readonly dataAnnotation: RegExp;
  readonly callableAnnotation: RegExp;
  readonly sharedAnnotation: RegExp;
  readonly constructors: ReadonlySet<string>;
  readonly lifecycle: RegExp;
  readonly destructors: ReadonlySet<string>;
  readonly rules: readonly SyntaxRule[];
}

/** Shape of a rule file. */
interface RuleFile {
  readonly grow: Readonly<Record<string, Shape[]>>;
  readonly shrink: readonly string[];
  readonly shrink_queue_only: readonly string[];
  readonly clear: readonly string[];
  readonly element: readonly string[];
  readonly grow_functions: Readonly<Record<string, number>>;
  readonly shrink_functions: Readonly<Record<string, number>>;
  readonly size: readonly string[];
  readonly constructors: Readonly<Record<string, string[]>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly data_annotation: string;
  readonly callable_annotation: string;
  readonly shared_annotation: string;
  readonly constructor: readonly string[];
  readonly lifecycle: string;
  readonly destructor: readonly string[];
  readonly rules: readonly SyntaxRule[];
}

const loaded = new Map<string, Idioms>();

/** Returns the idioms of a language; read from disk once. */
export function idiomsOf(language: Language): Idioms {
  const name = language === "python" ? "python" : "typescript";
  let idioms = loaded.get(name);
  if (idioms === undefined) {
    idioms = compile(parse(readFileSync(locate(`${name}.yaml`), "utf8")) as RuleFile);
    loaded.set(name, idioms);
  }
  return idioms;
}

/** The rules stand beside the sources; compiled code in `dist/patterns` finds them from there. */
function locate(name: string): URL {
  const beside = new URL(`./rules/${name}`, import.meta.url);
  return existsSync(beside) ? beside : new URL(`../../patterns/rules/${name}`, import.meta.url);
}

function compile(file: RuleFile): Idioms {
  const constructors = Object.entries(file.constructors).map(([shape, names]) => ({
    shape: shape as Shape,
    matches: names.map(matcher),
  }));
  const annotations = Object.entries(file.annotations).map(([shape, pattern]) => ({
    shape: shape as Shape,
    pattern: new RegExp(pattern),
  }));
  return {
    grow: new Map(Object.entries(file.grow)),
    shrink: new Set(file.shrink),
    shrinkQueueOnly: new Set(file.shrink_queue_only),
    clear: new Set(file.clear),
    element: new Set(file.element),
    growFunctions: new Map(Object.entries(file.grow_functions)),
    shrinkFunctions: new Map(Object.entries(file.shrink_functions)),
    size: new Set(file.size),
    shapeOfConstructor: (name) =>
      constructors.find(({ matches }) => matches.some((match) => match(name)))?.shape ?? null,
    shapeOfAnnotation: (annotation) =>
      annotations.find(({ pattern }) => pattern.test(annotation))?.shape ?? null,
    dataAnnotation: new RegExp(file.data_annotation),
    callableAnnotation: new RegExp(file.callable_annotation),
    sharedAnnotation: new RegExp(file.shared_annotation),
    constructors: new Set(file.constructor),
    lifecycle: new RegExp(file.lifecycle),
    destructors: new Set(file.destructor),
    rules: file.rules,
  };
}

function matcher(entry: string): (name: string) => boolean {
  const regular = /^\/(.*)\/$/.exec(entry);
  if (regular === null) return (name) => name === entry;
  const pattern = new RegExp(regular[1]!);
  return (name) => pattern.test(name);
}
