/**
 * What the cleanup instruments hand back; the audit records the same shapes.
 *
 * @module
 */

/** What a method did to one own field. */
export interface FieldFate {
  readonly field: string;
  readonly before: string;
  readonly after: string;
  readonly fate: "released" | "emptied" | "kept" | "grown";
  /** Why a kept field may stay; empty where nobody can say. */
  readonly reason: string;
}

/** One measured statement about a class and a method. */
export interface CleanupRow {
  readonly class: string;
  readonly method: string;
  readonly check: string;
  readonly passed: boolean;
  readonly observed: string;
  readonly expected: string;
}

/** What one child found out about one class. */
export interface CleanupRunResult {
  readonly class: string;
  readonly fields: readonly FieldFate[];
  readonly checks: readonly CleanupRow[];
}
