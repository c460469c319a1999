/**
 * The mechanical score: fixed weights, each multiplied by the share of recorded checks that passed.
 * What was not recorded is one check that did not pass.
 *
 * @module
 */

import type { RecordedPhases } from "./findings.ts";
import { placeOf } from "./findings.ts";
import type { LeakPhase, Reconciliation, ScoreLine } from "./results.ts";

/** Weights of the score; they add up to 100. */
export const SCORE_WEIGHTS: Readonly<Record<ScoreLine["name"], number>> = {
  patterns: 20,
  leak_detection: 25,
  stress: 20,
  cleanup: 15,
  bounded_history: 10,
  traceability: 10,
};

/** A critical leak caps the score here. */
export const CRITICAL_CAP = 60;

/** Growth that goes on as long as an instance lives: a history, where it is not bounded. */
const HISTORY_GROWTH: readonly unknown[] = ["per_step", "per_call", "per_event", "per_iteration"];

/** Returns the lines of the score. */
export function scoreLines(
  phases: RecordedPhases,
  reconciliation: readonly Reconciliation[],
): ScoreLine[] {
  const checks: Readonly<Record<ScoreLine["name"], readonly boolean[]>> = {
    patterns: patternChecks(phases, reconciliation),
    leak_detection: leakChecks(phases.leaks),
    stress: (phases.stress?.results ?? []).flatMap((result) => [
      result.validity.valid && result.verdict === "clean",
      result.validity.valid && !result.flagged,
    ]),
    cleanup: cleanupChecks(phases),
    bounded_history: historyChecks(phases, reconciliation),
    traceability: traceabilityChecks(phases),
  };
  return (Object.keys(SCORE_WEIGHTS) as ScoreLine["name"][]).map((name) => {
    const passed = checks[name].filter(Boolean).length;
    const total = Math.max(1, checks[name].length);
    const weight = SCORE_WEIGHTS[name];
    return { name, weight, passed, total, points: weight * passed / total };
  });
}

/** Returns the caps that apply, in words, and the score under them, 0 … 100. */
export function cappedScore(
  lines: readonly ScoreLine[],
  phases: RecordedPhases,
): { readonly score: number; readonly caps: readonly string[] } {
  const sum = lines.reduce((total, line) => total + line.points, 0);
  const caps = criticalLeaks(phases).map((name) =>
    `${name} leaks critically: the score is at most ${CRITICAL_CAP}`
  );
  return { score: caps.length > 0 ? Math.min(CRITICAL_CAP, sum) : sum, caps };
}

function criticalLeaks({ leaks, stress }: RecordedPhases): string[] {
  const found = [...(leaks?.results ?? []), ...(stress?.results ?? [])]
    .filter((result) => result.verdict === "leak" && result.severity === "critical");
  return [...new Set(found.map((result) => result.target))];
}

function patternChecks(
  { patterns }: RecordedPhases,
  reconciliation: readonly Reconciliation[],
): boolean[] {
  const refuted = refutedPlaces(reconciliation);
  return [
    ...(patterns?.findings ?? []).filter((finding) => finding.kind !== "not_growth")
      .map((finding) => finding.severity === "none" || refuted.has(placeOf(finding))),
    ...(patterns?.problems ?? []).map(() => false),
  ];
}

function leakChecks(leaks: LeakPhase | null): boolean[] {
  if (!leaks) return [];
  const isSound = leaks.controlsValid && leaks.controls.length > 0;
  return [
    ...leaks.results.map(({ verdict, validity }) =>
      isSound && validity.valid && verdict === "clean"
    ),
    ...leaks.controls.map((control) => isSound && control.passed),
  ];
}

function cleanupChecks({ cleanup }: RecordedPhases): boolean[] {
  if (!cleanup) return [];
  return [
    ...cleanup.checks.map((check) => check.passed),
    ...cleanup.concurrency.map((check) => check.passed),
    ...cleanup.classes.flatMap(({ fields }) => fields).map(({ fate, reason }) =>
      fate === "released" || fate === "emptied" || (fate === "kept" && reason !== "")
    ),
    ...cleanup.orphans.map(({ before, after }) => after <= before),
  ];
}

function historyChecks(
  { patterns, leaks }: RecordedPhases,
  reconciliation: readonly Reconciliation[],
): boolean[] {
  const refuted = refutedPlaces(reconciliation);
  const isSound = leaks !== null && leaks.controlsValid && leaks.controls.length > 0;
  const longLived = (leaks?.results ?? []).filter(({ scenario }) => scenario !== "create_destroy");
  return [
    ...(patterns?.findings ?? [])
      .filter(({ kind, growth }) => kind === "growth" && HISTORY_GROWTH.includes(growth))
      .map((finding) => finding.bounded === true || refuted.has(placeOf(finding))),
    // Without a run in which instances live on, nothing is known about histories.
    ...(longLived.length === 0
      ? [false]
      : longLived.map(({ verdict, validity }) => isSound && validity.valid && verdict === "clean")),
  ];
}

/** Whether each statement names the data or the source line it rests on. */
function traceabilityChecks({ patterns, leaks, stress }: RecordedPhases): boolean[] {
  const isPlace = (site: { file: string; line: number; text: string }) =>
    site.file !== "" && site.line >= 1 && site.text !== "";
  return [
    ...(patterns?.findings ?? []).map(isPlace),
    ...(leaks?.results ?? []).flatMap((result) => [
      result.stages.some((stage) => stage.samples !== undefined && stage.samples !== ""),
      ...(result.verdict === "leak"
        ? [
          result.topAllocations.some(isPlace) || result.channel !== "heap",
          result.retainers.length > 0 || result.channel !== "heap",
        ]
        : []),
    ]),
    ...(stress?.results ?? []).map((result) => result.samples !== ""),
  ];
}

function refutedPlaces(reconciliation: readonly Reconciliation[]): Set<string> {
  return new Set(reconciliation.filter((row) => row.status === "refuted").map(placeOf));
}
