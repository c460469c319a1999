/**
 * What the `audit` block of config.yaml says about leak detection, as its options.
 *
 * @module
 */

import type { AuditSettings } from "./audit_schema.ts";
import type { LeakOptions } from "./leaks.ts";

/** Returns the options of leak detection that a configuration sets. */
export function leakOptionsOf(audit: AuditSettings): LeakOptions {
  return {
    cycles: audit.cycles,
    warmupCycles: audit.warmupCycles,
    maxCycles: audit.maxCycles,
    snapshotCycles: audit.snapshots,
    repetitions: audit.repetitions,
    seed: audit.seed,
    confidence: audit.confidence,
    concernBytesPerCycle: audit.concernBytesPerCycle,
    majorMb: audit.limits.majorMb,
    criticalMb: audit.limits.criticalMb,
    timeoutSeconds: audit.timeout,
    memoryLimitMb: audit.memoryLimitMb,
    workers: audit.workers,
  };
}
