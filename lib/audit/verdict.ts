/**
 * Phase 5: is the system memory-safe for long-running use? The answer, the reasons, the score, the
 * findings with their remedies, and how long each target may run. A pure function of what the
 * phases recorded: the same results give the same verdict.
 *
 * @module
 */

import { renderCitation } from "./citation.ts";
import { deploymentLimits } from "./deployment.ts";
import { findProblems } from "./findings.ts";
import type { RecordedPhases } from "./findings.ts";
import { reconcile } from "./reconcile.ts";
import type { JudgementLimits, LeakPhase, LeakResult, VerdictPhase } from "./results.ts";
import { cappedScore, scoreLines } from "./score.ts";

/** Limits of the judgement, where they differ from {@linkcode DEFAULT_LIMITS}. */
export type JudgeOptions = Partial<JudgementLimits>;

/** The limits of the plan, as in the default `config.yaml`. */
export const DEFAULT_LIMITS: JudgementLimits = {
  memoryBudgetBytes: 512e6,
  acceptableMb: 5,
  majorMb: 10,
  criticalMb: 50,
};

/** Returns the verdict on recorded phases. Null stands for a phase that did not run. */
export function judge(phases: RecordedPhases, options: JudgeOptions = {}): VerdictPhase {
  const { memoryBudgetBytes, acceptableMb } = { ...DEFAULT_LIMITS, ...options };
  const reconciliation = reconcile(phases);
  const lines = scoreLines(phases, reconciliation);
  const { score, caps } = cappedScore(lines, phases);
  const unknown = [
    ...whatIsUnknown(phases, acceptableMb),
    ...onRuntimes(phases, ({ results }) => results.flatMap(undecided)),
  ];
  const unsafe = [
    ...whatIsUnsafe(phases),
    ...onRuntimes(phases, ({ results }) => results.flatMap(leaking)),
  ];
  // A blind or crying instrument proves nothing, neither safety nor a leak.
  const blind = [...blindness(phases.leaks), ...onRuntimes(phases, blindness)];
  const answer = blind.length > 0
    ? "not established"
    : unsafe.length > 0
    ? "no"
    : unknown.length > 0
    ? "not established"
    : "yes";
  return {
    answer,
    why: answer === "yes"
      ? whyYes(phases)
      : sentence(blind.length > 0 ? blind : answer === "no" ? unsafe : unknown),
    score,
    lines,
    caps: [...caps, ...blind.map((reason) => `not established: ${reason}`)],
    findings: findProblems(phases, reconciliation, memoryBudgetBytes),
    reconciliation,
    deployment: deploymentLimits(phases.leaks, memoryBudgetBytes),
  };
}

/** What is said of the leak detection on each other runtime that was asked for. */
function onRuntimes(
  { runtimes }: RecordedPhases,
  say: (leaks: LeakPhase) => readonly string[],
): string[] {
  return (runtimes?.results ?? []).flatMap(({ name, leaks }) =>
    say(leaks).map((reason) => `on ${name} ${reason}`)
  );
}

function blindness(leaks: LeakPhase | null): string[] {
  if (!leaks) return [];
  const positives = leaks.controls.filter((control) => control.kind === "positive");
  const negatives = leaks.controls.filter((control) => control.kind === "negative");
  const failed = leaks.controls.filter((control) => !control.passed);
  const missing = positives.length === 0 || negatives.length === 0;
  return [
    ...(missing ? ["the instrument was not tried on planted leaks and innocents"] : []),
    ...failed.map(({ kind, name }) =>
      kind === "positive"
        ? `the instrument missed the planted leak ${name}`
        : `the instrument accused the planted innocent ${name}`
    ),
    ...(!leaks.controlsValid && failed.length === 0 && !missing
      ? ["the control run was not valid"]
      : []),
  ];
}

function whatIsUnsafe({ leaks, stress, cleanup }: RecordedPhases): string[] {
  const growing = (stress?.results ?? []).filter((result) => result.verdict === "leak");
  const kept = (cleanup?.orphans ?? []).filter(({ before, after }) => after > before);
  const uncollected = (cleanup?.checks ?? [])
    .filter((check) => check.check.startsWith("drop.") && !check.passed);
  return [
    ...(leaks?.results ?? []).flatMap(leaking),
    ...growing.map(({ target, rss }) =>
      `${target} grows by ${renderCitation(rss.bytesPerCycle, "bytes_per_cycle")} under stress`
    ),
    ...kept.map(({ type }) => `objects of type ${type} stay behind`),
    ...uncollected.map((check) => `dropped instances of ${check.class} are not collected`),
  ];
}

function whatIsUnknown(phases: RecordedPhases, acceptableMb: number): string[] {
  const { patterns, leaks, stress, cleanup } = phases;
  const missing = Object.entries({ patterns, leaks, stress, cleanup })
    .filter(([, phase]) => phase === null).map(([name]) => `phase "${name}" was not run`);
  const bound = acceptableMb * 1e6 / 1000;
  return [
    ...missing,
    ...(leaks?.results.length === 0 ? ["no target was measured"] : []),
    ...(stress?.results.length === 0 ? ["no target was stressed"] : []),
    ...(leaks?.results ?? []).flatMap(undecided),
    ...(stress?.results ?? []).flatMap(({ target, verdict, validity, rss }) => {
      if (!validity.valid || verdict === "error") return [`${target} was not stressed`];
      const isBounded = verdict === "clean" || (rss.confidence > 0 && rss.interval[1] < bound);
      return isBounded ? [] : [`${target} is inconclusive under stress`];
    }),
    ...(cleanup && cleanup.checks.length === 0 ? ["no cleanup was verified"] : []),
  ];
}

function leaking({ target, scenario, verdict, bytesPerCycle, channel }: LeakResult): string[] {
  if (verdict !== "leak") return [];
  const rate = renderCitation(bytesPerCycle, "bytes_per_cycle");
  return [`${target} (${scenario}) leaks ${rate} in ${channel}`];
}

function undecided({ target, scenario, verdict, validity }: LeakResult): string[] {
  if (!validity.valid) return [`${target} (${scenario}) did not do its work`];
  if (verdict === "clean" || verdict === "leak") return [];
  return [`${target} (${scenario}) is ${verdict === "error" ? "unmeasured" : "inconclusive"}`];
}

function whyYes({ leaks, runtimes, cleanup }: RecordedPhases): string {
  const { results, limitOfDetection } = leaks!;
  // Nobody can vouch for less than what would have been seen, however narrow an interval is.
  const upper = Math.max(limitOfDetection, ...results.map((result) => result.interval[1]));
  const checks = cleanup!.checks;
  const passed = checks.filter((check) => check.passed).length;
  const others = (runtimes?.results ?? []).map(({ name }) => name);
  return `all ${results.length} measurements are clean, growth stays below ` +
    `${renderCitation(upper, "mb_per_1000_cycles")} per 1000 cycles with a leak of ` +
    `${renderCitation(limitOfDetection, "bytes_per_cycle")} visible on every target, all ` +
    `${leaks!.controls.length} controls were judged rightly, and ${passed} of ${checks.length} ` +
    `cleanup checks passed` +
    (others.length === 0 ? "" : `; nothing leaks on ${others.join(", ")} either`);
}

function sentence(reasons: readonly string[]): string {
  const shown = reasons.slice(0, 5);
  const more = reasons.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}
