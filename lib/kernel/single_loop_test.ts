import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { createController } from "../controllers/mod.ts";
import { createPlant } from "../plant/mod.ts";
import { SingleLoop } from "./mod.ts";

const positive = (low: number, high: number) => fc.double({ min: low, max: high, noNaN: true });
const angle = positive(-1.5, 1.5);
const state = fc.tuple(angle, angle, angle, angle, angle, angle);
const cart = { cart_gain: positive(0, 2), cart_lambda: positive(0, 2) };
const common = { max_force: positive(1, 200), switch_method: fc.constantFrom("tanh", "linear") };

/** Options that reach every branch of each law that kernels know. */
const options: Readonly<Record<string, fc.Arbitrary<object>>> = {
  classical_smc: fc.record({
    ...common,
    ...cart,
    boundary_layer: positive(0.01, 1),
    boundary_layer_slope: positive(0, 1),
    hysteresis_ratio: positive(0, 1),
  }),
  sta_smc: fc.record({
    ...common,
    ...cart,
    damping_gain: positive(0, 5),
    anti_windup_gain: positive(0, 5),
  }),
  adaptive_smc: fc.record({
    ...common,
    ...cart,
    K_max: positive(10, 12),
    adapt_rate_limit: positive(0.1, 100),
    dead_zone: positive(0, 1),
    leak_rate: positive(0, 2),
  }),
  hybrid_adaptive_sta_smc: fc.record({
    max_force: positive(1, 200),
    surface: fc.constantFrom("plus", "public", "public_relative"),
    gamma1: positive(0, 50),
    gamma2: positive(0, 50),
    k1_max: positive(4, 6),
    k2_max: positive(0.4, 1),
    u_int_max: positive(0.1, 50),
    dead_zone: positive(0, 1),
    recenter_low: positive(0, 0.1),
    recenter_high: positive(0.1, 0.5),
    adaptation_sat_threshold: positive(0, 50),
    gain_leak: positive(0, 3),
  }),
};

for (const [name, more] of Object.entries(options)) {
  test(`SingleLoop gives the bits of the plain engine: ${name}`, () => {
    const count = createController(name).gains.length;
    const gains = fc.array(positive(0.1, 100), { minLength: count, maxLength: count });
    let longest = 0;
    fc.assert(
      fc.property(more, gains, state, positive(1, 200), (set, gain, start, maxForce) => {
        longest = Math.max(longest, compare(name, { ...set, gains: gain }, start, maxForce));
      }),
      { numRuns: 60, seed: 7 },
    );
    assert.ok(longest >= 300, `some runs last: ${longest} steps`);
  });
}

/** Runs both for up to 300 steps, compares everything, and returns the steps the kernel took. */
function compare(name: string, more: object, start: number[], maxForce: number): number {
  const plant = createPlant("full", { cartMass: 1.2 }), dt = 0.001;
  const limits = [50, 20, 20, 1e3, 1e3, 1e3];
  const fast = createController(name, { ...more, telemetry_length: 7 });
  const plain = createController(name, { ...more, telemetry_length: 7 });
  const loop = SingleLoop.of({ controller: fast, plant, dt, maxForce, limits })!;
  const s = Float64Array.from(start), taken = loop.advance(s, 300);
  const t = Float64Array.from(start), k = Array.from({ length: 5 }, () => new Float64Array(6));
  for (let step = 0; step < taken; step++) {
    const force = Math.max(-maxForce, Math.min(maxForce, plain.control(t)));
    assert.equal(loop.forces[step], force);
    const [k1, k2, k3, k4, y] = k as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    plant.derivative(t, force, k1);
    y.forEach((_, i) => y[i] = t[i]! + 0.5 * dt * k1[i]!);
    plant.derivative(y, force, k2);
    y.forEach((_, i) => y[i] = t[i]! + 0.5 * dt * k2[i]!);
    plant.derivative(y, force, k3);
    y.forEach((_, i) => y[i] = t[i]! + dt * k3[i]!);
    plant.derivative(y, force, k4);
    t.forEach((_, i) => t[i]! += dt / 6 * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
    const at = 6 * step;
    assert.deepEqual([...loop.states.subarray(at, at + 6)], [...t], `step ${step}`);
  }
  if (taken === 0) return 0;
  assert.deepEqual([...s], [...t]);
  assert.deepEqual(fast.signals.map((value) => value + 0), plain.signals.map((value) => value + 0));
  assert.deepEqual(fast.activity, plain.activity);
  for (const signal of fast.telemetry.names) {
    assert.deepEqual(fast.telemetry.column(signal), plain.telemetry.column(signal), signal);
  }
  return taken;
}

test("SingleLoop stops before a step that leaves the limits and leaves the state before it", () => {
  const controller = createController("sta"), plant = createPlant("full");
  const setup = { controller, plant, dt: 0.001, maxForce: Infinity };
  const free = SingleLoop.of({ ...setup, limits: undefined })!;
  const s = Float64Array.of(0, 0.05, -0.03, 0, 0, 0);
  assert.equal(free.advance(s, 100), 100);
  const x = s[0]!;
  controller.reset();
  const t = Float64Array.of(0, 0.05, -0.03, 0, 0, 0);
  const tight = SingleLoop.of({ ...setup, limits: [x / 2, 9, 9, 9, 9, 9] })!;
  const taken = tight.advance(t, 100);
  assert.ok(taken > 0 && taken < 100);
  assert.ok(t[0]! <= x / 2);
  assert.equal(tight.advance(t, 100), 0);
  assert.equal(tight.advance(Float64Array.of(NaN, 0, 0, 0, 0, 0), 1), 0);
});

test("SingleLoop leaves what kernels do not know to the plain engine", () => {
  const plant = createPlant("full"), controller = createController("classical");
  const setup = { controller, plant, dt: 0.001, maxForce: Infinity, limits: undefined };
  assert.ok(SingleLoop.of(setup));
  const equivalent = createController("classical", { plant, enable_equivalent: true });
  assert.equal(SingleLoop.of({ ...setup, controller: equivalent }), undefined);
  assert.equal(SingleLoop.of({ ...setup, plant: createPlant("simplified") }), undefined);
  assert.equal(SingleLoop.of({ ...setup, controller: { control: () => 0 } }), undefined);
  assert.equal(SingleLoop.of({ ...setup, dt: 0.1 }), undefined);
  controller.cleanup();
  assert.equal(SingleLoop.of(setup), undefined);
});

test("SingleLoop is not missed where a runtime has no WebAssembly", () => {
  const source = `
    import { createController } from ${JSON.stringify(urlOf("../controllers/mod.js"))};
    import { createPlant } from ${JSON.stringify(urlOf("../plant/mod.js"))};
    import { runSimulation } from ${JSON.stringify(urlOf("../simulation/mod.js"))};
    const { finalState } = runSimulation({
      controller: createController("sta"), plant: createPlant("full"),
      duration: 0.2, dt: 0.001, initialState: [0, 0.05, -0.03, 0, 0, 0],
    });
    console.log([...finalState].join());
  `;
  const run = (...flags: string[]) =>
    execFileSync(process.execPath, [...flags, "--input-type=module", "-e", source], {
      encoding: "utf8",
    });
  assert.equal(run("--jitless"), run());
});

function urlOf(path: string): string {
  return new URL(path, import.meta.url).href;
}
