/**
 * Tells what kind of container an expression makes: a list, a map, a ring with its capacity, a
 * fixed array. Growth is a question only of some shapes.
 *
 * @module
 */
import type { Shape } from "./idioms.ts";
import { idiomsOf } from "./idioms.ts";
import type { ClassModel, FunctionModel, Project } from "./model.ts";
import { findClass, lookUp } from "./model.ts";
import { dottedName } from "./places.ts";
import type { CallTree, Tree } from "./tree.ts";

/** A container, as its initial value shows it. */
export interface Container {
  readonly shape: Shape;
  /** Capacity in words of the source, for a ring. */
  readonly capacity: string | null;
  /** Class of the project, where the value is an instance of one. */
  readonly instance: ClassModel | null;
  /** True when it starts with nothing in it. */
  readonly empty: boolean;
  /** Keys of a literal, to tell a fixed record from a map that grows. */
  readonly keys: readonly string[];
  /** Reading a key that is not there makes an entry (`defaultdict`, `Counter`). */
  readonly automatic: boolean;
  /** What its elements are, where the source says so (`defaultdict(list)`). */
  readonly element: Container | null;
  /** Initial values by key, for a literal. */
  readonly entries: ReadonlyMap<string, Tree>;
}

const UNKNOWN: Container = {
  shape: "unknown",
  capacity: null,
  instance: null,
  empty: false,
  keys: [],
  automatic: false,
  element: null,
  entries: new Map(),
};

/** Returns the container that an expression makes, `unknown` where it is none or cannot be seen. */
export function containerOf(
  tree: Tree | null,
  fn: FunctionModel,
  project: Project,
  depth = 0,
): Container {
  if (tree === null || depth > 6) return UNKNOWN;
  const next = (part: Tree): Container => containerOf(part, fn, project, depth + 1);
  switch (tree.type) {
    case "collection":
      return ofLiteral(tree);
    case "comprehension":
      return {
        ...UNKNOWN,
        shape: tree.shape,
        element: tree.element.length === 0 ? null : next(tree.element.at(-1)!),
      };
    case "text":
    case "template":
      return { ...UNKNOWN, shape: "text", empty: tree.type === "text" && tree.value === "" };
    case "number":
      return { ...UNKNOWN, shape: "number" };
    case "choice":
      return tree.options.map(next).find((option) =>
        option.shape !== "unknown" || option.instance !== null
      ) ?? UNKNOWN;
    case "operation": {
      const list = tree.operands.map(next).find((part) => part.shape === "list");
      return list === undefined ? UNKNOWN : { ...list, empty: false };
    }
    case "name": {
      const found = lookUp(fn, tree.name);
      if (found === null || found.binding.kind === "parameter") {
        return ofParameter(found?.binding, fn);
      }
      return found.binding.values.map((value) =>
        containerOf(value, found.scope, project, depth + 2)
      ).find((option) => option.shape !== "unknown" || option.instance !== null) ?? UNKNOWN;
    }
    case "call":
      return ofCall(tree, fn, project, depth);
    default:
      return UNKNOWN;
  }
}

/** Returns the container that a type annotation promises. */
export function containerOfAnnotation(
  annotation: string | null,
  fn: FunctionModel,
  project: Project,
): Container {
  if (annotation === null) return UNKNOWN;
  const shape = idiomsOf(fn.source.language).shapeOfAnnotation(annotation);
  if (shape !== null) return { ...UNKNOWN, shape };
  const name = /^["']?(?:Optional\[)?["']?([A-Za-z_][\w.]*)/.exec(annotation)?.[1] ?? "";
  const instance = name === "" ? null : findClass(project, name, fn);
  return instance === null ? UNKNOWN : { ...UNKNOWN, instance };
}

/** Returns the type of the elements that a type annotation promises, or null. */
export function elementType(annotation: string | null): string | null {
  if (annotation === null) return null;
  const bare = annotation.replace(/^(readonly|Readonly<)\s*/, "")
    .replace(/\s*\|\s*(undefined|null|None)\b/g, "").trim();
  const list = /^\(?(.+?)\)?\[\]$/.exec(bare);
  if (list !== null) return list[1]!;
  const single =
    /^(?:typing\.)?(?:Readonly)?(?:Array|Set|List|list|Deque|deque|set|Sequence)[<[](.+)[>\]]$/
      .exec(bare);
  if (single !== null) return single[1]!.trim();
  const keyed =
    /^(?:typing\.)?(?:Readonly)?(?:Map|Record|Dict|dict|DefaultDict|OrderedDict)[<[][^,<[]+,\s*(.+)[>\]]$/
      .exec(bare);
  if (keyed !== null) return keyed[1]!.trim();
  return /^\{\s*(?:readonly\s*)?\[\w+:\s*\w+\]\s*:\s*(.+?);?\s*\}$/.exec(bare)?.[1] ?? null;
}

function ofParameter(
  binding: { readonly annotation: string | null } | undefined,
  fn: FunctionModel,
): Container {
  const shape = binding?.annotation
    ? idiomsOf(fn.source.language).shapeOfAnnotation(binding.annotation)
    : null;
  return shape === null ? UNKNOWN : { ...UNKNOWN, shape };
}

function ofLiteral(tree: Extract<Tree, { type: "collection" }>): Container {
  const entries = new Map<string, Tree>();
  for (const { key, value } of tree.entries) {
    if (key?.type === "text") entries.set(key.value, value);
  }
  return {
    ...UNKNOWN,
    shape: tree.shape === "tuple" ? "fixed" : tree.shape,
    empty: tree.entries.length === 0,
    keys: [...entries.keys()],
    entries,
  };
}

function ofCall(tree: CallTree, fn: FunctionModel, project: Project, depth: number): Container {
  const name = dottedName(tree.callee);
  const factory = tree.keywords.find((keyword) => keyword.name === "default_factory")?.value;
  if (/(^|\.)field$/.test(name) && factory !== undefined) {
    return ofFactory(factory, fn, project, depth);
  }
  if (/(^|\.)defaultdict$/.test(name)) {
    const element = tree.args[0] ? ofFactory(tree.args[0], fn, project, depth) : null;
    return { ...UNKNOWN, shape: "map", empty: true, automatic: true, element };
  }
  if (/(^|\.)Counter$/.test(name)) {
    return { ...UNKNOWN, shape: "map", empty: tree.args.length === 0, automatic: true };
  }
  if (/(^|\.)deque$/.test(name)) {
    const limit = tree.keywords.find((keyword) => keyword.name === "maxlen")?.value ?? tree.args[1];
    if (limit !== undefined && !(limit.type === "constant" && limit.value === null)) {
      const capacity = textOf(limit, fn);
      return { ...UNKNOWN, shape: "ring", capacity: `deque(maxlen=${capacity})` };
    }
  }
  if (name === "Array" && fn.source.language !== "python") {
    return { ...UNKNOWN, shape: "list", empty: tree.args.length !== 1 };
  }
  if (isReference(name) && tree.args[0] !== undefined) {
    const entries = new Map([["current", tree.args[0]], ["value", tree.args[0]]]);
    return { ...UNKNOWN, shape: "map", keys: [...entries.keys()], entries };
  }
  if (name === "Object.assign" && tree.args[0] !== undefined) {
    return containerOf(tree.args[0], fn, project, depth + 1);
  }
  if (name === "Array.from" && tree.args[1]?.type === "function") {
    const element = ofFactory(tree.args[1], fn, project, depth);
    return { ...UNKNOWN, shape: "list", element };
  }
  const model = findClass(project, name, fn);
  const shape = model === null ? idiomsOf(fn.source.language).shapeOfConstructor(name) : null;
  if (shape === "ring") return { ...UNKNOWN, shape, capacity: textOf(tree, fn).slice(0, 60) };
  if (shape === "queue") {
    const limit = tree.keywords.find((keyword) => keyword.name === "maxsize")?.value ??
      tree.args[0];
    return limit === undefined
      ? { ...UNKNOWN, shape, empty: true }
      : { ...UNKNOWN, shape: "ring", capacity: `maxsize ${textOf(limit, fn)}` };
  }
  if (shape !== null) return { ...UNKNOWN, shape, empty: tree.args.length === 0 };
  if (model !== null && (tree.construct || fn.source.language === "python")) {
    return { ...UNKNOWN, instance: model };
  }
  // `x.slice()`, `[...].filter(…)`, `list.copy()` keep the shape of what they copy.
  if (
    tree.callee.type === "member" &&
    /^(slice|filter|map|concat|copy|fill|sort|reverse|flat)$/.test(tree.callee.property)
  ) {
    const inner = containerOf(tree.callee.object, fn, project, depth + 1);
    const filler = tree.callee.property === "fill" ? tree.args[0] : undefined;
    const element = filler === undefined
      ? inner.element
      : containerOf(filler, fn, project, depth + 1);
    if (inner.shape !== "unknown") return { ...inner, element, empty: false };
  }
  return ofResult(tree, fn, project, depth) ?? (isOpaque(tree, name) ? OPAQUE : UNKNOWN);
}

/** `useRef([])`, `shallowRef([])`: a component keeps what it made at its first call. */
export function isReference(name: string): boolean {
  return /^(React\.)?(useRef|createRef|ref|shallowRef)$/.test(name);
}

const OPAQUE: Container = { ...UNKNOWN, shape: "opaque" };

/** `new Digest()`, unless its name says that it is a container. */
function isOpaque(tree: CallTree, name: string): boolean {
  const simple = name.split(".").at(-1)!;
  return tree.construct && /^[A-Z]/.test(simple) &&
    !/(list|queue|array|stack|vector|buffer|heap|map|set|store|cache|collection|deque|registry)s?$/i
      .test(simple);
}

/** What a function of the same sources gives back. */
function ofResult(
  tree: CallTree,
  fn: FunctionModel,
  project: Project,
  depth: number,
): Container | null {
  if (tree.construct || tree.callee.type !== "name" || depth > 3) return null;
  const found = lookUp(fn, tree.callee.name);
  const own = found?.binding.values.find((value) => value.type === "function");
  const model = own === undefined ? undefined : project.byTree.get(own);
  if (model === undefined) return null;
  const known = results.get(model);
  if (known !== undefined) return known;
  results.set(model, null);
  const made = model.returns.map((value) => containerOf(value, model, project, depth + 2))
    .find((option) => option.shape !== "unknown" || option.instance !== null) ?? null;
  results.set(model, made);
  return made;
}

/** Results of functions, each found out once; a function under way counts as unknown. */
const results = new WeakMap<FunctionModel, Container | null>();

/** `list`, `dict`, a class or a lambda, as given to `defaultdict` or `default_factory`. */
function ofFactory(factory: Tree, fn: FunctionModel, project: Project, depth: number): Container {
  if (factory.type === "function") {
    const body = factory.body[0];
    return containerOf(body?.type === "return" ? body.value : null, fn, project, depth + 1);
  }
  const call: CallTree = {
    type: "call",
    at: factory.at,
    callee: factory,
    args: [],
    keywords: [],
    construct: false,
  };
  return ofCall(call, fn, project, depth + 1);
}

/** Returns the source text of a tree on one line. */
export function textOf(tree: Tree, fn: FunctionModel): string {
  const { lines } = fn.source;
  const first = lines[tree.at.line - 1] ?? "";
  const length = tree.at.end - tree.at.start;
  let text = first.slice(tree.at.column - 1, tree.at.column - 1 + length);
  for (let line = tree.at.line; text.length < length && line < lines.length; line++) {
    text += `\n${lines[line]!.slice(0, length - text.length - 1)}`;
  }
  return text.replace(/\s+/g, " ").trim();
}
