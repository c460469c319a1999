/**
 * Verdicts in the formats that other tools read: JSON, JUnit XML, SARIF 2.1.0, Markdown.
 *
 * @module
 */

// A verdict
export {
  exitCodeOf,
  failedCheck,
  formatBytes,
  gravest,
  titleOf,
  toCheckResult,
} from "./check_result.ts";
export type { Allowance, CheckedTarget, CheckResult, CheckSite } from "./check_result.ts";
export { checkResultSchema } from "./check_schema.ts";

// Its formats
export { describeEvidence, renderTerminal } from "./terminal.ts";
export { renderJunit } from "./junit.ts";
export { renderSarif, type SarifInput } from "./sarif.ts";
export { lineHashes } from "./line_hashes.ts";
export { renderStepSummary } from "./step_summary.ts";
