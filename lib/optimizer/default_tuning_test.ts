import assert from "node:assert/strict";
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
import { standardStates, trialOf } from "./tune.ts";

const plant = createPlant("full");

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
      gains: lower.map((low, d) => low * (upper[d]! / low) ** random.next()),
    }));
    const worker = { module: workerModule, export: "evaluateGains" };
    const draws = valuesOf(await map<EvaluationTask, number>(tasks, worker, { workers: 2 }));
    const ours = evaluateGains({ trial, gains: createController(name).gains });
    assert.ok(ours < Math.min(...draws), `${ours} against ${Math.min(...draws)}`);
  });

  test(`default gains of ${name} are what a tuning run gave, rounded, inside its bounds`, () => {
    createController(name).gains.forEach((gain, d) => {
      assert.equal(gain, Number(gain.toPrecision(DEFAULT_GAIN_DIGITS)));
      assert.ok(gain >= gainBounds[name].lower[d]! && gain <= gainBounds[name].upper[d]!);
    });
  });
}
