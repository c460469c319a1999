import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createMatrices, createPlant } from "../plant/mod.ts";
import { clip, type Controller, controllerNames, createController, saturate } from "./mod.ts";

const component = fc.double({ min: -3, max: 3, noNaN: true });
const state = fc.array(component, { minLength: 6, maxLength: 6 }).map((s) => Float64Array.from(s));
const states = fc.array(state, { minLength: 1, maxLength: 30 });
const width = fc.double({ min: 1e-3, max: 10, noNaN: true });
const signal = (c: Controller, name: string) => c.signals[c.telemetry.names.indexOf(name)]!;

for (const name of controllerNames) {
  test(`${name} keeps its force within max_force`, () => {
    fc.assert(fc.property(states, fc.double({ min: 0.1, max: 500, noNaN: true }), (all, limit) => {
      const controller = createController(name, { max_force: limit });
      for (const s of all) assert.ok(Math.abs(controller.control(s)) <= limit);
    }));
  });

  test(`${name} is odd: the mirrored states get the mirrored forces`, () => {
    fc.assert(fc.property(states, (all) => {
      const one = createController(name), other = createController(name);
      for (const s of all) {
        const u = one.control(s), mirrored = other.control(s.map((value) => -value));
        assert.equal(mirrored + 0, -u + 0);
      }
    }));
  });

  test(`${name} forgets on reset and keeps its gains`, () => {
    fc.assert(fc.property(states, (all) => {
      const controller = createController(name), run = () => all.map((s) => controller.control(s));
      const first = run();
      controller.reset();
      assert.equal(controller.telemetry.length, 0);
      assert.deepEqual(run(), first);
    }));
  });

  test(`${name} does not depend on how much telemetry is kept`, () => {
    fc.assert(fc.property(states, fc.integer({ min: 0, max: 10 }), (all, length) => {
      const none = createController(name, { telemetry_length: 0 });
      const some = createController(name, { telemetry_length: length });
      all.forEach((s) => assert.equal(some.control(s), none.control(s)));
      assert.equal(some.telemetry.length, Math.min(length, all.length));
      const forces = some.telemetry.column("force"), sigmas = some.telemetry.column("sigma");
      assert.equal(forces.length, some.telemetry.length);
      if (length > 0) {
        assert.equal(forces.at(-1), some.signals[0]);
        assert.equal(sigmas.at(-1), some.sigma);
      }
    }));
  });
}

test("saturate() rises with sigma, stays within ±1 and is 0 at 0", () => {
  for (const method of ["tanh", "linear"] as const) {
    fc.assert(fc.property(component, component, width, (a, b, epsilon) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      const at = (sigma: number) => saturate(sigma, epsilon, method);
      assert.ok(at(low) <= at(high));
      assert.ok(Math.abs(at(high)) <= 1);
      assert.equal(at(0), 0);
    }));
  }
});

test("clip() limits both ways and lets NaN through", () => {
  assert.deepEqual([clip(5, 2), clip(-5, 2), clip(1, 2), clip(NaN, 2)], [2, -2, 1, NaN]);
});

test("adaptive_smc keeps K within its limits and its rate", () => {
  fc.assert(fc.property(states, (all) => {
    const controller = createController("adaptive", { K_min: 9.9, K_max: 10.1, dt: 0.01 });
    let before = 10;
    for (const s of all) {
      controller.control(s);
      const K = signal(controller, "K");
      assert.ok(K >= 9.9 && K <= 10.1);
      assert.ok(Math.abs(K - before) <= 10 * 0.01 + 1e-12);
      before = K;
    }
  }));
});

test("hybrid_adaptive_sta_smc keeps gains and integral within their limits", () => {
  fc.assert(fc.property(states, (all) => {
    const options = { k1_max: 4.5, k2_max: 0.5, u_int_max: 0.01, gamma1: 50, gamma2: 50 };
    const controller = createController("hybrid", options);
    for (const s of all) {
      controller.control(s);
      const [k1, k2, uInt] = ["k1", "k2", "u_int"].map((name) => signal(controller, name));
      assert.ok(k1! >= 0 && k1! <= 4.5 && k2! >= 0 && k2! <= 0.5 && Math.abs(uInt!) <= 0.01);
    }
  }));
});

test("sta_smc winds up less with anti-windup", () => {
  const leaning = Float64Array.of(0, -1, -1, 0, -1, -1);
  const windup = (anti_windup_gain: number) => {
    const gains = [200, 5, 16, 18, 3, 8];
    const controller = createController("sta", { gains, max_force: 5, anti_windup_gain });
    for (let k = 0; k < 2000; k++) controller.control(leaning);
    return signal(controller, "z");
  };
  assert.equal(windup(0), 5);
  assert.ok(windup(5) < 5);
});

test("hybrid_adaptive_sta_smc does not integrate while its force is limited", () => {
  const controller = createController("hybrid", { max_force: 1 });
  controller.control(Float64Array.of(0, 0.02, 0.02, 0, 0, 0));
  assert.equal(signal(controller, "u_int"), 0);
  assert.equal(Math.abs(signal(controller, "force")), 1);
});

test("the equivalent control holds the sliding variable still", () => {
  const plant = createPlant("full"), terms = createMatrices(), rate = new Float64Array(6);
  const near = fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), {
    minLength: 6,
    maxLength: 6,
  }).map((s) => Float64Array.from(s));
  const weights = {
    classical_smc: ([k1, k2, l1, l2]: readonly number[]) => [l1!, l2!, k1!, k2!],
    sta_smc: ([, , k1, k2, l1, l2]: readonly number[]) => [k1! * l1!, k2! * l2!, k1!, k2!],
  };
  for (const name of ["classical_smc", "sta_smc"] as const) {
    for (const cart of [{}, { cart_gain: 0.7, cart_lambda: 0.4 }]) {
      const controller = createController(name, {
        plant,
        enable_equivalent: true,
        max_force: 1e9,
        ...cart,
        ...(name === "sta_smc" ? { boundary_layer: 1e-6 } : { controllability_threshold: 1e-9 }),
      });
      const [a1, a2, b1, b2] = weights[name](controller.gains) as [number, number, number, number];
      fc.assert(fc.property(near, (s) => {
        controller.reset();
        controller.control(s);
        const u = signal(controller, "u_eq");
        plant.derivative(s, u, rate);
        plant.matrices(s, terms);
        const { cart_gain: c = 0, cart_lambda: l = 0 } = cart as {
          cart_gain?: number;
          cart_lambda?: number;
        };
        const change = a1 * rate[1]! + a2 * rate[2]! + b1 * rate[4]! + b2 * rate[5]! +
          c * (rate[3]! + l * rate[0]!);
        const scale = [b1 * rate[4]!, b2 * rate[5]!, a1 * rate[1]!].reduce(
          (sum, part) => sum + Math.abs(part),
          1,
        );
        // The regularised solve (1e-10 on the diagonal) leaves this much.
        assert.ok(Math.abs(change) <= 1e-5 * scale, `${name}: ${change} of ${scale}`);
      }));
    }
  }
});
