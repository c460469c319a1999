/**
 * What a class keeps hold of beyond its own containers: callbacks, parents, observers and other
 * collaborators handed in, attributes written into other objects, closures that capture `this`,
 * and the reference cycles these make.
 *
 * @module
 */
import { group } from "./activity.ts";
import type { Analysis } from "./activity.ts";
import { closureOverThis } from "./closures.ts";
import { finding } from "./finding.ts";
import type { PatternFinding } from "./finding.ts";
import { idiomsOf } from "./idioms.ts";
import { findClass, lookUp } from "./model.ts";
import type { Binding, ClassModel, FunctionModel } from "./model.ts";
import type { CallSite } from "./operations.ts";
import { dottedName, nameOf } from "./places.ts";
import { cycleFinding, ownedCycles, storedAs } from "./reference_cycles.ts";
import { textOf } from "./shapes.ts";
import type { At, Tree } from "./tree.ts";
import { walk } from "./tree.ts";
import { calleesOf } from "./call_links.ts";
import { className } from "./units.ts";

/** Words for things that do work for others and are shared: the last word of a name decides. */
const ROLE =
  /(^|_|[a-z])(callbacks?|cb|fn|func|function|factory|handlers?|listeners?|observers?|hooks?|objectives?|problem|optimizer|optimiser|monitor|evaluator|context|parent|owner|model|dynamics|integrator|interface|controllers?|plant|engine|runner|executor|manager|client|server|session|connection|socket|bus|emitter|store|service|provider|guards?|constraints?|delegate|subscriber|publisher|scheduler|adapter|tuner|simulator|estimator|driver|device|transport|channel_factory|registry|host|app|middleware|repository|repo|gateway|broker|backend|storage|dispatcher|resolver|loader|renderer|database|db)$/i;

/** Names of functions to call later. */
const CALLBACK = /^on_?[A-Z]\w*$|^on_[a-z]|(callback|handler|listener|hook|factory)$/i;

/** Words for plain data, which is copied or owned rather than shared. */
const DATA =
  /(config|params|parameters|settings|options|criteria|spec|specs|result|results|data|state|states|history|info|logger|bounds|space|weights|gains|name|path|id|key|type|mode|level|size|count|limit|rate|time|dt|seed|value|values|matrix|vector|array|metrics|schema|status|message|text|title|label)$/i;

/** Calls that make something the system keeps until it is shut down. */
export const RESOURCE: RegExp =
  /^(?!psutil).*?\b(ThreadPoolExecutor|ProcessPoolExecutor|Pool|Thread|Process|Popen|socket|open|Worker|WebSocket|EventSource|BroadcastChannel|MessageChannel|createServer|createReadStream|createWriteStream|fork|spawn|watch|createInterface|Tinypool|Piscina)$/;

/** Finds stored references, foreign attributes, captured closures and reference cycles. */
export function findReferences(analysis: Analysis): readonly PatternFinding[] {
  const operations = group(analysis.operations, ({ fn }) => fn.owner);
  return [
    ...analysis.project.classes.flatMap((model) => storedReferences(analysis, model)),
    ...analysis.project.classes.flatMap((model) =>
      ownedCycles(analysis, model, operations.get(model) ?? [])
    ),
    ...analysis.project.functions.flatMap((fn) => foreignAttributes(analysis, fn)),
    ...analysis.calls.flatMap((site) => handedClosures(analysis, site)),
  ];
}

function storedReferences(analysis: Analysis, model: ClassModel): PatternFinding[] {
  const findings: PatternFinding[] = [];
  const report = (fn: FunctionModel, at: At, name: string, note: string): void => {
    findings.push(reference(fn, at, model, name, note));
  };
  for (const [name, declared] of analysis.resolver.assignments(model)) {
    for (const { tree, fn } of declared) {
      if (tree.value === null || tree.target.type !== "member") continue;
      const note = whyStored(analysis, name, tree.value, fn);
      if (note !== null) report(fn, tree.at, name, note);
    }
  }
  for (const method of model.methods.values()) {
    for (const parameter of method.tree?.parameters ?? []) {
      const binding = method.bindings.get(parameter.name);
      if (!parameter.stored || binding === undefined) continue;
      const note = roleOf(analysis, parameter.name, binding, method);
      if (note !== null) report(method, parameter.at, parameter.name, note);
    }
  }
  return findings;
}

function reference(
  fn: FunctionModel,
  at: At,
  model: ClassModel,
  attribute: string,
  note: string,
): PatternFinding {
  return finding(fn, at, {
    kind: "stored_reference",
    class: model.name,
    attribute,
    bounded: null,
    bound: null,
    growth: "constant",
    severity: "none",
    note: `${note}; strong reference`,
  });
}

/** Tells why an assigned value is a reference worth knowing of, or null. */
function whyStored(
  analysis: Analysis,
  name: string,
  value: Tree,
  fn: FunctionModel,
): string | null {
  const options = value.type === "choice" ? value.options : [value];
  for (const option of options) {
    const binding = parameterOf(option, fn);
    if (binding !== null && isParent(analysis, binding, fn)) return "parent that made this object";
    if (binding !== null) {
      const role = roleOf(analysis, name, binding, fn);
      if (role !== null) return role;
    }
  }
  const taken = options.find((option) =>
    option.type === "member" && parameterOf(option.object, fn) !== null &&
    CALLBACK.test(option.property)
  );
  if (taken !== undefined) return "callback";
  if (value.type !== "call") return null;
  const called = dottedName(value.callee);
  if (RESOURCE.test(called) && !/(^|\.)(open|watch)$/.test(called)) {
    return `${called.split(".").at(-1)}: must be shut down`;
  }
  if (value.callee.type === "member" && parameterOf(value.callee.object, fn) !== null) {
    return ROLE.test(name) && !DATA.test(name) ? `collaborator taken from ${called}()` : null;
  }
  const made = findClass(analysis.project, called, fn);
  if (made === null && !/^[A-Z]/.test(called.split(".").at(-1) ?? "")) return null;
  const held = [...value.args, ...value.keywords.map((keyword) => keyword.value)].find((arg) => {
    const binding = parameterOf(arg, fn);
    return binding !== null && roleOf(analysis, binding.name, binding, fn) !== null;
  });
  return held === undefined ? null : `holds ${textOf(held, fn)} on behalf of the caller`;
}

/** A constructor's parameter that some other class fills with itself. */
function isParent(analysis: Analysis, binding: Binding, fn: FunctionModel): boolean {
  if (!idiomsOf(fn.source.language).constructors.has(fn.name) || fn.owner === null) return false;
  const name = fn.owner.tree.name;
  return name !== null && analysis.callsNamed(name).some(({ tree }) => {
    const arg = tree.keywords.find((keyword) => keyword.name === binding.name)?.value ??
      tree.args[binding.index];
    return arg?.type === "this" && !arg.isClass;
  });
}

function parameterOf(tree: Tree, fn: FunctionModel): Binding | null {
  if (tree.type !== "name") return null;
  const found = lookUp(fn, tree.name);
  return found?.binding.kind === "parameter" && found.scope.tree !== null ? found.binding : null;
}

/** What a parameter is, where it is a collaborator rather than data; null for data. */
function roleOf(
  analysis: Analysis,
  name: string,
  binding: Binding,
  fn: FunctionModel,
): string | null {
  const idioms = idiomsOf(fn.source.language);
  const annotation = binding.annotation;
  const isCallable = annotation !== null && idioms.callableAnnotation.test(annotation);
  if (isCallable) {
    return /\[\]|List|list|Sequence|Array|Dict/.test(annotation) ? "callbacks" : "callback";
  }
  if (annotation !== null && idioms.dataAnnotation.test(annotation)) {
    return /^(Optional\[)?(Dict|dict)\b/.test(annotation) && ROLE.test(name) &&
        !/\b(Any|str|float|int|bool)\]*$/.test(annotation)
      ? "collection of collaborators"
      : null;
  }
  const isRole = ROLE.test(name) || ROLE.test(binding.name) || /^_?#?on(_[a-z]|[A-Z])/.test(name);
  if (DATA.test(name) && !ROLE.test(name)) return null;
  // `fn: FunctionModel` names a type that is no function.
  const isCallback = /(callback|cb|fn|func|function|factory|handler|hook|listener)s?$/i;
  const isNamedType = annotation !== null && /^[A-Z]\w*$/.test(annotation) && annotation !== "Any";
  if (isNamedType && isCallback.test(name) && !isCallback.test(annotation)) return null;
  if (isRole) {
    return /(callback|cb|fn|func|function|factory|handler|hook|listener)s?$/i.test(name)
      ? "callback"
      : "collaborator";
  }
  const model = classOfAnnotation(analysis, annotation, fn);
  return model !== null && hasBehaviour(model) ? `collaborator (${model.name})` : null;
}

function classOfAnnotation(
  analysis: Analysis,
  annotation: string | null,
  fn: FunctionModel,
): ClassModel | null {
  if (annotation === null) return null;
  const name = /(?:Optional\[|List\[|Sequence\[)*["']?([A-Za-z_][\w.]*)/.exec(annotation)?.[1];
  return name === undefined ? null : findClass(analysis.project, name, fn);
}

/** A class with methods of its own, not a record of data. */
function hasBehaviour(model: ClassModel): boolean {
  if (model.tree.decorators.some((name) => /dataclass/.test(name))) return false;
  if (
    model.bases.some((base) => /(Enum|BaseModel|NamedTuple|TypedDict|Exception|Error)$/.test(base))
  ) return false;
  if (DATA.test(model.name)) return false;
  const own = [...model.methods.values()].filter((method) =>
    !/^_/.test(method.name) && method.tree?.role === "method" && method.name !== "constructor"
  );
  return own.length > 0;
}

/** Attributes written into objects that somebody else owns. */
function foreignAttributes(analysis: Analysis, fn: FunctionModel): PatternFinding[] {
  const findings: PatternFinding[] = [];
  if (fn.tree === null) return findings;
  const report = (object: Tree, property: string, value: Tree, at: At): void => {
    const root = object.type === "name" ? ownerName(object.name, fn) : null;
    const closure = closureOverThis(value, fn);
    if (root === null) {
      if (closure !== null) findings.push(...givenToField(analysis, object, property, at, fn));
      return;
    }
    const isKept = value.type === "name" &&
      /(history|histories|hist|log|cache|trajectory|buffer)$/i.test(value.name);
    if (!/^_[a-z]/.test(property) && closure === null && !isKept && value.type !== "this") return;
    if (value.type === "constant" || value.type === "number" || value.type === "text") return;
    findings.push(finding(fn, at, {
      kind: "foreign_attribute",
      class: className(fn),
      attribute: `${root}.${property}`,
      bounded: true,
      bound: "one value, replaced by the next",
      growth: isKept ? "per_run" : "constant",
      severity: "none",
      note: closure === null
        ? "kept alive by an object that another owner holds, until replaced or dropped with it"
        : "closure over this kept by another object",
    }));
  };
  for (const part of fn.tree.body) {
    walk(part, (tree) => {
      if (tree.type === "function" || tree.type === "class") return false;
      if (
        tree.type === "assign" && tree.target.type === "member" && tree.value !== null &&
        tree.operator === "="
      ) {
        report(tree.target.object, tree.target.property, tree.value, tree.at);
      }
      if (tree.type === "call" && tree.callee.type === "name" && tree.callee.name === "setattr") {
        const [object, property, value] = tree.args;
        if (object && property?.type === "text" && value) {
          report(object, property.value, value, tree.at);
        }
      }
    });
  }
  return findings;
}

/** `this.child.onDone = this.done`: a field that points back through a closure. */
function givenToField(
  analysis: Analysis,
  object: Tree,
  property: string,
  at: At,
  fn: FunctionModel,
): PatternFinding[] {
  const place = analysis.resolver.resolve(object, fn);
  if (fn.owner === null || place?.root.kind !== "instance" || place.path.length === 0) return [];
  const attribute = `${nameOf(place)}.${property}`;
  return [
    reference(fn, at, fn.owner, attribute, "hands a closure over this to a field"),
    cycleFinding(fn, at, fn.owner, `${attribute} -> closure -> this`),
  ];
}

/** Name of another object in a function: a parameter, a local, or the element of a plural. */
function ownerName(name: string, fn: FunctionModel): string | null {
  const found = lookUp(fn, name);
  if (found === null || found.scope.tree === null) return null;
  const { kind, values } = found.binding;
  if (kind === "parameter") return name;
  const element = values.find((value) => value.type === "index" && value.index === null);
  if (element?.type === "index") {
    const plural = dottedName(element.object).split(".").at(-1)!;
    return name.length <= 2 && plural.endsWith("s") ? plural.slice(0, -1) : name;
  }
  return kind === "variable" && values.some((value) => value.type === "call") ? name : null;
}

/** Words in method names that hand a function over for later. */
const HANDS_OVER =
  /^(set|add|register|attach|on|subscribe|connect|bind|use|push|append|install|observe|watch)|(callback|listener|handler|observer|hook)s?$/i;
const EVENTS = /^(on|once|addListener|prependListener|addEventListener|subscribe|observe)$/;

/** Closures over `this` handed to something that lives on. */
function handedClosures(analysis: Analysis, site: CallSite): PatternFinding[] {
  const { tree, fn } = site;
  const { callee } = tree;
  const model = fn.owner;
  if (model === null || callee.type !== "member" || callee.object.type === "this") return [];
  if (!HANDS_OVER.test(callee.property) || EVENTS.test(callee.property)) return [];
  const args = [...tree.args, ...tree.keywords.map((keyword) => keyword.value)];
  const index = args.findIndex((arg) => closureOverThis(arg, fn) !== null);
  if (index < 0) return [];
  const place = analysis.resolver.resolve(callee.object, fn);
  if (place === null) return [];
  const targets = calleesOf(analysis.project, site, analysis.resolver);
  const stored = targets
    .map((target) => storedAs(analysis, target, target.tree?.parameters[index]?.name ?? ""))
    .find((field) => field !== null);
  // A method of the project that only calls what it is given keeps nothing.
  const isGrown = targets.some((target) =>
    analysis.operationsIn(target).some((operation) => /^(grow|insert)$/.test(operation.effect))
  );
  if (targets.length > 0 && stored === undefined && !isGrown) return [];
  const attribute = `${nameOf(place)}.${stored ?? callee.property}`;
  const isOwn = place.root.kind === "instance";
  if (isOwn) {
    return [
      reference(fn, tree.at, model, attribute, "hands a closure over this to a field"),
      cycleFinding(fn, tree.at, model, `${attribute} -> closure -> this`),
    ];
  }
  return [finding(fn, tree.at, {
    kind: "closure_capture",
    class: model.name,
    attribute,
    bounded: false,
    bound: null,
    growth: "per_registration",
    severity: "minor",
    note: `${
      place.root.kind === "parameter" ? "an object of the caller" : "longer-lived state"
    } keeps this instance alive through the closure`,
  })];
}
