import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../statistics/mod.ts";
import { cyclesAt, judgeStress, type StressMeasurement } from "./stress_judgement.ts";

const CYCLES = 2000;
const MB = 1e6;

/** A run whose resident set is `rss(cycle)`, sampled every 10 ms at one cycle per ms. */
function measured(
  rss: (cycle: number) => number,
  cycles = CYCLES,
  freedBytes = 0,
): StressMeasurement {
  const random = createRandom("stress");
  const moments = Array.from({ length: cycles / 10 }, (_, i) => 1000 + 10 * i);
  const page = (bytes: number) => Math.round(bytes / 4096) * 4096;
  const noisy = moments.map((ms) => page(rss(ms - 1000) + 2e5 * random.normal()));
  return {
    spec: { name: "made", module: "", meta: { stepsPerCycle: 10 } },
    outcome: {
      status: "completed",
      seconds: 2,
      cpuSeconds: 2,
      peakRssBytes: 0,
      result: {
        cycles,
        observedCycles: cycles / 4,
        seconds: cycles / 1000,
        cpuSeconds: 2,
        markCycle: [0, cycles],
        markMs: [1000, 1000 + cycles],
        gc: { count: 3, totalMs: 5, maxPauseMs: 2 },
        pauseMs: [],
        pauseAtMs: [],
        eventLoopDelayMs: { mean: 1, p99: 2, max: 3 },
        peakRssBytes: 0,
        freedBytes,
        invalid: "",
      },
    },
    samples: {
      ms: Float64Array.from(moments),
      rss: Float64Array.from(noisy),
      virtual: Float64Array.from(noisy, (value) => value + 5e8),
    },
    profile: { allocatedBytesPerCycle: 640, retainedBytesPerContext: 96 },
  };
}

const limits = { majorMb: 10, criticalMb: 50, samplesPath: "" };

test("cyclesAt() interpolates between marks, and is −1 before the first", () => {
  const run = { markMs: [100, 200, 400], markCycle: [0, 10, 110] };
  assert.deepEqual(cyclesAt([50, 100, 150, 300, 400, 900], run), [-1, 0, 5, 60, 110, 110]);
});

test("judgeStress() calls a warm-up that ends no leak", () => {
  const result = judgeStress(
    measured((cycle) => 60 * MB + 40 * MB * (1 - Math.exp(-cycle / 150))),
    limits,
  );
  assert.equal(result.verdict, "clean");
  assert.equal(result.rss.growth, "saturating");
  assert.equal(result.flagged, false);
  assert.equal(result.severity, "none");
});

test("judgeStress() calls a one-time load no leak, whatever total over count would say", () => {
  const result = judgeStress(measured((cycle) => (cycle < 900 ? 60 : 110) * MB), limits);
  assert.equal(result.verdict, "clean");
  assert.equal(result.rss.growth, "step");
});

test("judgeStress() flags steady growth above the limit, with its rate inside the interval", () => {
  const result = judgeStress(measured((cycle) => 60 * MB + 60_000 * cycle), limits);
  assert.equal(result.verdict, "leak");
  assert.equal(result.severity, "critical");
  assert.equal(result.flagged, true);
  const [low, high] = result.rss.interval;
  assert.ok(low <= 60_000 && 60_000 <= high, `${low} … ${high}`);
});

test("judgeStress() calls slow growth a leak once it exceeds what V8 keeps spare", () => {
  const result = judgeStress(measured((cycle) => 60 * MB + 1000 * cycle, 200_000), limits);
  assert.equal(result.verdict, "leak");
  assert.equal(result.flagged, false);
});

test("judgeStress() does not decide on a handful of samples", () => {
  const result = judgeStress(measured(() => 60 * MB, 100), limits);
  assert.equal(result.verdict, "inconclusive");
  assert.match(result.message, /Only 10 samples/);
});

test("judgeStress() rejects work that was not proven, and gives figures per step", () => {
  const measurement = measured(() => 60 * MB);
  const result = {
    ...measurement.outcome.result,
    invalid: "the state never left its initial value",
  };
  const judged = judgeStress(
    { ...measurement, outcome: { ...measurement.outcome, result } },
    limits,
  );
  assert.equal(judged.verdict, "error");
  assert.match(judged.message, /never left/);
  assert.equal(judged.allocatedBytesPerStep, 64);
});

test("judgeStress() takes garbage that awaits its collection for no leak, and no more than it", () => {
  const grown = (freed: number) =>
    judgeStress(measured((cycle) => 60 * MB + 20_000 * cycle, CYCLES, freed), limits);
  const garbage = grown(45 * MB);
  assert.equal(garbage.verdict, "clean", garbage.message);
  assert.match(garbage.message, /what a collection leaves of it stays below/);
  assert.deepEqual([garbage.flagged, garbage.severity], [false, "none"]);
  const leak = grown(4 * MB);
  assert.equal(leak.verdict, "leak", leak.message);
  assert.deepEqual([leak.flagged, leak.severity], [true, "major"]);
});
