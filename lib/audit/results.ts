/**
 * What the phases record: plain JSON values that `audit.json` holds, reports render and
 * `heapbook verify` recomputes. Bytes, seconds and cycles unless a name says otherwise.
 *
 * @module
 */

import type { PatternFinding } from "../patterns/mod.ts";

// What phase 1 finds is the language of the room that finds it.
export type { PatternFinding, PatternGrowth, PatternKind } from "../patterns/mod.ts";

/** Answer of the instrument about one target. `error`: it could not run, or did not do its work. */
export type Verdict = "clean" | "leak" | "inconclusive" | "error";

/** Where growth is seen: JS heap, memory V8 counts outside it, or only in the resident set. */
export type Channel = "heap" | "external" | "arrayBuffers" | "wasm" | "native" | "resources";

/** Shape of a memory series over cycles. */
export type Growth = "flat" | "step" | "saturating" | "linear" | "quadratic" | "sawtooth";

/** Severity by MB per 1000 cycles: critical > 50, major 10 to 50, minor below 10. */
export type Severity = "none" | "minor" | "major" | "critical";

/** Lower and upper end of an interval. */
export type Interval = readonly [low: number, high: number];

/** A place in the source as its author wrote it (source maps applied). Line and column from 1. */
export interface Site {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
}

/** Live bytes that one place allocated and that were still reachable at the end. */
export interface AllocationSite extends Site {
  readonly bytes: number;
  readonly objects: number;
  /** Source text of the line, trimmed, so that a moved line is noticed. */
  readonly text: string;
}

/** Why something stays alive: the words from a root to it, for a person, and the raw steps. */
export interface RetainerPath {
  /** For example `module "cache.ts" → const "entries" (Map) → 1000 values`. */
  readonly words: string;
  readonly steps: readonly string[];
  /** The container that grows, where its declaration was found. */
  readonly container?: Site;
  readonly bytes: number;
}

/** Growth of one channel with its interval. */
export interface GrowthEstimate {
  readonly channel: Channel;
  readonly growth: Growth;
  readonly bytesPerCycle: number;
  readonly interval: Interval;
  /** Coverage of `interval`, 0 … 1. */
  readonly confidence: number;
  /** First cycle of the settled part that was fitted. */
  readonly settledFrom: number;
  /** Smallest rate this very series could have shown, bytes per cycle. */
  readonly limitOfDetection: number;
}

/** Whether the cycles really did their work; an invalid run proves nothing. */
export interface Validity {
  readonly valid: boolean;
  readonly cycles: number;
  readonly message: string;
}

/** State of the process after a forced full collection at one cycle. */
export interface Snapshot {
  readonly cycle: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly arrayBufferBytes: number;
  readonly mallocedBytes: number;
  readonly rssBytes: number;
  readonly activeResources: number;
  /** Live instances of the target's classes, where it names them. */
  readonly instances: Readonly<Record<string, number>>;
}

/** One measuring child: what it did and what it cost. */
export interface StageRecord {
  readonly stage: string;
  readonly cycles: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
  readonly outcome: string;
  /** Recorded samples, relative to the run's folder. */
  readonly samples?: string;
}

/** Phase 2, one target in one scenario. */
export interface LeakResult {
  readonly target: string;
  readonly scenario: string;
  readonly verdict: Verdict;
  readonly severity: Severity;
  readonly channel: Channel;
  readonly growth: Growth;
  readonly bytesPerCycle: number;
  readonly interval: Interval;
  readonly confidence: number;
  readonly limitOfDetection: number;
  readonly cycles: number;
  readonly warmupCycles: number;
  readonly seconds: number;
  readonly channels: readonly GrowthEstimate[];
  readonly snapshots: readonly Snapshot[];
  readonly topAllocations: readonly AllocationSite[];
  readonly classGrowth: readonly {
    readonly class: string;
    readonly objects: number;
    readonly bytes: number;
  }[];
  readonly retainers: readonly RetainerPath[];
  readonly stages: readonly StageRecord[];
  readonly validity: Validity;
  readonly message: string;
}

/** A planted leak or a planted innocent, measured by the same instrument in the same run. */
export interface ControlResult {
  readonly name: string;
  readonly kind: "positive" | "negative";
  readonly channel: Channel;
  /** Planted rate; 0 for a negative control. */
  readonly plantedBytesPerCycle: number;
  readonly measuredBytesPerCycle: number;
  readonly interval: Interval;
  readonly verdict: Verdict;
  readonly passed: boolean;
  readonly seconds: number;
  readonly message: string;
}

/** Phase 2 as a whole. */
export interface LeakPhase {
  readonly results: readonly LeakResult[];
  readonly controls: readonly ControlResult[];
  /** False when a positive was missed or a negative flagged: then nothing here counts. */
  readonly controlsValid: boolean;
  /** Largest limit of detection among the targets of this run, bytes per cycle. */
  readonly limitOfDetection: number;
  /** Predicted sites that each target ran; absent where nothing was predicted or traced. */
  readonly reach?: readonly SiteReach[];
  readonly seconds: number;
}

/** What one target in one scenario ran of the sites that phase 1 predicts, by block coverage. */
export interface SiteReach {
  readonly target: string;
  readonly scenario: string;
  readonly cycles: number;
  /** Sites that ran, as `file:line`. */
  readonly sites: readonly string[];
}

/** Phase 2 on another JavaScript runtime. */
export interface RuntimeResult {
  /** As `audit.runtimes` in config.yaml calls it. */
  readonly name: string;
  readonly node: string;
  readonly v8: string;
  readonly leaks: LeakPhase;
}

/** Phase 2 on every other runtime that config.yaml names. */
export interface RuntimesPhase {
  /** The runtime that the run itself was made on. */
  readonly own: string;
  readonly results: readonly RuntimeResult[];
  readonly seconds: number;
}

/** Phase 3, one target under natural behaviour, observed from outside. */
export interface StressResult {
  readonly target: string;
  readonly verdict: Verdict;
  readonly cycles: number;
  readonly stepsPerCycle: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
  readonly meanRssBytes: number;
  readonly peakVirtualBytes: number;
  readonly rss: GrowthEstimate;
  readonly virtual: GrowthEstimate;
  /** Natural collections in the `cycles` after those whose memory is judged. */
  readonly gc: {
    readonly cycles: number;
    readonly count: number;
    readonly totalMs: number;
    readonly maxPauseMs: number;
  };
  /** Delay of the event loop in the same cycles. */
  readonly eventLoopDelayMs: { readonly mean: number; readonly p99: number; readonly max: number };
  readonly allocatedBytesPerStep: number;
  readonly retainedBytesPerInstance: number;
  readonly flagged: boolean;
  readonly severity: Severity;
  readonly validity: Validity;
  /** Recorded series, relative to the run's folder. */
  readonly samples: string;
  readonly message: string;
}

/** Phase 3 as a whole. */
export interface StressPhase {
  readonly results: readonly StressResult[];
  readonly ranking: {
    readonly byPeak: readonly string[];
    readonly byAllocation: readonly string[];
    readonly byRetained: readonly string[];
  };
  readonly seconds: number;
}

/** What `cleanup()` did to one own field. */
export interface FieldFate {
  readonly field: string;
  readonly before: string;
  readonly after: string;
  readonly fate: "released" | "emptied" | "kept" | "grown";
  /** Why a kept field may stay; empty where nobody can say. */
  readonly reason: string;
}

/** One measured statement about a class and a method. */
export interface CleanupCheck {
  readonly class: string;
  readonly method: string;
  /** Stable key, for example `cleanup.idempotent` or `reset.bit_identical`. */
  readonly check: string;
  readonly passed: boolean;
  readonly observed: string;
  readonly expected: string;
}

/** Phase 4 as a whole. */
export interface CleanupPhase {
  readonly classes: readonly { readonly class: string; readonly fields: readonly FieldFate[] }[];
  readonly checks: readonly CleanupCheck[];
  readonly orphans: readonly {
    readonly type: string;
    readonly before: number;
    readonly after: number;
    readonly retainer: string;
  }[];
  readonly concurrency: readonly CleanupCheck[];
  readonly seconds: number;
}

/** Phase 1 as a whole. */
export interface PatternsPhase {
  readonly files: number;
  readonly lines: number;
  readonly findings: readonly PatternFinding[];
  readonly problems: readonly { readonly file: string; readonly message: string }[];
  readonly seconds: number;
}

/** A predicted site beside what the dynamic phases saw of it. */
export interface Reconciliation {
  readonly file: string;
  readonly line: number;
  readonly class: string | null;
  readonly attribute: string | null;
  readonly predicted: string;
  readonly status: "confirmed" | "refuted" | "not_reached";
  readonly evidence: string;
}

/** A problem with what to do about it. */
export interface Finding {
  readonly id: string;
  readonly phase: 1 | 2 | 3 | 4;
  readonly target: string;
  readonly severity: Severity;
  readonly title: string;
  readonly impact: string;
  readonly effort: string;
  readonly fix: string;
  readonly code: string;
  readonly site: Site | null;
}

/** One line of the score: points are weight × passed ÷ total; an unknown check is not passed. */
export interface ScoreLine {
  readonly name:
    | "patterns"
    | "leak_detection"
    | "stress"
    | "cleanup"
    | "bounded_history"
    | "traceability";
  readonly weight: number;
  readonly passed: number;
  readonly total: number;
  readonly points: number;
}

/** Phase 5. */
export interface VerdictPhase {
  readonly answer: "yes" | "no" | "not established";
  readonly why: string;
  readonly score: number;
  readonly lines: readonly ScoreLine[];
  readonly caps: readonly string[];
  readonly findings: readonly Finding[];
  readonly reconciliation: readonly Reconciliation[];
  /** Longest run for a memory budget, from the upper bound of each target's rate. */
  readonly deployment: readonly {
    readonly target: string;
    readonly bytesPerCycleUpper: number;
    readonly budgetBytes: number;
    readonly maxCycles: number;
  }[];
}

/** Where and how a run was made. */
export interface Environment {
  readonly node: string;
  readonly v8: string;
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly flags: readonly string[];
  readonly gitRevision: string | null;
  readonly gitDirty: boolean | null;
  readonly configSha256: string;
  readonly seed: number;
  readonly heapbook: string;
}

/** Limits that the verdict was reached with. One MB is 10⁶ bytes. */
export interface JudgementLimits {
  /** Memory that growth may use in deployment, bytes. */
  readonly memoryBudgetBytes: number;
  /** Success criterion: growth must stay below, MB per 1000 cycles. */
  readonly acceptableMb: number;
  /** A leak from here on is major, MB per 1000 cycles. */
  readonly majorMb: number;
  /** A leak above is critical, MB per 1000 cycles. */
  readonly criticalMb: number;
}

/** All results of one run: the content of `audit.json`. */
export interface AuditResults {
  readonly schema: 1;
  readonly run: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly cycles: number;
  readonly quick: boolean;
  /** The defaults of `config.yaml` where absent. */
  readonly limits?: JudgementLimits;
  readonly environment: Environment;
  readonly patterns: PatternsPhase | null;
  readonly leaks: LeakPhase | null;
  /** Absent where config.yaml names no other runtime. */
  readonly runtimes?: RuntimesPhase;
  readonly stress: StressPhase | null;
  readonly cleanup: CleanupPhase | null;
  readonly verdict: VerdictPhase | null;
  readonly timing: readonly {
    readonly phase: number;
    readonly plannedSeconds: number;
    readonly actualSeconds: number;
  }[];
}
