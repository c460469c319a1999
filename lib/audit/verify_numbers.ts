/**
 * Recomputes every number of a run from its samples: growth, intervals, severity, rankings, controls,
 * findings, score and answer. What was recorded is then compared with it.
 *
 * @module
 */

import { differences } from "./differences.ts";
import { recomputeLeak } from "./verify_leaks.ts";
import { rank } from "./stress.ts";
import { recomputeStress } from "./verify_stress.ts";
import type { AuditResults, ControlResult, LeakPhase, StressPhase } from "./results.ts";
import type { RunStore } from "./run_store.ts";
import { severityOf } from "./severity.ts";
import { DEFAULT_LIMITS, judge } from "./verdict.ts";
import type { VerificationProblem } from "./verify.ts";

interface Recomputation {
  readonly problems: readonly VerificationProblem[];
  /** The results as the samples say. */
  readonly recomputed: AuditResults;
  /** Series that were read. */
  readonly series: number;
}

/** Recomputes a run and names each number that was recorded differently. */
export function verifyNumbers(store: RunStore, results: AuditResults): Recomputation {
  const problems: VerificationProblem[] = [];
  let series = 0;
  const read = (pointer: string, path: string) => {
    if (path === "") return null;
    try {
      const columns = store.readSamples(path);
      series++;
      return columns;
    } catch (error) {
      problems.push({
        kind: "file",
        where: `${path} (${pointer})`,
        message: (error as Error).message,
      });
      return null;
    }
  };
  const limits = { ...DEFAULT_LIMITS, ...results.limits };
  const leaks = results.leaks && recomputeLeaks(results.leaks, limits, read);
  const stress = results.stress && recomputeStressPhase(results.stress, limits.majorMb * 1e3, read);
  const phases = { ...results, leaks, stress };
  const recomputed = { ...phases, verdict: results.verdict && judge(phases, limits) };
  const found = differences(results, recomputed).map(({ pointer, recorded, expected }) => ({
    kind: "number" as const,
    where: pointer,
    message: `recorded ${JSON.stringify(recorded)}, recomputed ${JSON.stringify(expected)}`,
  }));
  return { problems: [...problems, ...found], recomputed, series };
}

type ReadSamples = (pointer: string, path: string) => Record<string, Float64Array> | null;

function recomputeLeaks(
  phase: LeakPhase,
  limits: { readonly majorMb: number; readonly criticalMb: number },
  read: ReadSamples,
): LeakPhase {
  const results = phase.results.map((result, i) => {
    const pointer = `/leaks/results/${i}`;
    const stage = result.stages.find((stage) => stage.samples);
    read(pointer, stage?.samples ?? "");
    const again = recomputeLeak(result);
    const isLeak = again.verdict === "leak";
    const rate = again.channel === "resources" ? 0 : again.bytesPerCycle;
    const severity = isLeak ? severityOf(rate, limits) : "none";
    // A leak of handles has no bytes: the least severity is its own.
    return { ...again, severity: isLeak && severity === "none" ? "minor" : severity };
  });
  const controls = phase.controls.map((control) => ({ ...control, passed: isRight(control) }));
  const kinds = new Set(controls.map(({ kind }) => kind));
  return {
    ...phase,
    results,
    controls,
    controlsValid: kinds.size === 2 && controls.every(({ passed }) => passed),
    limitOfDetection: Math.max(0, ...results.map((result) => result.limitOfDetection)),
  };
}

/** A control passes if its verdict is right, and a positive one only with its planted channel. */
function isRight({ kind, verdict, passed }: ControlResult): boolean {
  return passed && (kind === "positive" ? verdict === "leak" : verdict === "clean");
}

function recomputeStressPhase(phase: StressPhase, flag: number, read: ReadSamples): StressPhase {
  const results = phase.results.map((result, i) => {
    const columns = read(`/stress/results/${i}`, result.samples);
    return columns ? recomputeStress(result, columns, flag) : result;
  });
  return { ...phase, results, ranking: rank(results) };
}
