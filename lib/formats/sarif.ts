/**
 * SARIF 2.1.0, which code-scanning services show beside the source: leaks at their allocation
 * sites, and what phase 1 found without running anything.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { isAbsolute, relative, sep } from "node:path";
import type { PatternFinding } from "../audit/results.ts";
import { type CheckedTarget, titleOf } from "./check_result.ts";
import { describeEvidence } from "./terminal.ts";

/** What a SARIF log is made of. */
export interface SarifInput {
  readonly targets: readonly CheckedTarget[];
  readonly findings: readonly PatternFinding[];
  /** Folder that paths in the log are relative to: the root of the repository. */
  readonly root: string;
  /** Version of heapbook. */
  readonly version: string;
}

type Level = "error" | "warning" | "note";

const RULES = [
  {
    id: "heapbook/leak",
    name: "MemoryLeak",
    text: "Memory grows with every cycle and is never released",
    level: "error",
  },
  {
    id: "heapbook/inconclusive",
    name: "MemoryGrowthUndecided",
    text: "Measurement could not tell whether memory grows",
    level: "warning",
  },
  {
    id: "heapbook/unbounded-growth",
    name: "UnboundedGrowth",
    text: "State that outlives the call grows without a bound",
    level: "warning",
  },
  {
    id: "heapbook/unreleased",
    name: "UnreleasedResource",
    text: "A listener, timer, subscription or owned field is registered and never released",
    level: "warning",
  },
  {
    id: "heapbook/pattern",
    name: "MemoryPattern",
    text: "A memory pattern that a reviewer should know of",
    level: "note",
  },
] as const;

type RuleId = typeof RULES[number]["id"];

/** Returns a SARIF 2.1.0 log as JSON text. */
export function renderSarif(input: SarifInput): string {
  const { targets, findings, root, version } = input;
  const results = [
    ...targets.flatMap((target) => targetResult(target, root)),
    ...findings.flatMap((finding) => findingResult(finding, root)),
  ];
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: { driver: driver(version) },
      automationDetails: { id: "heapbook/check/" },
      columnKind: "utf16CodeUnits",
      invocations: [invocation(targets)],
      results,
    }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function driver(version: string) {
  return {
    name: "heapbook",
    semanticVersion: version,
    rules: RULES.map(({ id, name, text, level }) => ({
      id,
      name,
      shortDescription: { text },
      defaultConfiguration: { level },
      properties: { tags: ["memory", "reliability"] },
    })),
  };
}

/** Targets that could not run are faults of the invocation, not results about the code. */
function invocation(targets: readonly CheckedTarget[]) {
  const failed = targets.filter(({ result }) => result.verdict === "error");
  return {
    executionSuccessful: failed.length === 0,
    toolExecutionNotifications: failed.map(({ result }) => ({
      level: "error",
      message: { text: `${result.name}: ${result.message}` },
    })),
  };
}

function targetResult(target: CheckedTarget, root: string) {
  const { result, module } = target;
  if (result.verdict !== "leak" && result.verdict !== "inconclusive") return [];
  const [site, ...others] = result.sites;
  const text = [`${titleOf(target)}: ${result.message}`, ...describeEvidence(target)].join("\n");
  const place = site ?? { file: module, line: 1, column: 1 };
  const related = others.map(({ file, line, column }, i) => ({
    id: i + 1,
    ...location(file, line, column, root),
    message: { text: "also allocates what stays alive" },
  }));
  return [
    entry(result.verdict === "leak" ? "heapbook/leak" : "heapbook/inconclusive", {
      text,
      location: location(place.file, place.line, place.column, root),
      fingerprint: `${result.name} ${place.file} ${site?.function ?? ""}`,
      related,
    }),
  ];
}

const RELEASE_KINDS: ReadonlySet<string> = new Set([
  "listener",
  "timer",
  "subscription",
  "unreleased",
  "missing_lifecycle",
]);

function findingResult(finding: PatternFinding, root: string) {
  const { kind, file, line, column, bounded, note, text, attribute } = finding;
  if (kind === "not_growth" || kind === "lifecycle") return [];
  if (bounded === true) return [];
  const id: RuleId = kind === "growth" && bounded === false
    ? "heapbook/unbounded-growth"
    : RELEASE_KINDS.has(kind)
    ? "heapbook/unreleased"
    : "heapbook/pattern";
  return [entry(id, {
    text: note === "" ? `${kind.replaceAll("_", " ")}: ${text}` : note,
    location: location(file, line, column, root),
    fingerprint: `${kind} ${file} ${finding.class} ${attribute} ${text}`,
    related: [],
  })];
}

interface Entry {
  readonly text: string;
  readonly location: ReturnType<typeof location>;
  readonly fingerprint: string;
  readonly related: readonly object[];
}

function entry(ruleId: RuleId, { text, location, fingerprint, related }: Entry) {
  const ruleIndex = RULES.findIndex(({ id }) => id === ruleId);
  const level: Level = RULES[ruleIndex]!.level;
  const hash = createHash("sha256").update(`${ruleId} ${fingerprint}`).digest("hex").slice(0, 32);
  return {
    ruleId,
    ruleIndex,
    level,
    message: { text },
    locations: [location],
    ...(related.length === 0 ? {} : { relatedLocations: related }),
    // Stays the same when lines move, so that a service does not report an old result anew.
    partialFingerprints: { "heapbook/v1": hash },
  };
}

function location(file: string, line: number, column: number, root: string) {
  const path = isAbsolute(file) ? relative(root, file) : file;
  const uri = path.split(sep).map(encodeURIComponent).join("/");
  return {
    physicalLocation: {
      artifactLocation: { uri, uriBaseId: "%SRCROOT%" },
      region: { startLine: Math.max(1, line), startColumn: Math.max(1, column) },
    },
  };
}
