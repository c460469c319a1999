import assert from "node:assert/strict";
import { after, test } from "node:test";
import { closeWorkers, type Outcome, valuesOf } from "../parallel/mod.ts";
import {
  createEngine,
  engineNames,
  type EngineResult,
  monteCarlo,
  simulateTask,
  type SimulationTask,
} from "./mod.ts";

after(closeWorkers);

const task: SimulationTask = {
  controller: "adaptive_smc",
  initialState: [0, 0.05, -0.03, 0, 0, 0],
  duration: 0.05,
  dt: 0.001,
};
const tasks: SimulationTask[] = [
  task,
  { ...task, gains: [1, 1, 1, 1, -1] },
  { ...task, controller: "sta", parameters: { cartMass: 2 } },
  { ...task, parameters: { gravity: 3 }, initialState: [0, 0.1, 0.1, 0, 0, 0] },
  { ...task, initialState: [0, 1, 0, 0, 0, 0], guards: { limits: [9, 1, 9, 9, 9, 9] } },
];
const plain = (outcomes: readonly Outcome<EngineResult>[]) =>
  outcomes.map((o) => o.ok ? [o.value.status, o.value.steps, ...o.value.states] : o.error.message);

test("engines agree bit for bit, in order, and one bad task spoils no other", async () => {
  const expected = tasks.map((each, i) => {
    if (i === 1) {
      return "Cannot create adaptive_smc as gain gamma must be finite and > 0: current value is -1";
    }
    const { status, steps, states } = simulateTask(each);
    return [status, steps, ...states];
  });
  for (const name of engineNames) {
    assert.deepEqual(plain(await createEngine(name).run(tasks, { workers: 2 })), expected, name);
  }
});

test("engines stop on abort and report what was done", async () => {
  for (const name of engineNames) {
    const stop = new AbortController();
    const many = Array.from({ length: 6 }, (_, i) => ({ ...task, dt: 0.001 - i * 1e-5 }));
    const outcomes = await createEngine(name).run(many, {
      workers: 1,
      signal: stop.signal,
      onResult: () => stop.abort(new Error("enough")),
    });
    assert.ok(outcomes[0]!.ok, name);
    const last = outcomes[5]!;
    assert.ok(!last.ok || last.value.status === "stopped", name);
  }
});

test("real_time keeps the pace of the wall clock and counts missed deadlines", async () => {
  const start = performance.now();
  const [result] = valuesOf(await createEngine("real_time").run([task]));
  assert.ok(performance.now() - start >= 49);
  assert.ok(result!.missedDeadlines! >= 0 && result!.missedDeadlines! < 50);
  assert.ok(result!.maxLateness! >= 0);
});

test("createEngine() names the engines it knows", () => {
  assert.throws(
    () => createEngine("gpu" as "batch"),
    /one of sequential, batch, parallel, real_time/,
  );
});

test("monteCarlo() depends on the seed alone, not on engine or workers", async () => {
  const options = {
    task: { ...task, decimate: Infinity },
    samples: 8,
    vary: { parameters: 0.05, frictions: 0.1, initialState: [0, 0.1, 0.1, 0, 0, 0] },
  };
  const ends = async (seed: number, engine: "batch" | "parallel", workers: number) =>
    valuesOf(await monteCarlo({ ...options, seed, engine: createEngine(engine), workers }))
      .map(({ finalState }) => [...finalState]);
  const expected = await ends(1, "batch", 1);
  assert.deepEqual(await ends(1, "parallel", 1), expected);
  assert.deepEqual(await ends(1, "parallel", 2), expected);
  assert.notDeepEqual(await ends(2, "batch", 1), expected);
  assert.equal(new Set(expected.map(String)).size, 8);
  assert.throws(() => monteCarlo({ ...options, seed: 1, samples: 0 }), /whole number > 0/);
});
