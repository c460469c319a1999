import assert from "node:assert/strict";
import { test } from "node:test";
import { createController } from "../controllers/mod.ts";
import { createPlant, type PlantParameters } from "../plant/mod.ts";
import { assertClose, referenceData } from "../plant/reference_data_test.ts";
import { runSimulation, SimulationFailed, type SimulationOptions } from "./mod.ts";

const free = { control: () => 0 };
const upright = { duration: 0.1, dt: 0.001, initialState: [0, 0.05, -0.03, 0, 0, 0] };

interface Truth {
  readonly cases: {
    readonly name: string;
    readonly parameters: Partial<PlantParameters>;
    readonly initial_state: number[];
    readonly t: number[];
    readonly states: number[][];
    readonly energy: number[];
  }[];
}

test("free motion agrees with the reference to 1e-8 over 2 s", () => {
  for (const truth of referenceData<Truth>("lab/truth_full.json").cases) {
    const plant = createPlant("full", truth.parameters);
    const { states, status } = runSimulation({
      controller: free,
      plant,
      duration: 2,
      dt: 1e-4,
      initialState: truth.initial_state,
    });
    assert.equal(status, "completed");
    truth.t.forEach((t, i) => {
      const k = Math.round(t / 1e-4);
      const row = states.subarray(6 * k, 6 * k + 6);
      assertClose(row, truth.states[i]!, 1e-8, `${truth.name} at ${t} s`);
      assertClose([plant.energy(row)], [truth.energy[i]!], 1e-8, `energy at ${t} s`);
    });
  }
});

interface Loops {
  readonly cases: {
    readonly controller: string;
    readonly parameters: Record<string, unknown>;
    readonly initial_state: number[];
    readonly row_steps: number[];
    readonly rows: number[][];
  }[];
}

test("closed loops agree with the reference trajectories to 1e-6 over 10 s", () => {
  const { cases } = referenceData<Loops>("lab/stabilising_gains.json");
  for (const loop of cases) {
    const { smooth_switch: _, ...parameters } = loop.parameters;
    const isHybrid = loop.controller === "hybrid_adaptive_sta_smc";
    // The reference enters the hybrid's c1 and c2 negative in the published surface: s = P + Q.
    const gains = (parameters["gains"] as number[]).map((gain) => Math.abs(gain));
    const { states, forces, status, validity } = runSimulation({
      controller: createController(loop.controller, { ...parameters, gains }),
      plant: createPlant("full"),
      duration: 10,
      dt: 0.001,
      initialState: loop.initial_state,
    });
    assert.equal(status, "completed");
    assert.equal(validity.isValid, true, JSON.stringify(validity));
    if (loop.controller !== "classical_smc") assert.ok(validity.internalChanged > 100);
    loop.row_steps.forEach((step, i) => {
      const [t, ...expected] = loop.rows[i]!;
      const u = expected.pop()!;
      assertClose(states.subarray(6 * step, 6 * step + 6), expected, 1e-6, `state at ${t} s`);
      if (step < 10000 && !isHybrid) assertClose([forces[step]!], [u], 1e-6, `force at ${t} s`);
    });
  }
  assert.equal(cases.length, 16);
});

test("frictionless motion keeps its energy to 1e-9 over 10 s at 0.1 ms", () => {
  const plant = createPlant("full", { cartFriction: 0, joint1Friction: 0, joint2Friction: 0 });
  const { states } = runSimulation({
    controller: free,
    plant,
    duration: 10,
    dt: 1e-4,
    initialState: [0, 0.05, -0.03, 0, 0, 0],
  });
  const energy = plant.energy(states.subarray(0, 6));
  for (let k = 0; k <= 100_000; k += 100) {
    const drift = Math.abs(plant.energy(states.subarray(6 * k, 6 * k + 6)) - energy) / energy;
    assert.ok(drift < 1e-9, `drift ${drift} after step ${k}`);
  }
});

test("forced motion gains the work of the force less friction", () => {
  const plant = createPlant("full"), p = plant.parameters;
  let step = 0;
  const { states, forces } = runSimulation({
    controller: { control: () => 20 * Math.sin(0.003 * step++) },
    plant,
    duration: 2,
    dt: 1e-3,
    initialState: [0, 0.3, -0.2, 0, 0, 0],
  });
  const power = (k: number, force: number) => {
    const [v, w1, w2] = states.subarray(6 * k + 3, 6 * k + 6) as unknown as [
      number,
      number,
      number,
    ];
    return force * v - p.cartFriction * v * v - p.joint1Friction * w1 * w1 -
      p.joint2Friction * w2 * w2;
  };
  let work = 0, largest = 0;
  for (let k = 0; k < 2000; k++) {
    // Trapezoid over each step, whose force is constant.
    work += 0.5e-3 * (power(k, forces[k]!) + power(k + 1, forces[k]!));
    const gained = plant.energy(states.subarray(6 * k + 6, 6 * k + 12)) -
      plant.energy(states.subarray(0, 6));
    largest = Math.max(largest, Math.abs(gained));
    assert.ok(Math.abs(gained - work) < 2e-4 * (1 + largest), `${gained} against ${work} at ${k}`);
  }
  assert.ok(largest > 1);
});

const base = (more: Partial<SimulationOptions> = {}): SimulationOptions => ({
  controller: createController("classical_smc"),
  plant: createPlant("full"),
  ...upright,
  ...more,
});

test("runSimulation() returns arrays of true length and the same bits twice", () => {
  const options = base(), first = runSimulation(options), second = runSimulation(options);
  assert.deepEqual([first.time.length, first.states.length, first.forces.length], [101, 606, 100]);
  assert.equal(first.time[100], 0.1);
  assert.deepEqual(first.states, second.states);
  assert.deepEqual(first.forces, second.forces);
});

test("runSimulation() keeps every n-th row under decimate and the final state", () => {
  const all = runSimulation(base()), some = runSimulation(base({ decimate: 7 }));
  assert.deepEqual([some.time.length, some.forces.length], [15, 14]);
  for (let k = 0; k < 15; k++) {
    assert.equal(some.time[k], 7 * k * 0.001);
    assert.deepEqual(some.states.slice(6 * k, 6 * k + 6), all.states.slice(42 * k, 42 * k + 6));
    if (k < 14) assert.equal(some.forces[k], all.forces[7 * k]);
  }
  const none = runSimulation(base({ decimate: Infinity }));
  assert.deepEqual([none.time.length, none.forces.length], [1, 0]);
  assert.deepEqual(none.finalState, all.states.slice(600));
});

test("runSimulation() says how a run ended and never pads it", () => {
  const stop = new AbortController();
  const fails = {
    control: () => {
      throw new Error("sensor lost");
    },
  };
  const cases: [Partial<SimulationOptions>, string, number, RegExp][] = [
    [{ onStep: (step) => step < 10 }, "stopped", 10, /onStep returned false at step 10/],
    [
      { signal: stop.signal, onStep: (k) => void (k === 5 && stop.abort()) },
      "stopped",
      5,
      /at step 5/,
    ],
    [{ signal: AbortSignal.abort() }, "stopped", 0, /before the start/],
    [{ controller: fails }, "error", 0, /sensor lost/],
    [{ controller: { control: () => NaN } }, "non_finite", 0, /force is NaN at step 0/],
    [
      { controller: free, duration: 5, guards: { limits: [9, 1, 9, 99, 99, 99] } },
      "guard",
      0,
      /theta1 is -?1.* rad at step \d+, outside ±1 rad/,
    ],
    [
      { controller: free, duration: 5, guards: { maxEnergy: 1 } },
      "guard",
      1,
      /energy is 1\.2.* J at step 1, above 1 J/,
    ],
    [{ controller: { control: () => 1e308 } }, "non_finite", 0, /must be finite/],
  ];
  for (const [more, status, steps, message] of cases) {
    const run = runSimulation(base(more));
    assert.equal(run.status, status);
    assert.match(run.message, message);
    if (status !== "guard" || steps > 0) assert.equal(run.steps, steps);
    assert.equal(run.time.length, run.steps + 1);
    assert.equal(run.states.length, 6 * (run.steps + 1));
    assert.equal(run.forces.length, run.steps);
    assert.equal(run.validity.isValid, false);
    assert.throws(() => runSimulation(base({ ...more, strict: true })), SimulationFailed);
  }
});

test("runSimulation() proves its work: a run that does not move is not valid", () => {
  const still = runSimulation(base({ initialState: [0, 0, 0, 0, 0, 0] }));
  assert.equal(still.status, "completed");
  assert.deepEqual([still.validity.moved, still.validity.isValid], [false, false]);
  const idle = { control: () => 1, activity: { due: 100, changed: 0 } };
  assert.equal(runSimulation(base({ controller: idle })).validity.isValid, false);
  const other = runSimulation(base({ dt: 0.002, controller: createController("adaptive_smc") }));
  assert.deepEqual(other.validity.warnings, [
    "the controller's dt is 0.001 s, the simulation's 0.002 s",
  ]);
});

test("runSimulation() limits the force and can go on with a controller's state", () => {
  const { forces } = runSimulation(base({ maxForce: 0.5 }));
  assert.ok(forces.every((force) => Math.abs(force) <= 0.5));
  const controller = createController("adaptive_smc");
  const options = base({ controller });
  const first = runSimulation(options);
  const next = { ...options, initialState: first.finalState, continues: true };
  const whole = runSimulation({
    ...options,
    duration: 0.2,
    controller: createController("adaptive"),
  });
  assert.deepEqual(runSimulation(next).finalState, whole.finalState);
});

test("runSimulation() refuses options that make no run", () => {
  const wrong: [Partial<SimulationOptions>, RegExp][] = [
    [{ dt: 0 }, /dt must be > 0 s: current value is 0/],
    [{ dt: NaN }, /dt must be > 0 s/],
    [{ duration: 0 }, /duration must be at least one step of 0.001 s: current value is 0/],
    [{ initialState: [0, 1] }, /must have 6 components: current value is \[0, 1\]/],
    [{ initialState: [0, NaN, 0, 0, 0, 0] }, /current value of theta1 is NaN/],
    [{ maxForce: -1 }, /maxForce must be > 0 N/],
    [{ decimate: 0 }, /decimate must be a whole number >= 1/],
    [{ guards: { limits: [1] } }, /limits must be 6 numbers > 0/],
  ];
  for (const [more, message] of wrong) assert.throws(() => runSimulation(base(more)), message);
});
