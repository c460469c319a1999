import assert from "node:assert/strict";
import { test } from "node:test";
import { controllerNames, createController } from "../controllers/mod.ts";
import { createPlant } from "../plant/mod.ts";
import { createRandom } from "../statistics/mod.ts";
import { type BatchOptions, runSimulation, simulateBatch } from "./mod.ts";

const SIZE = 6;

/** Members that differ in everything, some of them unstable. */
function batchOf(controller: string): BatchOptions & {
  gains: Float64Array;
  parameters: { cartMass: number; joint1Friction: number }[];
  initialStates: Float64Array;
} {
  const random = createRandom(controller);
  const own = createController(controller).gains;
  return {
    controller,
    gains: Float64Array.from(
      { length: SIZE * own.length },
      (_, i) => own[i % own.length]! * 10 ** (2 * random.next() - 1),
    ),
    parameters: Array.from({ length: SIZE }, () => ({
      cartMass: 1.5 + random.next(),
      joint1Friction: 0.01 * random.next(),
    })),
    initialStates: Float64Array.from({ length: 6 * SIZE }, () => random.next() - 0.5),
    duration: 2,
    dt: 0.001,
    guards: { limits: [50, Math.PI / 2, Math.PI, 1e6, 1e6, 1e6] },
  };
}

for (const controller of controllerNames) {
  test(`simulateBatch() equals single runs bit for bit: ${controller}`, () => {
    const options = batchOf(controller), width = options.gains.length / SIZE;
    const batch = simulateBatch({ ...options, decimate: 1 });
    // Without trajectories, members run two at a time: the same bits.
    const paired = simulateBatch(options);
    for (const key of ["steps", "status", "messages", "finalStates", "sums"] as const) {
      assert.deepEqual(paired[key], batch[key], key);
    }
    for (let b = 0; b < SIZE; b++) {
      const plant = createPlant("full", options.parameters[b]!);
      const gains = options.gains.slice(b * width, (b + 1) * width);
      const single = createController(controller, { gains });
      const sigmas: number[] = [];
      const run = runSimulation({
        plant,
        controller: { control: (s) => single.control(s), reset: () => single.reset() },
        initialState: options.initialStates.slice(6 * b, 6 * b + 6),
        duration: 2,
        dt: 0.001,
        guards: options.guards!,
        onStep: () => void sigmas.push(single.sigma),
      });
      assert.deepEqual(batch.trajectories[b]!.states, run.states);
      assert.deepEqual(batch.trajectories[b]!.forces, run.forces);
      assert.equal(batch.status[b], run.status);
      assert.equal(batch.steps[b], run.steps);
      assert.equal(batch.messages[b], run.message);
      assert.deepEqual(batch.finalStates.slice(6 * b, 6 * b + 6), run.finalState);
      let [state, force, slew, sliding] = [0, 0, 0, 0];
      sigmas.forEach((sigma, k) => {
        let square = 0;
        for (let i = 0; i < 6; i++) square += run.states[6 * k + i]! ** 2;
        state += square * 0.001;
        force += run.forces[k]! ** 2 * 0.001;
        slew += k === 0 ? 0 : (run.forces[k]! - run.forces[k - 1]!) ** 2 * 0.001;
        sliding += sigma ** 2 * 0.001;
      });
      assert.deepEqual(
        [batch.sums.state[b], batch.sums.force[b], batch.sums.slew[b], batch.sums.sliding[b]],
        [state, force, slew, sliding],
      );
    }
    assert.ok(new Set(batch.steps).size > 1, "some members end early");
  });
}

test("simulateBatch() runs the members it takes, in any order and whoever takes the rest", () => {
  for (const decimate of [undefined, 1]) {
    const options = { ...batchOf("sta_smc"), ...(decimate === undefined ? {} : { decimate }) };
    const whole = simulateBatch(options);
    const orders = [[4, 0, 5], [3, 1, 2]];
    const shares = orders.map((order) => {
      const rest = [...order];
      return simulateBatch({ ...options, take: () => rest.shift() ?? SIZE });
    });
    for (let b = 0; b < SIZE; b++) {
      const [mine, other] = orders[0]!.includes(b) ? shares : [...shares].reverse();
      assert.equal(mine!.steps[b], whole.steps[b]);
      assert.equal(mine!.sums.force[b], whole.sums.force[b]);
      assert.equal(mine!.status[b], whole.status[b]);
      assert.equal(other!.steps[b], 0);
    }
  }
});

test("simulateBatch() lets one failing member change nothing for the others", () => {
  const options = batchOf("sta_smc");
  const good = simulateBatch(options);
  const gains = options.gains.slice(), initialStates = options.initialStates.slice();
  gains[6] = NaN;
  initialStates[12] = Infinity;
  const mixed = simulateBatch({ ...options, gains, initialStates });
  assert.deepEqual([mixed.status[1], mixed.status[2]], ["error", "error"]);
  assert.match(mixed.messages[1]!, /gain K1 must be finite and > 0: current value is NaN/);
  assert.match(mixed.messages[2]!, /current value of x is Infinity/);
  for (const b of [0, 3, 4, 5]) {
    assert.equal(mixed.steps[b], good.steps[b]);
    assert.equal(mixed.sums.state[b], good.sums.state[b]);
  }
});

test("simulateBatch() takes parts once or per member and refuses lengths that do not fit", () => {
  const base = {
    controller: "sta",
    initialStates: [0, 0.05, -0.03, 0, 0, 0],
    duration: 0.01,
    dt: 0.001,
  };
  assert.equal(simulateBatch(base).size, 1);
  const plants = simulateBatch({ ...base, parameters: [{}, { cartMass: 2 }, {}] });
  assert.equal(plants.size, 3);
  assert.equal(plants.finalStates[0], plants.finalStates[12]);
  assert.notEqual(plants.finalStates[0], plants.finalStates[6]);
  assert.throws(
    () => simulateBatch({ ...base, gains: new Float64Array(12).fill(1), parameters: [{}, {}, {}] }),
    /gains must be given once or for each of 3 members: current value is 2 times/,
  );
  assert.throws(() => simulateBatch({ ...base, gains: [1, 2] }), /gains must be given once/);
  assert.throws(() => simulateBatch({ ...base, controller: "pid" }), /one of classical_smc/);
});
