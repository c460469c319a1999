import assert from "node:assert/strict";
import { test } from "node:test";
import { createController, SIGMA } from "../controllers/mod.ts";
import { createPlant, defaultParameters } from "../plant/mod.ts";
import { runSimulation } from "../simulation/mod.ts";
import { costOfRecord, defaultCostSettings } from "./cost.ts";
import { Evaluator } from "./evaluate.ts";
import { trialOf, type TuneOptions } from "./tune.ts";

const held = [10, 11, 32, 84, 4.4, 197];
const falls = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
const evaluator = (more: Partial<TuneOptions> = {}) =>
  new Evaluator(trialOf({ controller: "classical_smc", duration: 2, ...more }));

test("Evaluator costs a run exactly as its recorded simulation is costed", () => {
  for (const gains of [held, falls]) {
    const initialState = [0, 0.05, -0.03, 0, 0, 0];
    const controller = createController("classical_smc", { gains });
    const sigma: number[] = [];
    const { states, forces } = runSimulation({
      controller,
      plant: createPlant("full"),
      duration: 2,
      dt: 0.001,
      initialState,
      onStep: () => {
        sigma.push(controller.signals[SIGMA]!);
      },
    });
    const record = { states, forces, sigma: Float64Array.from(sigma), dt: 0.001, duration: 2 };
    const [[cost]] = evaluator({ initialStates: [initialState] }).costsOfRuns([gains])[0] as [
      Float64Array,
    ];
    assert.equal(cost, costOfRecord(record).cost);
    assert.equal(cost! < 1000, gains === held);
  }
});

test("Evaluator gives the same cost whatever it evaluated before", () => {
  const used = evaluator();
  const first = used.costsOf([held])[0];
  used.costsOf([falls])[0];
  assert.equal(used.costsOf([held])[0], first);
  assert.equal(evaluator().costsOf([held])[0], first);
});

test("Evaluator notices perturbed plants and other initial states", () => {
  const nominal = evaluator().costsOf([held])[0];
  const robust = evaluator({ robust: { plants: 4 } });
  assert.equal(robust.costsOfRuns([held])[0]!.length, 4);
  assert.notEqual(robust.costsOf([held])[0], nominal);
  const [first, ...others] = robust.costsOfRuns([held])[0]!.map((costs) => costs[0]);
  assert.ok(others.every((cost) => cost !== first));
  assert.equal(evaluator({ robust: { scenarios: 5 } }).costsOfRuns([held])[0]![0]!.length, 5);
});

test("Evaluator combines states by mean + 0.3 max, and plants by 0.7 mean + 0.3 max", () => {
  const robust = evaluator({ robust: { plants: 3, scenarios: 2 } });
  const perPlant = robust.costsOfRuns([held])[0]!.map((costs) =>
    (costs[0]! + costs[1]!) / 2 + 0.3 * Math.max(...costs)
  );
  const mean = perPlant.reduce((sum, cost) => sum + cost, 0) / 3;
  const expected = 0.7 * mean + 0.3 * Math.max(...perPlant);
  assert.ok(Math.abs(robust.costsOf([held])[0]! - expected) < 1e-12 * expected);
});

test("Evaluator ranks any gains that fall above any that hold", () => {
  const trial = trialOf({
    controller: "sta_smc",
    duration: 2,
    initialStates: [[0, 0.1, 0.1, 0, 0, 0]],
  });
  const judge = new Evaluator({ ...trial, plants: [defaultParameters], cost: defaultCostSettings });
  const good = judge.costsOfRuns([[200, 4.4, 18, 20, 3.2, 7.8]])[0]![0]![0]!;
  const bad = judge.costsOfRuns([[0.1, 0.1, 0.1, 0.1, 0.1, 0.1]])[0]![0]![0]!;
  assert.ok(good < 1000 && bad >= 1000 && bad <= 2000, `${good}, ${bad}`);
});

test("Evaluator passes on what the controller refuses", () => {
  assert.throws(
    () => evaluator().costsOf([[1, 1, 1, 1, -1, 1]])[0],
    /gain K must be finite and > 0/,
  );
});
