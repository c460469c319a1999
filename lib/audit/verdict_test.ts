import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RecordedPhases } from "./findings.ts";
import { fixFor, fixKindFor } from "./fixes.ts";
import { reconcile } from "./reconcile.ts";
import type { LeakResult, Verdict } from "./results.ts";
import { CRITICAL_CAP, SCORE_WEIGHTS } from "./score.ts";
import { severityOf, worstSeverity } from "./severity.ts";
import {
  cleanupPhase,
  control,
  growthEstimate,
  leakPhase,
  leakResult,
  patternFinding,
  patternsPhase,
  recordedPhases,
  stressPhase,
  stressResult,
} from "./testdata/recorded_phases.ts";
import { judge } from "./verdict.ts";

const leak: Partial<LeakResult> = {
  verdict: "leak",
  severity: "minor",
  growth: "linear",
  bytesPerCycle: 64,
  interval: [63, 65],
  topAllocations: [{
    file: "lib/controllers/classical_smc.ts",
    line: 40,
    column: 5,
    function: "control",
    bytes: 64_000,
    objects: 1000,
    text: "this.history.push(entry);",
  }],
  retainers: [{
    words: 'ClassicalSmc .history → Array → 1000 values "history"',
    steps: [".history", "[*]"],
    bytes: 64_000,
  }],
};

test("judge() says yes, at 100, to a sound run in which all is clean", () => {
  const verdict = judge(recordedPhases());
  assert.deepEqual([verdict.answer, verdict.score, verdict.caps], ["yes", 100, []]);
  assert.match(verdict.why, /2 measurements are clean/);
  assert.deepEqual(verdict.findings, []);
  assert.equal(Object.values(SCORE_WEIGHTS).reduce((a, b) => a + b), 100);
});

test("judge() says no to a leak, names it and says what to do", () => {
  const leaks = leakPhase({ results: [leakResult(leak)] });
  const { answer, why, findings, deployment } = judge({ ...recordedPhases(), leaks });
  assert.equal(answer, "no");
  assert.match(why, /classical_smc \(long_lived\) leaks 64\.0 B\/cycle in heap/);
  const [finding] = findings;
  assert.deepEqual([finding?.id, finding?.site?.line], ["P2-classical_smc-long_lived", 40]);
  assert.match(finding!.code, /history\.shift/);
  assert.match(finding!.impact, /7,876,923 cycles/);
  assert.deepEqual(deployment.map((row) => row.maxCycles), [Math.floor(512e6 / 65)]);
});

test("judge() caps the score of a critical leak, whatever else is perfect", () => {
  const critical = leakResult({
    ...leak,
    severity: "critical",
    bytesPerCycle: 6e4,
    interval: [5e4, 7e4],
  });
  const leaks = leakPhase({ results: [critical, ...Array<LeakResult>(50).fill(leakResult())] });
  const verdict = judge({ ...recordedPhases(), leaks });
  assert.ok(verdict.lines.reduce((sum, line) => sum + line.points, 0) > 95);
  assert.equal(verdict.score, CRITICAL_CAP);
  assert.match(verdict.caps[0]!, /classical_smc leaks critically/);
});

test("judge() does not establish anything with an instrument that failed a control", () => {
  const blindRuns = [
    { controls: [control("positive", { passed: false }), control("negative")] },
    { controls: [control("positive"), control("negative", { passed: false, verdict: "leak" })] },
    { controls: [control("positive")] },
    { controls: [] },
    { controlsValid: false },
  ] as const;
  for (const changes of blindRuns) {
    for (const results of [[leakResult()], [leakResult(leak)]]) {
      const verdict = judge({ ...recordedPhases(), leaks: leakPhase({ results, ...changes }) });
      assert.equal(verdict.answer, "not established");
      assert.match(verdict.why, /instrument|control/);
      assert.notEqual(verdict.caps.length, 0);
    }
  }
  const missed = judge({
    ...recordedPhases(),
    leaks: leakPhase({ ...blindRuns[0], controlsValid: false }),
  });
  assert.equal(missed.lines.find((line) => line.name === "leak_detection")?.points, 0);
});

test("judge() does not say yes to what was not measured, not done or not decided", () => {
  const unknowns: Partial<RecordedPhases>[] = [
    { patterns: null },
    { leaks: null },
    { stress: null },
    { cleanup: null },
    { leaks: leakPhase({ results: [] }) },
    { leaks: leakPhase({ results: [leakResult({ verdict: "inconclusive" })] }) },
    { leaks: leakPhase({ results: [leakResult({ verdict: "error" })] }) },
    {
      leaks: leakPhase({
        results: [leakResult({ validity: { valid: false, cycles: 0, message: "nothing moved" } })],
      }),
    },
    {
      stress: stressPhase({
        results: [stressResult({
          verdict: "inconclusive",
          rss: growthEstimate({ interval: [-1, 6000] }),
        })],
      }),
    },
    { cleanup: cleanupPhase({ checks: [] }) },
  ];
  for (const changes of unknowns) {
    const verdict = judge({ ...recordedPhases(), ...changes });
    assert.equal(verdict.answer, "not established", JSON.stringify(changes).slice(0, 80));
  }
});

test("judge() says no when dropped instances stay", () => {
  const orphans = [{ type: "Trajectory", before: 1, after: 9, retainer: "module cache" }];
  const verdict = judge({ ...recordedPhases(), cleanup: cleanupPhase({ orphans }) });
  assert.equal(verdict.answer, "no");
  assert.match(verdict.findings[0]!.title, /8 objects of type Trajectory/);
});

const phaseNames = ["patterns", "leaks", "stress", "cleanup"] as const;
const verdicts = fc.constantFrom<Verdict>("clean", "leak", "inconclusive", "error");

const arbitraryPhases = fc.record({
  patterns: fc.array(
    fc.record({
      bounded: fc.boolean(),
      severity: fc.constantFrom("none" as const, "minor" as const, "major" as const),
      line: fc.integer({ min: 1, max: 50 }),
      growth: fc.constantFrom("per_step" as const, "per_run" as const, null),
    }).map(patternFinding),
    { maxLength: 4 },
  ).map(patternsPhase),
  leaks: fc.record({
    results: fc.array(
      fc.record({
        verdict: verdicts,
        severity: fc.constantFrom("none" as const, "minor" as const, "critical" as const),
        scenario: fc.constantFrom("long_lived", "create_destroy"),
      }).map(leakResult),
      { maxLength: 4 },
    ),
    controls: fc.array(fc.boolean().map((passed) => control("positive", { passed }))),
    controlsValid: fc.boolean(),
  }).map(leakPhase),
  stress: fc.array(fc.record({ verdict: verdicts, flagged: fc.boolean() }).map(stressResult))
    .map((results) => stressPhase({ results })),
  cleanup: fc.array(fc.boolean()).map((passes) =>
    cleanupPhase({
      checks: passes.map((passed) => ({ ...cleanupPhase().checks[0]!, passed })),
    })
  ),
});

test("judge() keeps the score within 0 … 100 and never rewards the unknown", () => {
  fc.assert(fc.property(
    arbitraryPhases,
    fc.subarray([...phaseNames]),
    (phases, dropped) => {
      const { score } = judge(phases);
      assert.ok(score >= 0 && score <= 100);
      for (const line of judge(phases).lines) assert.ok(line.passed <= line.total);
      const nothing = judge({ patterns: null, leaks: null, stress: null, cleanup: null });
      assert.equal(nothing.score, 0);
      for (const name of dropped) {
        const line = { patterns: "patterns", leaks: "leak_detection" } as Record<string, string>;
        const lines = judge({ ...phases, [name]: null }).lines;
        assert.equal(lines.find((l) => l.name === (line[name] ?? name))?.points, 0);
      }
    },
  ));
});

test("judge() is monotone: a check that turns good never costs points", () => {
  fc.assert(fc.property(arbitraryPhases, fc.nat(), (phases, pick) => {
    const before = judge(phases).score;
    const improved: RecordedPhases[] = [
      {
        ...phases,
        leaks: {
          ...phases.leaks,
          results: phases.leaks.results.map((result, i) =>
            i === pick % phases.leaks.results.length
              ? { ...result, verdict: "clean", severity: "none" }
              : result
          ),
        },
      },
      {
        ...phases,
        leaks: {
          ...phases.leaks,
          controlsValid: true,
          controls: phases.leaks.controls.map((c) => ({ ...c, passed: true })),
        },
      },
      {
        ...phases,
        stress: {
          ...phases.stress,
          results: phases.stress.results.map((r) => ({ ...r, verdict: "clean", flagged: false })),
        },
      },
      {
        ...phases,
        cleanup: {
          ...phases.cleanup,
          checks: phases.cleanup.checks.map((check) => ({ ...check, passed: true })),
        },
      },
      {
        ...phases,
        patterns: {
          ...phases.patterns,
          findings: phases.patterns.findings.map((f) => ({
            ...f,
            bounded: true,
            severity: "none",
          })),
        },
      },
    ];
    for (const better of improved) assert.ok(judge(better).score >= before - 1e-9);
  }));
});

test("reconcile() confirms, refutes, or says what would reach a site", () => {
  const site = patternFinding({ bounded: false, bound: null, severity: "major" });
  const rows = (results: readonly LeakResult[], findings = [site]) =>
    reconcile({
      ...recordedPhases(),
      patterns: patternsPhase(findings),
      leaks: leakPhase({ results }),
    });
  assert.equal(rows([leakResult(leak)])[0]!.status, "confirmed");
  const byPath = leakResult({ ...leak, topAllocations: [] });
  assert.equal(rows([byPath])[0]!.status, "confirmed", "by its retainer path alone");
  const counted = {
    snapshots: [{
      cycle: 0,
      heapBytes: 1,
      externalBytes: 0,
      arrayBufferBytes: 0,
      mallocedBytes: 0,
      rssBytes: 1,
      activeResources: 0,
      instances: { ClassicalSmc: 1 },
    }],
  };
  assert.equal(rows([leakResult(counted)])[0]!.status, "refuted");
  const away = rows([leakResult()])[0]!;
  assert.equal(away.status, "not_reached");
  assert.match(away.evidence, /a long-lived instance that steps would/);
  const bounded = patternFinding();
  assert.equal(rows([leakResult(counted)], [bounded])[0]!.status, "confirmed");
  assert.equal(rows([leakResult(leak)], [bounded])[0]!.status, "refuted");
});

test("judge() drops a static finding that measurement refuted, and keeps the others", () => {
  const snapshots = [{
    cycle: 0,
    heapBytes: 1,
    externalBytes: 0,
    arrayBufferBytes: 0,
    mallocedBytes: 0,
    rssBytes: 1,
    activeResources: 0,
    instances: { ClassicalSmc: 1 },
  }];
  const unbounded = { bounded: false, bound: null, severity: "minor" as const };
  const patterns = patternsPhase([
    patternFinding(unbounded),
    patternFinding({ ...unbounded, class: "Elsewhere", attribute: "log", file: "lib/else.ts" }),
  ]);
  const leaks = leakPhase({ results: [leakResult({ snapshots })] });
  const verdict = judge({ ...recordedPhases(), patterns, leaks });
  assert.deepEqual(verdict.findings.map((finding) => finding.target), ["Elsewhere"]);
  const line = verdict.lines.find(({ name }) => name === "patterns")!;
  assert.deepEqual([line.passed, line.total], [1, 2]);
});

test("deployment takes the upper bound, never zero, and no run for the unmeasured", () => {
  const leaks = leakPhase({
    results: [
      leakResult({ interval: [0, 0], limitOfDetection: 2 }),
      leakResult({ target: "broken", verdict: "error" }),
    ],
  });
  const { deployment } = judge({ ...recordedPhases(), leaks }, { memoryBudgetBytes: 1000 });
  assert.deepEqual(deployment.map(({ target, maxCycles }) => [target, maxCycles]), [
    ["broken", 0],
    ["classical_smc", 500],
  ]);
});

test("severityOf() follows MB per 1000 cycles", () => {
  assert.deepEqual(
    [0, -5, 1, 9_999, 10_000, 50_000, 50_001, NaN].map((rate) => severityOf(rate)),
    ["none", "none", "minor", "minor", "major", "major", "critical", "none"],
  );
  assert.equal(worstSeverity(["minor", "critical", "none"]), "critical");
  assert.equal(worstSeverity([]), "none");
});

test("fixKindFor() reads the kind from a retainer path", () => {
  const paths = {
    'global .setInterval → variable "timerListMap" → Timeout': "timer",
    'module "bus.ts" → EventEmitter ._events → 1000 functions': "listener",
    'module "cache.ts" → const "entries" (Map) → 1000 values': "cache",
    "Controller .history → Array → 1000 values": "history",
    "variable 'tail' → Promise → 1000 × Promise": "promise_chain",
    "something else": "unknown_holder",
  };
  for (const [words, kind] of Object.entries(paths)) assert.equal(fixKindFor(words), kind, words);
  assert.match(fixFor("history", "log").code, /this\.log\.shift/);
});
