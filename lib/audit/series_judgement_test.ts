import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../statistics/mod.ts";
import { judgeSeries } from "./series_judgement.ts";

const OPTIONS = { warmupCycles: 200, tolerance: 0.5, grain: 64, confidence: 0.99 };
const cycles = (last: number): number[] => Array.from({ length: 101 }, (_, k) => k * last / 100);
const judge = (last: number, value: (cycle: number) => number) =>
  judgeSeries(cycles(last), cycles(last).map(value), OPTIONS);

test("judgeSeries() calls what keeps its rate growing, at that rate", () => {
  for (const rate of [2, 8, 1024, 1e6]) {
    const line = judge(8000, (cycle) => 4e6 + Math.floor(cycle * rate / 64) * 64);
    assert.equal(line.state, "growing", `${rate} B/cycle`);
    assert.equal(line.growth, "linear");
    assert.ok(Math.abs(line.bytesPerCycle - rate) < 0.05 * rate + 0.1, `${line.bytesPerCycle}`);
    assert.ok(line.interval[0] <= rate && rate <= line.interval[1], `${line.interval}`);
  }
  const parabola = judge(8000, (cycle) => 4e6 + cycle * cycle / 100);
  assert.deepEqual([parabola.state, parabola.growth], ["growing", "quadratic"]);
});

test("judgeSeries() calls a sawtooth growing whose troughs rise", () => {
  for (const period of [350, 700]) {
    const { state, bytesPerCycle } = judge(
      8000,
      (cycle) => 4e6 + 240 * (cycle % period) + 66 * cycle,
    );
    assert.equal(state, "growing", `period ${period}`);
    assert.ok(Math.abs(bytesPerCycle - 66) < 15, `${bytesPerCycle}`);
    assert.notEqual(judge(8000, (cycle) => 4e6 + 240 * (cycle % period)).state, "growing");
  }
});

test("judgeSeries() calls a table that doubles growing, and a late onset too", () => {
  const table = judge(8000, (cycle) => 4e6 + 16 * 2 ** Math.ceil(Math.log2(cycle + 1)));
  assert.equal(table.state, "growing");
  assert.ok(table.interval[0] > 0 && table.interval[1] < 64);
  const late = judge(8000, (cycle) => 4e6 + 64 * Math.max(0, cycle - 600));
  assert.equal(late.state, "growing");
});

test("judgeSeries() calls what stops flat or settling, never growing", () => {
  const series: Record<string, (cycle: number) => number> = {
    "one-time step": (cycle) => cycle > 150 ? 28e6 : 4e6,
    "warm-up until 2000": (cycle) => 4e6 + 100 * Math.min(cycle, 2000),
    "plateau reached at 4800": (cycle) => 4e6 + 64 * Math.min(cycle, 4800),
    "exponential approach": (cycle) => 4e6 + 1e6 * (1 - Math.exp(-cycle / 800)),
    "logarithm": (cycle) => 4e6 + 1e5 * Math.log(1 + cycle / 10),
    "sawtooth, sampled in step": (cycle) => 4e6 + 100 * (cycle % 400),
    "eight steps until 3200": (cycle) => 4e6 + 48_000 * Math.min(8, Math.floor(cycle / 400)),
    constant: () => 4e6,
  };
  for (const [name, value] of Object.entries(series)) {
    const { state } = judge(8000, value);
    assert.ok(state === "flat" || state === "settling", `${name}: ${state}`);
  }
});

test("judgeSeries() seldom takes large steps at random times for steps that have ended", () => {
  const random = createRandom("random steps");
  let ended = 0;
  for (let trial = 0; trial < 400; trial++) {
    const steps: number[] = [];
    for (let at = 0; at < 8000;) steps.push(at -= 900 * Math.log(1 - random.next()));
    const { state } = judge(8000, (cycle) => 4e6 + 48e3 * steps.filter((at) => at <= cycle).length);
    // A pause over the last two thirds of the run is flat by any rule.
    if (state === "flat" && steps.some((at) => at > 8000 / 3 && at < 8000)) ended++;
  }
  assert.ok(ended <= 4, `${ended} of 400 called flat`);
});

test("judgeSeries() does not accuse bounded noise", () => {
  const random = createRandom("bounded noise");
  let accused = 0;
  for (let trial = 0; trial < 400; trial++) {
    // A live set that is replaced at random: correlated, bounded.
    let level = 0;
    const { state } = judge(
      8000,
      () => 4e6 + Math.round((level = 0.9 * level + random.normal()) * 2e4),
    );
    if (state === "growing") accused++;
  }
  assert.ok(accused <= 4, `${accused} of 400 called growing`);
});
