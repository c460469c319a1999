/**
 * SARIF 2.1.0, which code-scanning services show beside the source: leaks at their allocation
 * sites, and what phase 1 found without running anything.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { PatternFinding } from "../audit/results.ts";
import { type CheckedTarget, titleOf } from "./check_result.ts";
import { describeRule, SARIF_RULES } from "./sarif_rules.ts";
import { readRegions, type SourceRegions } from "./source_region.ts";
import { describeEvidence } from "./terminal.ts";

/** What a SARIF log is made of. */
export interface SarifInput {
  readonly targets: readonly CheckedTarget[];
  readonly findings: readonly PatternFinding[];
  /** Folder that paths in the log are relative to: the root of the repository, absolute. */
  readonly root: string;
  /** Version of heapbook. */
  readonly version: string;
}

/** Returns a SARIF 2.1.0 log as JSON text. */
export function renderSarif(input: SarifInput): string {
  const { targets, findings, root, version } = input;
  const regions = readRegions(root);
  const results = [
    ...targets.flatMap((target) => targetResult(target, regions)),
    ...findings.flatMap((finding) => findingResult(finding, regions)),
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
    rules: SARIF_RULES.map(describeRule),
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

function targetResult(target: CheckedTarget, regions: SourceRegions) {
  const { result, module } = target;
  if (result.verdict !== "leak" && result.verdict !== "inconclusive") return [];
  const [site, ...others] = result.sites;
  const text = [`${titleOf(target)}: ${result.message}`, ...describeEvidence(target)].join("\n");
  const place = site ?? { file: module, line: 1, column: 1 };
  const related = others.map((other, i) => ({
    id: i + 1,
    ...location(other, regions),
    message: { text: "also allocates what stays alive" },
  }));
  const ruleId = result.verdict === "leak" ? "heapbook/leak" : "heapbook/inconclusive";
  const fingerprint = `${result.name} ${regions.uri(place.file)} ${site?.function ?? ""}`;
  return [entry({ ruleId, text, place, fingerprint, related }, regions)];
}

const RELEASE_KINDS: ReadonlySet<string> = new Set([
  "listener",
  "timer",
  "subscription",
  "unreleased",
  "missing_lifecycle",
]);

function findingResult(finding: PatternFinding, regions: SourceRegions) {
  const { kind, file, bounded, note, text, attribute } = finding;
  if (kind === "not_growth" || kind === "lifecycle") return [];
  if (bounded === true) return [];
  const ruleId = kind === "growth" && bounded === false
    ? "heapbook/unbounded-growth"
    : RELEASE_KINDS.has(kind)
    ? "heapbook/unreleased"
    : "heapbook/pattern";
  const words = note === "" ? `${kind.replaceAll("_", " ")}: ${text}` : note;
  const fingerprint = `${kind} ${regions.uri(file)} ${finding.class} ${attribute} ${text}`;
  return [entry({ ruleId, text: words, place: finding, fingerprint, related: [] }, regions)];
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface Entry {
  readonly ruleId: string;
  readonly text: string;
  readonly place: Place;
  /** What makes the result the same one after the code around it has changed. */
  readonly fingerprint: string;
  readonly related: readonly object[];
}

function entry({ ruleId, text, place, fingerprint, related }: Entry, regions: SourceRegions) {
  const ruleIndex = SARIF_RULES.findIndex(({ id }) => id === ruleId);
  const hash = createHash("sha256").update(`${ruleId} ${fingerprint}`).digest("hex").slice(0, 32);
  const lineHash = regions.hash(place.file, place.line);
  return {
    ruleId,
    ruleIndex,
    level: SARIF_RULES[ruleIndex]!.level,
    message: { text },
    locations: [location(place, regions)],
    ...(related.length === 0 ? {} : { relatedLocations: related }),
    // Both stay the same when lines move, so that a service does not report an old result anew.
    partialFingerprints: {
      ...(lineHash === undefined ? {} : { primaryLocationLineHash: lineHash }),
      "heapbook/v1": hash,
    },
  };
}

function location({ file, line, column }: Place, regions: SourceRegions) {
  return {
    physicalLocation: {
      artifactLocation: { uri: regions.uri(file), uriBaseId: "%SRCROOT%" },
      region: regions.region(file, line, column),
    },
  };
}
