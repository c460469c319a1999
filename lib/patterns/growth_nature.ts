/**
 * Tells a growth from a write that keeps the size, and from a call that only looks alike.
 *
 * @module
 */
import type { Analysis } from "./activity.ts";
import { closedKey } from "./closed_keys.ts";
import { idiomsOf } from "./idioms.ts";
import { JOINS } from "./longer_copies.ts";
import { findMethod, lookUp, methodAround } from "./model.ts";
import type { Operation } from "./operations.ts";
import { containerOf } from "./shapes.ts";
import { contains } from "./tree.ts";
import type { Tree } from "./tree.ts";
import { isConstructor } from "./units.ts";

/** Tells a growth from a write that keeps the size. */
export function natureOf(analysis: Analysis, operation: Operation): "growth" | "fixed" | "nothing" {
  const { effect, verb, place, fn, tree } = operation;
  const container = analysis.container(place);
  const { shape, instance } = container;
  const isPython = fn.source.language === "python";
  switch (effect) {
    case "grow":
      break;
    case "touch":
      return "growth";
    case "insert":
      return insertNature(analysis, operation);
    case "write":
      if (/(\+=|\|=)$/.test(verb) && container.automatic && operation.detail?.type !== "text") {
        return operation.detail?.type === "constant" ? "fixed" : "growth";
      }
      return /^(\[\]=|\[\][+\-*/]=|\[:\]=)$/.test(verb) ? "fixed" : "nothing";
    case "replace":
      return replaceNature(analysis, operation);
    default:
      return "nothing";
  }
  if (verb === "link" || verb === "longer copy") return "growth";
  if (verb === "passed") return /^(text|number|fixed)$/.test(shape) ? "nothing" : "growth";
  if (verb === "+=" || verb === "|=") return addNature(analysis, operation);
  if (verb === "+" || verb === "spread" || verb === "concat") {
    const added = operation.detail;
    const isText = shape === "text" ||
      shape === "unknown" && /^(assign|return)$/.test(tree.type) &&
        addsText((tree as { value?: Tree | null }).value ?? null);
    if (isText) return "growth";
    if (shape === "number" || shape === "unknown" && verb === "+") return "nothing";
    const isTuple = added?.type === "collection" && added.shape === "tuple";
    return added !== null && isPython && shape === "fixed" && !isTuple ? "nothing" : "growth";
  }
  if (JOINS.test(verb) && tree.type === "assign") return "growth";
  if (verb.includes(".") || verb === "heappush" || verb === "insort" || verb === "[length]=") {
    return verb === "Object.assign" ? assignNature(operation, shape) : "growth";
  }
  if (verb === "splice") return "growth";
  // `monitor.update(x)` on a class of the project is a call, not a growing map.
  if (instance !== null) {
    return verb !== "update" && grows(analysis, operation) ? "growth" : "nothing";
  }
  if (verb === "update" && shape === "map" && !container.automatic) {
    return updateNature(analysis, operation);
  }
  if (shape === "unknown" && isForeignPush(analysis, operation)) return "nothing";
  const accepted = acceptedShapes(operation);
  return accepted.includes(shape) || shape === "weak" && verb !== "push" ? "growth" : "nothing";
}

/** A template, or a sum with a text in it. */
function addsText(value: Tree | null): boolean {
  if (value?.type === "choice") return value.options.some(addsText);
  return value?.type === "template" || value?.type === "text" ||
    value?.type === "operation" && value.operator === "+" && value.operands.some(addsText);
}

/** `stream.push(null)`, `if (!stream.push(chunk)) wait()`, `router.push("/")`: no list. */
function isForeignPush(analysis: Analysis, { place, tree, verb }: Operation): boolean {
  if (verb !== "push") return false;
  const pushes = analysis.on(place.key).flatMap((operation) =>
    operation.verb === "push" ? operation.detail ?? [] : []
  );
  if (pushes.some((value) => value.type === "constant" && value.value === null)) return true;
  const [value] = tree.type === "call" ? tree.args : [];
  const isWay = value?.type === "text" && value.value.startsWith("/") ||
    value?.type === "operation" &&
      contains(value, (part) => part.type === "text" && part.value.startsWith("/"));
  if (isWay && /(history|router|navigat(ion|or))$/i.test(place.path.at(-1)!)) return true;
  const parent = analysis.parentOf(tree);
  return parent?.type === "operation" && parent.operator === "!";
}

function acceptedShapes(operation: Operation): readonly string[] {
  return idiomsOf(operation.fn.source.language).grow.get(operation.verb) ?? [];
}

/** `d.update(…)` writes the same keys again, unless the caller brings others each time. */
function updateNature(analysis: Analysis, operation: Operation): "growth" | "nothing" {
  const { tree, detail } = operation;
  if (tree.type !== "call" || detail === null) return "nothing";
  // `seen.update({vehicle: now})`: the keys of the literal are computed.
  const isKeyed = detail.type === "collection" &&
    detail.entries.some(({ key }) =>
      key !== null && /^(name|member|template)$/.test(key.type) &&
      closedKey(analysis, key, operation.fn) === null
    );
  if (isKeyed) return "growth";
  const isLiteral = detail.type === "collection" || detail.type === "call";
  return isLiteral ? "nothing" : "growth";
}

/** `Object.assign(this, …)` sets fields; into a map of unknown keys it grows. */
function assignNature(operation: Operation, shape: string): "growth" | "nothing" {
  const { detail, place } = operation;
  if (shape !== "map" || place.path.some((step) => step.startsWith("["))) return "nothing";
  const isFixed = detail?.type === "collection" &&
    detail.entries.every((entry) => entry.key?.type === "text");
  return isFixed ? "nothing" : "growth";
}

function insertNature(analysis: Analysis, operation: Operation): "growth" | "fixed" | "nothing" {
  const { place, verb, tree, fn, detail } = operation;
  const container = analysis.container(place);
  const { shape, instance } = container;
  if (verb === "copy.set") return "growth";
  if (verb === "setdefault") {
    return detail?.type === "text" || tree.type !== "call"
      ? "nothing"
      : instance
      ? "nothing"
      : "growth";
  }
  if (verb === "set") {
    return shape === "map" && tree.type === "call" && tree.args.length === 2 || shape === "weak" ||
        shape === "ring"
      ? "growth"
      : instance !== null && grows(analysis, operation)
      ? "growth"
      : "nothing";
  }
  if (instance !== null) return "nothing";
  if (shape === "list" || shape === "ring" || shape === "queue") {
    return fn.source.language !== "python" && container.empty && isSparse(analysis, operation)
      ? "growth"
      : "fixed";
  }
  if (shape === "fixed" || shape === "text" || shape === "number") return "fixed";
  if (shape === "weak") return "growth";
  if (shape === "unknown" && !analysis.isMapLike(place.key) && !isIdentity(detail)) return "fixed";
  if (detail?.type === "name" && isCounter(operation, detail.name)) return "fixed";
  return "growth";
}

/** `index[ticket.id] = …`: nobody numbers the places of a fixed array by identities. */
function isIdentity(key: Tree | null): boolean {
  if (key?.type === "template") return true;
  const name = key?.type === "name" ? key.name : key?.type === "member" ? key.property : "";
  return /(^|_|[a-z])(uuid|url|token|hash)$|(^|_)id$|[a-z]Id$/i.test(name) &&
    !/grid$|valid$/i.test(name);
}

/** An array that is only ever written by index grows with the index. */
function isSparse(analysis: Analysis, operation: Operation): boolean {
  const { place, detail, fn } = operation;
  const filled = analysis.on(place.key).some((other) => other.effect === "grow");
  const isCounted = detail?.type === "name" && isCounter(operation, detail.name);
  return !filled && !isCounted && !isPosition(detail) && !isRewound(analysis, operation) &&
    detail?.type !== "number" && fn.tree !== null;
}

/** A position that some function sets back to the start: places are used again. */
function isRewound(analysis: Analysis, { detail, fn }: Operation): boolean {
  const place = detail === null ? null : analysis.resolver.resolve(detail, fn);
  return place !== null && place.path.length > 0 &&
    analysis.on(place.key).some((other) =>
      other.effect === "replace" && other.detail?.type === "number" && other.detail.value === 0 &&
      !isConstructor(methodAround(other.fn))
    );
}

/** `rows[i]`, `slots[index]`: places in a row of known length. */
function isPosition(key: Tree | null): boolean {
  const name = key?.type === "name" ? key.name : key?.type === "member" ? key.property : "";
  return /^[a-z]$|(^|_|[a-z])(index|idx|position|pos|slot|row|column|col|lane|offset|cursor)$/i
    .test(name);
}

/** A loop counter of the same function: as many entries as iterations, written over each call. */
function isCounter(operation: Operation, name: string): boolean {
  const binding = lookUp(operation.fn, name)?.binding;
  return binding !== undefined && binding.values.some((value) => value.type === "number") &&
    operation.around.some((outer) => outer.type === "loop");
}

function addNature(analysis: Analysis, operation: Operation): "growth" | "nothing" {
  const { place, detail, fn, verb } = operation;
  const { shape } = analysis.container(place);
  const isTuple = detail?.type === "collection" && detail.shape === "tuple";
  if (verb === "+=" && isTuple && fn.source.language === "python") return "growth";
  const added = detail === null ? null : containerOf(detail, fn, analysis.project);
  if (verb === "|=") {
    // `links[key] |= {other}` joins sets; of numbers it sets bits.
    const joined = shape === "unknown" ? added?.shape ?? shape : shape;
    return joined === "map" || joined === "set" ? "growth" : "nothing";
  }
  if (shape === "list" || added?.shape === "list") return shape === "fixed" ? "nothing" : "growth";
  return shape === "text" || added?.shape === "text" && shape !== "number" ? "growth" : "nothing";
}

/** A whole list made from another one, where the field began empty: as big as its source. */
function replaceNature(analysis: Analysis, operation: Operation): "growth" | "nothing" {
  const { detail, place, fn } = operation;
  if (detail?.type !== "comprehension" || isConstructor(methodAround(fn))) return "nothing";
  if (place.root.kind === "parameter" || place.path.length > 1) return "nothing";
  const begins = analysis.on(place.key).some((other) =>
    other !== operation && other.detail?.type === "collection" && other.detail.entries.length === 0
  );
  const grows = analysis.on(place.key).some((other) => /^(grow|insert)$/.test(other.effect));
  return begins && !grows ? "growth" : "nothing";
}

/** A container that is a class of the project grows only if that method of it does. */
function grows(analysis: Analysis, operation: Operation): boolean {
  const { instance } = analysis.container(operation.place);
  const method = instance === null ? null : findMethod(analysis.project, instance, operation.verb);
  if (method === null) return false;
  return analysis.operations.some((inner) =>
    methodAround(inner.fn) === method && /^(grow|insert)$/.test(inner.effect) &&
    inner.place.root.kind === "instance" && inner !== operation &&
    analysis.container(inner.place).instance === null && natureOf(analysis, inner) === "growth"
  );
}
