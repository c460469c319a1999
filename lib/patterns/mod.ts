/**
 * Reads sources without running them and tells where memory may grow, what holds what, and what
 * is never given back (phase 1).
 *
 * @module
 */
// Scanning
export { findPatterns, scanSources } from "./scan.ts";
export type { ScanResult } from "./scan.ts";
export type { SourceOptions, SourceProblem } from "./sources.ts";
export { isSecondary } from "./sources.ts";
// Findings and what to do about them
export { remedyFor } from "./remedies.ts";
export type { Remedy } from "./remedies.ts";
export type { PatternFinding, PatternGrowth, PatternKind } from "./finding.ts";
