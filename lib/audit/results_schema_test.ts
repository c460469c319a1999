import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import type { AuditResults } from "./results.ts";
import { resultsSchema } from "./results_schema.ts";
import { recordedPhases } from "./testdata/recorded_phases.ts";
import { judge } from "./verdict.ts";

const isAudit = new Ajv({ allErrors: true, allowUnionTypes: true, strictTuples: false })
  .compile(resultsSchema);

function results(): AuditResults {
  const phases = recordedPhases();
  return {
    schema: 1,
    run: "r1",
    startedAt: "2024-01-01T00:00:00.000Z",
    finishedAt: null,
    cycles: 1000,
    quick: false,
    environment: {
      node: "v20.19.0",
      v8: "11.3",
      os: "Linux",
      cpu: "cpu",
      cores: 2,
      memoryBytes: 1e9,
      flags: [],
      gitRevision: null,
      gitDirty: null,
      configSha256: "00",
      seed: 1,
      heapbook: "0.1.0",
    },
    ...phases,
    verdict: judge(phases),
    timing: [{ phase: 1, plannedSeconds: 20, actualSeconds: 1 }],
  };
}

test("resultsSchema accepts complete results and names what is wrong in others", () => {
  assert.equal(isAudit(results()), true, JSON.stringify(isAudit.errors));
  assert.equal(isAudit({ ...results(), patterns: null, leaks: null, verdict: null }), true);
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [{ ...results(), schema: 2 }, /\/schema/],
    [{ ...results(), cycles: "1000" }, /\/cycles/],
    [{ ...results(), extra: 1 }, /extra/],
    [{ ...results(), verdict: { ...results().verdict, answer: "maybe" } }, /\/verdict/],
    [{
      ...results(),
      leaks: { ...results().leaks, results: [{ ...results().leaks!.results[0], interval: [1] }] },
    }, /\/leaks/],
  ];
  for (const [value, where] of wrong) {
    assert.equal(isAudit(value), false);
    assert.match(JSON.stringify(isAudit.errors), where);
  }
});

test("resultsSchema is what tools/results_schema.mjs makes of the types", () => {
  const tool = fileURLToPath(new URL("../../../tools/results_schema.mjs", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [tool, "--check"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});
