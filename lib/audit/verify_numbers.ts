/**
 * Recomputes every number of a run from its samples: growth, intervals, verdicts, severity, rankings,
 * controls, findings, score and answer. What was recorded is then compared with it.
 *
 * @module
 */

import { differences } from "./differences.ts";
import { leaksName, witnessPath } from "./leaks.ts";
import type { LeakWitness } from "./measure_leak.ts";
import { judgeControl } from "./planted_verdict.ts";
import { combineRepetitions } from "./repetitions.ts";
import type {
  AuditResults,
  ControlResult,
  JudgementLimits,
  LeakPhase,
  LeakResult,
  StressPhase,
} from "./results.ts";
import { type RunStore, unitName } from "./run_store.ts";
import { rank } from "./stress.ts";
import { DEFAULT_LIMITS, judge } from "./verdict.ts";
import type { VerificationProblem } from "./verification_problem.ts";
import { recomputeLeak } from "./verify_leaks.ts";
import { recomputeStress } from "./verify_stress.ts";

interface Recomputation {
  readonly problems: readonly VerificationProblem[];
  /** The results as the samples say. */
  readonly recomputed: AuditResults;
  /** Series that were read. */
  readonly series: number;
}

/** Recomputes a run and names each number that was recorded differently. */
export function verifyNumbers(store: RunStore, results: AuditResults): Recomputation {
  const reader = new SampleReader(store);
  const limits = { ...DEFAULT_LIMITS, ...results.limits };
  const leaks = results.leaks && recomputeLeaks(results.leaks, limits, reader);
  const stress = results.stress && recomputeStressPhase(results.stress, limits, reader);
  const runtimes = results.runtimes && {
    ...results.runtimes,
    results: results.runtimes.results.map((result) => ({
      ...result,
      leaks: recomputeLeaks(result.leaks, limits, reader, result.name),
    })),
  };
  const phases = { ...results, leaks, stress, ...(runtimes && { runtimes }) };
  // As JSON, which has neither infinity nor an undefined field.
  const recomputed = JSON.parse(
    JSON.stringify({ ...phases, verdict: results.verdict && judge(phases, limits) }),
  ) as AuditResults;
  const found = differences(results, recomputed).map(({ pointer, recorded, expected }) => ({
    kind: "number" as const,
    where: pointer,
    message: `recorded ${JSON.stringify(recorded)}, recomputed ${JSON.stringify(expected)}`,
  }));
  return { problems: [...reader.problems, ...found], recomputed, series: reader.series };
}

/** Reads samples and notes which could not be read. */
class SampleReader {
  readonly #store: RunStore;
  readonly problems: VerificationProblem[] = [];
  series = 0;

  constructor(store: RunStore) {
    this.#store = store;
  }

  columns(path: string): Record<string, Float64Array> | null {
    const columns = this.#attempt(path, () => this.#store.readSamples(path));
    if (columns) this.series++;
    return columns;
  }

  value<T>(path: string): T | null {
    return this.#attempt(path, () => this.#store.read<T>(path));
  }

  /** Results of single repetitions, as many as there are. */
  repetitions(target: string, scenario: string, runtime?: string): LeakResult[] {
    const found: LeakResult[] = [];
    for (let repetition = 0;; repetition++) {
      const name = unitName({ phase: leaksName(runtime), target, scenario, repetition });
      if (!this.#store.has(name)) return found;
      const result = this.value<LeakResult>(name);
      if (result) found.push(result);
    }
  }

  #attempt<T>(path: string, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      this.problems.push({ kind: "file", where: path, message: (error as Error).message });
      return null;
    }
  }
}

function recomputeLeaks(
  phase: LeakPhase,
  limits: JudgementLimits,
  reader: SampleReader,
  runtime?: string,
): LeakPhase {
  const results = phase.results.map((result) => {
    const units = reader.repetitions(result.target, result.scenario, runtime);
    const repeated = units.length > 0 ? units : [result];
    return combineRepetitions(repeated.map((unit) => recomputeUnit(unit, limits, reader)));
  });
  const controls = phase.controls.map((control) => {
    const [unit] = reader.repetitions(control.name, "default", runtime);
    if (!unit) return { ...control, passed: isRight(control) };
    return judgeControl({ ...control, module: "" }, recomputeUnit(unit, limits, reader));
  });
  return {
    ...phase,
    results,
    controls,
    controlsValid: new Set(controls.map(({ kind }) => kind)).size === 2 &&
      controls.every(({ passed }) => passed),
    limitOfDetection: Math.max(0, ...results.map((result) => result.limitOfDetection)),
  };
}

function recomputeUnit(
  result: LeakResult,
  limits: JudgementLimits,
  reader: SampleReader,
): LeakResult {
  const path = result.stages.find((stage) => stage.samples)?.samples;
  // A process that ended without a result left no samples.
  if (path === undefined) return result;
  const samples = reader.columns(path);
  const witness = reader.value<LeakWitness>(witnessPath(path));
  return samples && witness ? recomputeLeak(result, { samples, witness }, limits) : result;
}

/** Without its measurement, a control cannot have passed with the wrong verdict. */
function isRight({ kind, verdict, passed }: ControlResult): boolean {
  return passed && (kind === "positive" ? verdict === "leak" : verdict === "clean");
}

function recomputeStressPhase(
  phase: StressPhase,
  limits: JudgementLimits,
  reader: SampleReader,
): StressPhase {
  const results = phase.results.map((result) => {
    const columns = result.samples === "" ? null : reader.columns(result.samples);
    return columns ? recomputeStress(result, columns, limits) : result;
  });
  return { ...phase, results, ranking: rank(results) };
}
