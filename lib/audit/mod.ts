/** The audit: what the phases measure, record and judge. @module */

// Recorded results
export type * from "./results.ts";

// A run on disk and its progress
export { partOfProgress } from "./progress.ts";
export type { Progress, ProgressListener } from "./progress.ts";
export { latestRun, openRun, sha256, unitName, writeWhole } from "./run_store.ts";
export type { OpenRunOptions, RunManifest, RunStore, SampleColumns, UnitKey } from "./run_store.ts";

// Phase 1: memory patterns
export { scanPatterns } from "./patterns.ts";
export type { ScanPatternsOptions } from "./patterns.ts";

// Judging what was recorded
export { judge } from "./verdict.ts";
export type { JudgeOptions } from "./verdict.ts";
export type { RecordedPhases } from "./findings.ts";
export { SCORE_WEIGHTS } from "./score.ts";
export { severityOf, worstSeverity } from "./severity.ts";
export type { SeverityLimits } from "./severity.ts";
export { fixFor, fixKindFor } from "./fixes.ts";
export type { Fix, FixKind } from "./fixes.ts";

// Numbers in reports
export { BYTES_PER_MB, renderCitation, resolvePointer } from "./citation.ts";
export type { Citation, CitationFormat } from "./citation.ts";

// What config.yaml says about an audit
export { auditSchema } from "./audit_schema.ts";
export type { AuditSettings, RuntimeEntry, TargetEntry } from "./audit_schema.ts";
