/**
 * What a check of notebooks finds.
 *
 * @module
 */

/** Something to mend in a script. */
export interface NotebookProblem {
  /** Absolute path of the script. */
  readonly file: string;
  /** Line in the script, from 1. */
  readonly line: number;
  /** What was checked. */
  readonly kind: "unreadable" | "round_trip" | "types" | "stale" | "style";
  /** What is wrong, and what would be right. */
  readonly message: string;
}
