/**
 * Tells a method that registers something, to stay until it is taken out, from one that records.
 *
 * @module
 */
import type { FunctionModel } from "./model.ts";

/** Names of registering methods: what they add stays until somebody takes it out. */
const REGISTERS =
  /^(_|#)?(register|subscribe|attach|install|mount|use|connect|listen|on|observe|watch|with|define|declare|enable|plug)(_|[A-Z]|$)/;

/** `add_guard` registers; `add_sample` records. */
const ADDS = /^(_|#)?(add|append|set|include|insert)(_|(?=[A-Z]))/;
/** A parameter that is called later. */
const HANDLER = /(callback|handler|listener|observer|subscriber|hook)s?$/i;
const RECORDS =
  /(sample|data|record|value|entry|entries|event|error|warning|info|metric|solution|point|trajectory|measurement|step|state|item|result|log|message|score|observation|reading|row|line|batch|frame|tick|snapshot|history|run)s?$/i;

/** Tells whether a unit registers something, by its name. */
export function registers(unit: FunctionModel): boolean {
  return REGISTERS.test(unit.name) || ADDS.test(unit.name) && !RECORDS.test(unit.name) ||
    (unit.tree?.parameters ?? []).some(({ name }) => HANDLER.test(name));
}

/** A registration with something that lives on. */
export interface Registration {
  readonly kind: "listener" | "timer" | "subscription";
  readonly attribute: string;
  /** What takes it back or limits it; null where nothing does. */
  readonly by: string | null;
  readonly note: string;
}
