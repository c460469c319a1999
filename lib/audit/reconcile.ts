/**
 * Static predictions beside what measurement saw: each predicted site is confirmed, refuted, or was
 * not reached, with the scenario that would reach it.
 *
 * @module
 */

import type { RecordedPhases } from "./findings.ts";
import type {
  LeakResult,
  PatternFinding,
  PatternKind,
  Reconciliation,
  RetainerPath,
  SiteReach,
} from "./results.ts";

const PREDICTING: readonly PatternKind[] = [
  "growth",
  "listener",
  "timer",
  "subscription",
  "module_state",
];

/** How far an allocation may lie from the predicted line: a call spans some lines. */
const LINES_APART = 3;

/** Returns one row per predicted site of growth. */
export function reconcile(phases: RecordedPhases): Reconciliation[] {
  const predictions = (phases.patterns?.findings ?? []).filter(isPrediction);
  return predictions.map((finding) => reconcileSite(finding, phases));
}

/** Tells whether a finding predicts growth or its absence. */
export function isPrediction({ kind, bounded }: PatternFinding): boolean {
  return PREDICTING.includes(kind) && bounded !== null;
}

function reconcileSite(finding: PatternFinding, phases: RecordedPhases): Reconciliation {
  const results = (phases.leaks?.results ?? []).filter((result) => result.validity.valid);
  const blamed = results.filter((r) => r.verdict === "leak" && blames(r, finding));
  const reached = results.filter((result) =>
    ran(phases.leaks?.reach, result, finding) ?? reaches(result, finding)
  );
  const clean = reached.filter((result) => result.verdict === "clean");
  const predicted = finding.bounded
    ? `bounded${finding.bound ? ` by ${finding.bound}` : ""}`
    : `unbounded, ${(finding.growth ?? "constant").replaceAll("_", " ")}`;
  const row = {
    file: finding.file,
    line: finding.line,
    class: finding.class,
    attribute: finding.attribute,
    predicted,
  };
  if (blamed.length > 0) {
    const evidence = `${names(blamed)} leaks at this place`;
    return { ...row, status: finding.bounded ? "refuted" : "confirmed", evidence };
  }
  if (clean.length > 0 && clean.length === reached.length) {
    const evidence = `${names(clean)} went through it and stayed clean`;
    return { ...row, status: finding.bounded ? "confirmed" : "refuted", evidence };
  }
  if (reached.length > 0) {
    const undecided = reached.filter((result) => result.verdict !== "clean");
    const evidence = `${names(undecided)} went through it, without a clear answer for this place`;
    return { ...row, status: "not_reached", evidence };
  }
  return { ...row, status: "not_reached", evidence: wouldReach(finding) };
}

/** Tells whether a leak's allocation sites or retainers name the predicted place. */
function blames(result: LeakResult, finding: PatternFinding): boolean {
  const isNear = (file: string, line: number) =>
    sameFile(file, finding.file) &&
    (Math.abs(line - finding.line) <= LINES_APART || line === finding.declared);
  return result.topAllocations.some((site) => isNear(site.file, site.line)) ||
    result.retainers.some((path) => goesThrough(path, finding) || containerOf(path, isNear));
}

function containerOf(
  { container }: RetainerPath,
  isNear: (file: string, line: number) => boolean,
): boolean {
  return container !== undefined && isNear(container.file, container.line);
}

/** Tells whether a retainer path goes through the class's attribute. */
function goesThrough(path: RetainerPath, { attribute, class: owner }: PatternFinding): boolean {
  if (attribute === null) return false;
  // "tuner._fitness" and "history[sigma]" are known by their last name and their container.
  const last = (name: string) => name.replace(/\[.*/, "").split(".").at(-1)!.replace(/^[#_]+/, "");
  const name = last(attribute);
  const mentions = (text: string, word: string) =>
    new RegExp(`(^|[^\\w])[#_]*${escape(word)}($|[^\\w])`).test(text);
  const text = [path.words, ...path.steps].join("\n");
  return mentions(text, name) && (owner === null || mentions(text, last(owner)));
}

/** Tells whether a traced target ran the very site; null where it was not traced. */
function ran(
  reach: readonly SiteReach[] | undefined,
  { target, scenario }: LeakResult,
  { file, line }: PatternFinding,
): boolean | null {
  const traced = reach?.find((one) => one.target === target && one.scenario === scenario);
  return traced === undefined ? null : traced.sites.includes(`${file}:${line}`);
}

/** Tells whether a measured target ran code of the class or file. */
function reaches(result: LeakResult, finding: PatternFinding): boolean {
  const { class: owner, file } = finding;
  const counted = result.snapshots.some((snapshot) =>
    owner !== null && Object.hasOwn(snapshot.instances, owner)
  );
  return counted ||
    result.topAllocations.some((site) => sameFile(site.file, file)) ||
    result.classGrowth.some((growth) => growth.class === owner);
}

const SCENARIOS: Readonly<Record<NonNullable<PatternFinding["growth"]>, string>> = {
  constant: "a scenario that creates its owner",
  per_step: "a long-lived instance that steps",
  per_call: "a long-lived instance whose method is called in each cycle",
  per_event: "a scenario that raises its events",
  per_run: "one owner that runs in each cycle",
  per_iteration: "a tuning run in each cycle",
  per_registration: "a scenario that registers in each cycle",
};

function wouldReach(finding: PatternFinding): string {
  return `no measured scenario shows it; ${SCENARIOS[finding.growth ?? "constant"]} would`;
}

function sameFile(left: string, right: string): boolean {
  const [a, b] = [left, right].map((path) => path.replaceAll("\\", "/").replace(/^\.\//, ""));
  return a === b || a!.endsWith(`/${b}`) || b!.endsWith(`/${a}`);
}

function names(results: readonly LeakResult[]): string {
  return results.map(({ target, scenario }) => `${target} (${scenario})`).join(", ");
}

function escape(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
