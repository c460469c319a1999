import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { controllerNames, createController } from "../controllers/mod.ts";
import { map, valuesOf } from "../parallel/mod.ts";
import { createPlant, THETA1, THETA2 } from "../plant/mod.ts";
import { runSimulation } from "../simulation/mod.ts";
import { createRandom } from "../statistics/mod.ts";
import { DEFAULT_GAIN_DIGITS, defaultTuning } from "./default_tuning.ts";
import { evaluateGains, type EvaluationTask, workerModule } from "./evaluate_worker.ts";
import { gainBounds } from "./gain_bounds.ts";
import { holdRate } from "./hold_rate.ts";
import { standardStates, trialOf, tuneGains } from "./tune.ts";

const plant = createPlant("full");
const recorded = JSON.parse(
  readFileSync(new URL("../../../data/reference/default_tuning.json", import.meta.url), "utf8"),
);

for (const name of controllerNames) {
  test(`default gains of ${name} hold the full plant for 10 s from both standard states`, () => {
    for (const initialState of standardStates) {
      let strongest = 0, farthest = 0;
      const { status } = runSimulation({
        controller: createController(name),
        plant,
        duration: 10,
        dt: 0.001,
        initialState,
        strict: true,
        onStep: (_step, _time, state, force) => {
          strongest = Math.max(strongest, Math.abs(force));
          farthest = Math.max(farthest, Math.abs(state[THETA1]!), Math.abs(state[THETA2]!));
        },
      });
      assert.equal(status, "completed");
      assert.ok(strongest <= 150 && farthest < Math.PI / 2, `${strongest} N, ${farthest} rad`);
    }
  });

  test(`default gains of ${name} hold at least 95 of 100 unseen plants and starts`, async () => {
    const { held, runs } = await holdRate({ controller: name, seed: 2718, workers: 2 });
    assert.notEqual(defaultTuning[name].seed, 2718);
    assert.ok(runs === 100 && held >= 95, `${held} of ${runs}`);
  });

  test(`default gains of ${name} beat the best of 200 random draws`, async () => {
    const robust = { ...defaultTuning[name].robust, plants: 1 };
    const trial = trialOf({ ...defaultTuning[name], controller: name, robust });
    const { lower, upper } = gainBounds[name];
    const random = createRandom(5);
    const tasks: EvaluationTask[] = Array.from({ length: 200 }, () => ({
      trial,
      gains: [lower.map((low, d) => low * (upper[d]! / low) ** random.next())],
    }));
    const worker = { module: workerModule, export: "evaluateGains" };
    const draws = valuesOf(await map<EvaluationTask, number[]>(tasks, worker, { workers: 2 }))
      .flat();
    const ours = evaluateGains({ trial, gains: [createController(name).gains] })[0]!;
    assert.ok(ours < Math.min(...draws), `${ours} against ${Math.min(...draws)}`);
  });

  test(`default gains of ${name} are what the recorded search found, and it starts the same`, async () => {
    const { gains, cost, best_by_iteration: best } = recorded.controllers[name];
    const rounded = gains.map((gain: number) => Number(gain.toPrecision(DEFAULT_GAIN_DIGITS)));
    assert.deepEqual(createController(name).gains, rounded);
    assert.equal(best.length, defaultTuning[name].iterations);
    // An engine that rounds otherwise may change the last digits, and no more.
    const isClose = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * b;
    const trial = trialOf({ ...defaultTuning[name], controller: name });
    const again = evaluateGains({ trial, gains: [gains] })[0]!;
    assert.ok(isClose(again, cost), `${again}, recorded ${cost}`);
    const first = await tuneGains({
      ...defaultTuning[name],
      controller: name,
      iterations: 1,
      workers: 2,
    });
    assert.ok(isClose(first.cost, best[0]), `${first.cost}, recorded ${best[0]}`);
  });
}
