/** The audit: what the phases measure, record and judge. @module */

// Recorded results
export type * from "./results.ts";
export { resultsSchema } from "./results_schema.ts";

// A run on disk and its progress
export { partOfProgress } from "./progress.ts";
export type { Progress, ProgressListener } from "./progress.ts";
export { latestRun, makeFolder, openRun, sha256, unitName, writeWhole } from "./run_store.ts";
export type { OpenRunOptions, RunManifest, RunStore, SampleColumns, UnitKey } from "./run_store.ts";

// Phase 1: memory patterns
export { scanPatterns } from "./patterns.ts";
export type { ScanPatternsOptions } from "./patterns.ts";

export { finishRun, readResults, startRun, writeAudit } from "./run.ts";
export type { RunHead, StartRunOptions } from "./run.ts";
export { recordEnvironment } from "./environment.ts";
export type { EnvironmentOptions } from "./environment.ts";

// Phase 3: stress
export { stressTest } from "./stress.ts";
export type { StressOptions } from "./stress.ts";

// Phase 4: cleanup
export { verifyCleanup } from "./cleanup.ts";
export type { CleanupOptions } from "./cleanup.ts";

// Judging what was recorded
export { DEFAULT_LIMITS, judge } from "./verdict.ts";
export type { JudgeOptions } from "./verdict.ts";
export type { RecordedPhases } from "./findings.ts";
export { SCORE_WEIGHTS } from "./score.ts";
export { severityOf, worstSeverity } from "./severity.ts";
export type { SeverityLimits } from "./severity.ts";
export { fixFor, fixKindFor } from "./fixes.ts";
export type { Fix, FixKind } from "./fixes.ts";

// Recomputing what was recorded
export { verifyRun } from "./verify.ts";
export type { Verification, VerifyOptions } from "./verify.ts";
export type { VerificationProblem } from "./verification_problem.ts";
export type { RenderedReport } from "./verify_reports.ts";

// Numbers in reports
export { BYTES_PER_MB, renderCitation, resolvePointer } from "./citation.ts";
export type { Citation, CitationFormat } from "./citation.ts";

// What config.yaml says about an audit
export { auditSchema } from "./audit_schema.ts";
export { leakOptionsOf } from "./configured_leaks.ts";
export type { AuditSettings, RuntimeEntry, TargetEntry } from "./audit_schema.ts";

// Phase 2: leaks
export { checkClosure, checkTarget, type LeakOptions, measureLeaks } from "./leaks.ts";
export { findRuntimes, measureRuntimes, type NodeRuntime } from "./runtimes.ts";
export type { PlantedTarget } from "./planted_verdict.ts";
