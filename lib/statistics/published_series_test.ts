// The published Python audit's recorded series: what it got wrong must come out right here.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { classifyGrowth } from "./classify_growth.ts";
import { detectOrderArtefact } from "./order_artefact.ts";

interface StressSeries {
  readonly baseline_memory_mb: number;
  readonly final_memory_mb: number;
  readonly memory_samples: readonly number[];
  readonly step_samples: readonly number[];
}

interface SnapshotSeries {
  readonly memory_snapshots: Readonly<Record<string, { readonly current: number }>>;
}

function load<T>(name: string): Record<string, T> {
  const url = new URL(`../../../data/reference/audit/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Record<string, T>;
}

/** Resident set in KB over steps, baseline included; RSS comes in pages of 4 KB. */
function classify({ baseline_memory_mb, memory_samples, step_samples }: StressSeries) {
  const kilobytes = [baseline_memory_mb, ...memory_samples].map((mb) => mb * 1024);
  return classifyGrowth([0, ...step_samples], kilobytes, { quantum: 4 });
}

const stressRuns = ["before_fix_stress_test_results", "stress_test_results"];

for (const name of stressRuns) {
  const runs = load<StressSeries>(name);

  test(`${name}: the classical controller leaks 0.23 to 0.25 KB per step`, () => {
    const fit = classify(runs["classical_smc"]!);
    assert.deepEqual([fit.growth, fit.settledGrowth], ["linear", "linear"]);
    assert.ok(fit.slope >= 0.23 && fit.slope <= 0.25, `${fit.slope}`);
    assert.ok(fit.interval[0] > 0.2 && fit.interval[1] < 0.3, `${fit.interval}`);
  });

  test(`${name}: super-twisting is a one-time step with a small slope`, () => {
    const fit = classify(runs["sta_smc"]!);
    assert.equal(fit.growth, "step");
    assert.ok(fit.warmupRise > 22_000, `${fit.warmupRise} KB`);
    assert.ok(fit.settledFrom <= 200);
    assert.ok(fit.slope > 0.01 && fit.slope < 0.06, `${fit.slope}`);
    assert.ok(fit.interval[0] > 0, "the small slope is real");
    // Total over count, as published, is a hundred times as much.
    assert.ok(2.4 > 40 * fit.slope);
  });

  test(`${name}: the hybrid controller's single step of some pages is no growth`, () => {
    const fit = classify(runs["hybrid_adaptive_sta_smc"]!);
    assert.deepEqual([fit.growth, fit.settledGrowth, fit.slope], ["step", "flat", 0]);
  });

  test(`${name}: the runs are recognised as sharing one process`, () => {
    const ordered = Object.entries(runs).map(([key, run]) => ({
      name: key,
      baseline: run.baseline_memory_mb,
      final: run.final_memory_mb,
    }));
    const artefact = detectOrderArtefact(ordered);
    assert.equal(artefact.shared, true);
    assert.equal(artefact.growthOfFirstHalf > 0.95, true);
    // The same growths from fresh processes, all starting at one level.
    const fresh = ordered.map(({ name: key, baseline, final }, i) => ({
      name: key,
      baseline: 154 + 0.3 * (i % 2),
      final: 154 + 0.3 * (i % 2) + final - baseline,
    }));
    assert.equal(detectOrderArtefact(fresh).shared, false);
  });
}

test("four traced snapshots suffice to see 13.6 MB before cycle 100 as a step", () => {
  for (const name of ["leak_detection_results", "before_fix_leak_detection_results"]) {
    const { memory_snapshots } = load<SnapshotSeries>(name)["sta_smc"]!;
    const megabytes = Object.values(memory_snapshots).map(({ current }) => current);
    const fit = classifyGrowth(Object.keys(memory_snapshots).map(Number), megabytes);
    assert.deepEqual([fit.growth, fit.settledFrom], ["step", 100]);
    // Published as 13.9 KB per cycle.
    assert.ok(fit.slope * 1024 < 0.01, `${fit.slope * 1024} KB per cycle`);
  }
});

test("traced snapshots of the runs with history show the adaptive controller's real leak", () => {
  const { memory_snapshots } = load<SnapshotSeries>("history_leak_detection_results")[
    "adaptive_smc"
  ]!;
  const kilobytes = Object.values(memory_snapshots).map(({ current }) => current * 1024);
  const fit = classifyGrowth(Object.keys(memory_snapshots).map(Number), kilobytes);
  assert.ok(fit.slope > 0.1 && fit.slope < 0.17, `${fit.slope} KB per step`);
  assert.ok(fit.interval[0] > 0);
});

test("detectOrderArtefact() refuses a single run", () => {
  assert.throws(() => detectOrderArtefact([{ name: "a", baseline: 1, final: 2 }]), /2 or more/);
});
