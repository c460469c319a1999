/**
 * What a verification finds.
 *
 * @module
 */

/** Something that is not as the run or a report says. */
export interface VerificationProblem {
  readonly kind: "file" | "number" | "site" | "citation" | "report";
  /** A file with its line, or a JSON pointer into the results. */
  readonly where: string;
  readonly message: string;
}
