/**
 * What phase 1 says about a source: one row per fact, with the place where it can be checked.
 *
 * @module
 */
import type { FunctionModel } from "./model.ts";
import type { At } from "./tree.ts";

/** Kind of a static finding. */
export type PatternKind =
  | "growth"
  | "stored_reference"
  | "foreign_attribute"
  | "listener"
  | "timer"
  | "subscription"
  | "module_state"
  | "closure_capture"
  | "reference_cycle"
  | "weak_reference"
  | "lifecycle"
  | "missing_lifecycle"
  | "unreleased"
  | "finaliser"
  | "not_growth";

/** How often a site grows; null where growth is no question. */
export type PatternGrowth =
  | "constant"
  | "per_step"
  | "per_call"
  | "per_event"
  | "per_run"
  | "per_iteration"
  | "per_registration"
  | null;

/** One row of phase 1. */
export interface PatternFinding {
  readonly kind: PatternKind;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Class the code stands in, qualified by outer classes; null in a module or a function. */
  readonly class: string | null;
  /** State concerned, as `history`, `history[sigma]`, `#cache` or `tuner._fitness`. */
  readonly attribute: string | null;
  /** Null where boundedness is no question. */
  readonly bounded: boolean | null;
  /** The bound and the idiom that enforces it. */
  readonly bound: string | null;
  readonly growth: PatternGrowth;
  readonly severity: "none" | "minor" | "major" | "critical";
  /** Source text of the line, trimmed. */
  readonly text: string;
  readonly note: string;
  /** Line of the container's declaration in the same file, where a retainer path may point. */
  readonly declared?: number;
}

/** Makes a finding; the text of the line is added. */
export function finding(
  fn: FunctionModel,
  at: At,
  rest: Omit<PatternFinding, "file" | "line" | "column" | "text">,
): PatternFinding {
  const { file, lines } = fn.source;
  const text = (lines[at.line - 1] ?? "").trim().slice(0, 200);
  const { kind, class: owner, attribute, bounded, bound, growth, severity, note, declared } = rest;
  return {
    kind,
    file,
    line: at.line,
    column: at.column,
    class: owner,
    attribute,
    bounded,
    bound,
    growth,
    severity,
    text,
    note,
    ...(declared === undefined ? {} : { declared }),
  };
}
