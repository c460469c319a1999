/**
 * State that is never changed but made anew with more in it: reducers
 * (`return { ...state, log: [...state.log, line] }`) and `this.setState(…)`.
 *
 * @module
 */
import type { Deed } from "./deed.ts";
import type { FunctionModel } from "./model.ts";
import { lookUp } from "./model.ts";
import { dottedName } from "./places.ts";
import type { Place } from "./places.ts";
import { rewriteOf, rewritesOf } from "./rewrites.ts";
import type { Reading } from "./rewrites.ts";
import type { CallTree, CollectionTree, Tree } from "./tree.ts";

/** Names of the state that a reducer is given. */
const STATE = /^(_?state|prev|previous|prevState|previousState|current|model|store)$/i;

/** Calls that keep the function they are given and what it returns. */
const KEEPS_REDUCER =
  /^(useReducer|createStore|createReducer|configureStore|legacy_createStore|scan|set|setState|update|updateState|patchState)$/;

/** Tells whether a function takes a state and gives the next one, for somebody who keeps it. */
export function isReducer({ tree, use, name }: FunctionModel): boolean {
  const [first] = tree?.parameters ?? [];
  if (first === undefined) return false;
  if (use.kind === "argument" && use.call !== null) {
    return KEEPS_REDUCER.test(dottedName(use.call.callee).split(".").at(-1)!);
  }
  return /reduce/i.test(name) || STATE.test(first.name) && tree!.parameters.length > 1;
}

/** `scan((all, one) => [...all, one], [])`: the state itself is what is returned. */
export function isScan({ use }: FunctionModel): boolean {
  return use.kind === "argument" && use.call !== null &&
    /(^|\.)scan$/.test(dottedName(use.call.callee));
}

/** Returns what a reducer does to the state, seen from what it returns. */
export function reducerDeeds(
  reading: Reading,
  { value }: Extract<Tree, { type: "return" }>,
): Deed[] {
  const { fn } = reading;
  if (value === null || !isReducer(fn)) return [];
  const states = value.type === "choice" ? value.options : [value];
  return states.flatMap((state): Deed[] => {
    if (isScan(fn)) {
      const { name, at } = fn.tree!.parameters[0]!;
      const object: Tree = { type: "name", at, name };
      const place = reading.resolver.resolve(object, fn);
      const made = place === null ? null : rewriteOf(reading, state, place);
      if (place !== null && made !== null) return entryDeed(reading, place, state, object);
    }
    if (state.type !== "collection" || state.shape !== "map") return [];
    const [first] = fn.tree?.parameters ?? [];
    if (fn.use.call !== null && isSetState(fn.use.call) && first !== undefined) {
      return entryDeeds(reading, state, { type: "name", at: first.at, name: first.name });
    }
    const spread = state.entries.find((entry) => entry.spread)?.value;
    const found = spread?.type === "name" ? lookUp(fn, spread.name) : null;
    const isState = found?.scope === fn && found.binding.kind === "parameter" &&
      found.binding.index === 0;
    return isState ? entryDeeds(reading, state, spread!) : [];
  });
}

/** Returns what `this.setState({ … })` and `this.setState((prev) => ({ … }))` do. */
export function setStateDeeds(reading: Reading, call: CallTree): Deed[] {
  const [given] = call.args;
  return isSetState(call) && given?.type === "collection"
    ? entryDeeds(reading, given, stateOfComponent(call))
    : [];
}

/** Tells whether a call is `this.setState(…)`. */
export function isSetState({ callee }: CallTree): boolean {
  return callee.type === "member" && callee.property === "setState" &&
    callee.object.type === "this";
}

/** Returns `this.state` for a call of `this.setState(…)`. */
export function stateOfComponent({ callee: { at } }: CallTree): Tree {
  return { type: "member", at, object: { type: "this", at, isClass: false }, property: "state" };
}

/** What the entries of a new state do to those of the old one. */
function entryDeeds(reading: Reading, made: CollectionTree, state: Tree): Deed[] {
  return made.entries.flatMap(({ key, value, spread }): Deed[] => {
    if (spread || key?.type !== "text") return [];
    const { at } = key;
    const object: Tree = reading.fn.source.language === "python"
      ? { type: "index", at, object: state, index: key, slice: null }
      : { type: "member", at, object: state, property: key.value };
    const place = reading.resolver.resolve(object, reading.fn);
    return place === null ? [] : entryDeed(reading, place, value, object);
  });
}

function entryDeed(reading: Reading, place: Place, value: Tree, object: Tree): Deed[] {
  const rewrites = rewritesOf(reading, value, place);
  return rewrites.length === 0
    ? [{ place, effect: "replace", tree: value, verb: "=", detail: value, object }]
    : rewrites.map((rewrite) => ({ place, tree: value, object, ...rewrite }));
}
