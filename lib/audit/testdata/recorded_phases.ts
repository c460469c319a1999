/** Recorded phases made for tests: sound and clean unless a test says otherwise. */
import type {
  CleanupPhase,
  ControlResult,
  GrowthEstimate,
  LeakPhase,
  LeakResult,
  PatternFinding,
  PatternsPhase,
  StressPhase,
  StressResult,
} from "../results.ts";

const valid = { valid: true, cycles: 1000, message: "1000 cycles proved their work" };

export function growthEstimate(changes: Partial<GrowthEstimate> = {}): GrowthEstimate {
  return {
    channel: "heap",
    growth: "flat",
    bytesPerCycle: 0,
    interval: [0, 0.5],
    confidence: 0.99,
    settledFrom: 200,
    limitOfDetection: 1,
    ...changes,
  };
}

export function leakResult(changes: Partial<LeakResult> = {}): LeakResult {
  return {
    target: "classical_smc",
    scenario: "long_lived",
    verdict: "clean",
    severity: "none",
    channel: "heap",
    growth: "flat",
    bytesPerCycle: 0,
    interval: [0, 0.5],
    confidence: 0.99,
    limitOfDetection: 1,
    cycles: 1000,
    warmupCycles: 200,
    seconds: 1,
    channels: [growthEstimate()],
    snapshots: [],
    topAllocations: [],
    classGrowth: [],
    retainers: [],
    stages: [{
      stage: "exact_trend",
      cycles: 1000,
      seconds: 1,
      cpuSeconds: 1,
      peakRssBytes: 6e7,
      outcome: "completed",
      samples: "samples/leaks/classical_smc.json",
    }],
    validity: valid,
    message: "",
    ...changes,
  };
}

export function control(
  kind: "positive" | "negative",
  changes: Partial<ControlResult> = {},
): ControlResult {
  return {
    name: `${kind}_control`,
    kind,
    channel: "heap",
    plantedBytesPerCycle: kind === "positive" ? 8 : 0,
    measuredBytesPerCycle: kind === "positive" ? 8 : 0,
    interval: kind === "positive" ? [7.9, 8.1] : [0, 0],
    verdict: kind === "positive" ? "leak" : "clean",
    passed: true,
    seconds: 1,
    message: "",
    ...changes,
  };
}

export function leakPhase(changes: Partial<LeakPhase> = {}): LeakPhase {
  return {
    results: [leakResult(), leakResult({ scenario: "create_destroy" })],
    controls: [control("positive"), control("negative")],
    controlsValid: true,
    limitOfDetection: 1,
    seconds: 4,
    ...changes,
  };
}

export function stressResult(changes: Partial<StressResult> = {}): StressResult {
  return {
    target: "classical_smc",
    verdict: "clean",
    cycles: 1000,
    stepsPerCycle: 100,
    seconds: 2,
    cpuSeconds: 2,
    peakRssBytes: 8e7,
    meanRssBytes: 7e7,
    peakVirtualBytes: 1e9,
    rss: growthEstimate({ channel: "native", interval: [-10, 90] }),
    virtual: growthEstimate({ channel: "native" }),
    gc: { cycles: 250, count: 4, totalMs: 5, maxPauseMs: 2 },
    eventLoopDelayMs: { mean: 1, p99: 2, max: 3 },
    allocatedBytesPerStep: 0,
    retainedBytesPerInstance: 900,
    flagged: false,
    severity: "none",
    validity: valid,
    samples: "samples/stress/classical_smc.json",
    message: "",
    ...changes,
  };
}

export function stressPhase(changes: Partial<StressPhase> = {}): StressPhase {
  const names = ["classical_smc"];
  return {
    results: [stressResult()],
    ranking: { byPeak: names, byAllocation: names, byRetained: names },
    seconds: 2,
    ...changes,
  };
}

export function cleanupPhase(changes: Partial<CleanupPhase> = {}): CleanupPhase {
  return {
    classes: [{
      class: "ClassicalSmc",
      fields: [{
        field: "history",
        before: "Array(3)",
        after: "Array(0)",
        fate: "emptied",
        reason: "",
      }],
    }],
    checks: [{
      class: "ClassicalSmc",
      method: "cleanup",
      check: "cleanup.idempotent",
      passed: true,
      observed: "no error",
      expected: "no error",
    }],
    orphans: [],
    concurrency: [],
    seconds: 1,
    ...changes,
  };
}

export function patternFinding(changes: Partial<PatternFinding> = {}): PatternFinding {
  return {
    kind: "growth",
    file: "lib/controllers/classical_smc.ts",
    line: 40,
    column: 5,
    class: "ClassicalSmc",
    attribute: "history",
    bounded: true,
    bound: "ring of 1000",
    growth: "per_step",
    severity: "none",
    text: "this.history.push(entry);",
    note: "",
    ...changes,
  };
}

export function patternsPhase(
  findings: readonly PatternFinding[] = [patternFinding()],
): PatternsPhase {
  return { files: 10, lines: 1000, findings, problems: [], seconds: 1 };
}

/** All four phases. */
export interface AllPhases {
  readonly patterns: PatternsPhase;
  readonly leaks: LeakPhase;
  readonly stress: StressPhase;
  readonly cleanup: CleanupPhase;
}

export function recordedPhases(): AllPhases {
  return {
    patterns: patternsPhase(),
    leaks: leakPhase(),
    stress: stressPhase(),
    cleanup: cleanupPhase(),
  };
}
