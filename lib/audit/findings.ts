/**
 * The findings of an audit: each problem that a phase recorded, with its severity, its impact in
 * the user's terms, and a concrete remedy.
 *
 * @module
 */

import { renderCitation } from "./citation.ts";
import { remedyFor } from "../patterns/mod.ts";
import { fixFor, type FixKind, fixKindFor } from "./fixes.ts";
import type {
  CleanupPhase,
  Finding,
  LeakPhase,
  LeakResult,
  PatternFinding,
  PatternsPhase,
  Reconciliation,
  RuntimeResult,
  RuntimesPhase,
  Severity,
  Site,
  StressPhase,
} from "./results.ts";

/** The phases as recorded; null where a phase did not run. */
export interface RecordedPhases {
  readonly patterns: PatternsPhase | null;
  readonly leaks: LeakPhase | null;
  /** Absent where no other runtime was asked for. */
  readonly runtimes?: RuntimesPhase;
  readonly stress: StressPhase | null;
  readonly cleanup: CleanupPhase | null;
}

const ORDER: readonly Severity[] = ["critical", "major", "minor", "none"];

/**
 * Returns all findings, worst first. A static finding that measurement refuted is left out.
 *
 * @param budgetBytes Memory that growth may use, for the impact of a leak.
 */
export function findProblems(
  phases: RecordedPhases,
  reconciliation: readonly Reconciliation[],
  budgetBytes: number,
): Finding[] {
  const findings = [
    ...(phases.leaks?.results ?? []).flatMap((result) => leakFinding(result, budgetBytes)),
    ...(phases.runtimes?.results ?? []).flatMap((runtime) => runtimeFindings(runtime, budgetBytes)),
    ...(phases.stress?.results ?? []).flatMap(stressFinding),
    ...cleanupFindings(phases.cleanup),
    ...patternFindings(phases.patterns, reconciliation),
  ];
  return findings.map((finding, i) => ({ finding, i }))
    .sort((a, b) =>
      ORDER.indexOf(a.finding.severity) - ORDER.indexOf(b.finding.severity) || a.i - b.i
    )
    .map(({ finding }) => finding);
}

function runtimeFindings({ name, leaks }: RuntimeResult, budgetBytes: number): Finding[] {
  return leaks.results.flatMap((result) => leakFinding(result, budgetBytes)).map((finding) => ({
    ...finding,
    id: `${finding.id}@${name}`,
    title: `On ${name}: ${finding.title}`,
  }));
}

function leakFinding(result: LeakResult, budgetBytes: number): Finding[] {
  if (result.verdict === "clean") return [];
  const id = `P2-${result.target}-${result.scenario}`;
  const base = { id, phase: 2 as const, target: result.target, site: leakSite(result) };
  if (result.verdict === "error") {
    return [{
      ...base,
      severity: "major",
      title: `${result.target} could not be measured: ${result.message}`,
      impact: "Nothing is known about its memory.",
      ...fixFor("repair_target", result.target),
    }];
  }
  if (result.verdict === "inconclusive") {
    return [{
      ...base,
      severity: "minor",
      title: `${result.target} (${result.scenario}): clean or leaking could not be told apart`,
      impact: `A leak of up to ${rate(result.interval[1])} may hide here.`,
      ...fixFor("measure_longer", result.target),
    }];
  }
  const cycles = Math.floor(budgetBytes / Math.max(result.interval[1], Number.MIN_VALUE));
  return [{
    ...base,
    severity: result.severity,
    title: `${result.target} (${result.scenario}) leaks ${rate(result.bytesPerCycle)} in ` +
      result.channel,
    impact: `A budget of ${renderCitation(budgetBytes, "bytes")} is used up after ` +
      `${renderCitation(cycles, "integer")} cycles.`,
    ...fixFor(leakKind(result), holderName(result)),
  }];
}

function leakKind(result: LeakResult): FixKind {
  const words = [
    ...result.retainers.slice(0, 1).map((path) => path.words),
    ...result.topAllocations.slice(0, 1).map((site) => site.text),
  ].join(" ");
  if (words !== "") return fixKindFor(words);
  const byChannel = { arrayBuffers: "byte_buffer", wasm: "byte_buffer", external: "byte_buffer" };
  return (byChannel as Partial<Record<string, FixKind>>)[result.channel] ??
    (result.channel === "native" ? "native_handle" : "unknown_holder");
}

/** Name of what grows: the last attribute or variable on the retainer path. */
function holderName(result: LeakResult): string {
  const words = result.retainers[0]?.words ?? "";
  const names = [...words.matchAll(/"([\w$#]+)"|\.([\w$#]+)/g)].map((m) => m[1] ?? m[2]!);
  return names.at(-1) ?? result.topAllocations[0]?.function ?? result.target;
}

function leakSite(result: LeakResult): Site | null {
  const [first] = result.topAllocations;
  if (!first) return result.retainers[0]?.container ?? null;
  const { file, line, column, function: name } = first;
  return { file, line, column, function: name };
}

function stressFinding(result: StressPhase["results"][number]): Finding[] {
  if (!result.flagged && result.verdict !== "leak") return [];
  const works = result.validity.valid;
  return [{
    id: `P3-${result.target}`,
    phase: 3,
    target: result.target,
    severity: works ? result.severity === "none" ? "minor" : result.severity : "major",
    title: works
      ? `${result.target}: the resident set grows by ${rate(result.rss.bytesPerCycle)}`
      : `${result.target} could not be stressed: ${result.message}`,
    impact: works
      ? `Up to ${renderCitation(result.rss.interval[1], "mb_per_1000_cycles")} in 1000 cycles.`
      : "Nothing is known about its behaviour under load.",
    ...fixFor(works ? "native_handle" : "repair_target", result.target),
    site: null,
  }];
}

function cleanupFindings(phase: CleanupPhase | null): Finding[] {
  if (!phase) return [];
  const failed = [...phase.checks, ...phase.concurrency].filter((check) => !check.passed);
  return [
    ...failed.map((check): Finding => ({
      id: `P4-${check.class}-${check.check}`,
      phase: 4,
      target: check.class,
      severity: check.check.startsWith("drop.") ? "major" : "minor",
      title: `${check.class}.${check.method}: ${check.check}`,
      impact: `Expected ${check.expected}; observed ${check.observed}.`,
      ...fixFor(cleanupKind(check.check), check.class),
      site: null,
    })),
    ...phase.orphans.filter(({ before, after }) => after > before).map((orphan): Finding => ({
      id: `P4-orphan-${orphan.type}`,
      phase: 4,
      target: orphan.type,
      severity: "major",
      title: `${orphan.after - orphan.before} objects of type ${orphan.type} stay behind`,
      impact: `Held by ${orphan.retainer || "an unknown holder"} after their owners were dropped.`,
      ...fixFor(fixKindFor(orphan.retainer), orphan.type),
      site: null,
    })),
  ];
}

function cleanupKind(check: string): FixKind {
  if (check.startsWith("reset.")) return "reset";
  if (check.startsWith("drop.")) return "unknown_holder";
  if (check === "cleanup.present") return "missing_cleanup";
  return check.includes("release") ? "incomplete_cleanup" : "cleanup_contract";
}

function patternFindings(
  phase: PatternsPhase | null,
  reconciliation: readonly Reconciliation[],
): Finding[] {
  const refuted = new Set(
    reconciliation.filter((row) => row.status === "refuted").map(placeOf),
  );
  return (phase?.findings ?? [])
    .filter((finding) => finding.severity !== "none" && !refuted.has(placeOf(finding)))
    .map((finding) => patternFinding(finding));
}

function patternFinding(finding: PatternFinding): Finding {
  const owner = finding.class ?? finding.file.split("/").at(-1)!;
  const { text: fix, code, effort } = remedyFor(finding);
  return {
    id: `P1-${finding.file}:${finding.line}:${finding.column}-${finding.kind}`,
    phase: 1,
    target: owner,
    severity: finding.severity,
    title: `${owner}${finding.attribute ? `.${finding.attribute}` : ""}: ${
      finding.kind.replaceAll("_", " ")
    }${finding.growth ? ` ${finding.growth.replaceAll("_", " ")}` : ""}`,
    impact: finding.note || "It outlives the call and nothing found here releases it.",
    fix,
    effort,
    code,
    site: {
      file: finding.file,
      line: finding.line,
      column: finding.column,
      function: owner,
    },
  };
}

/** Returns what two records of one place in a source have in common. */
export function placeOf(at: {
  readonly file: string;
  readonly line: number;
  readonly attribute: string | null;
}): string {
  return `${at.file}:${at.line}:${at.attribute ?? ""}`;
}

function rate(bytesPerCycle: number): string {
  return renderCitation(bytesPerCycle, "bytes_per_cycle");
}
