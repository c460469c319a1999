import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createPlant } from "../plant/mod.ts";
import { assertClose, referenceData } from "../plant/reference_data_test.ts";
import { createIntegrator, type Dynamics, type IntegratorName, integratorNames } from "./mod.ts";

interface Reference {
  readonly single_steps: {
    dt: number;
    t: number;
    u: number;
    euler: number[];
    rk2_midpoint: number[];
    rk4: number[];
    dopri45_integrate: number[];
    rk45: { accepted: boolean }[];
  }[];
  readonly adaptive_march: { final: number[] };
}

const reference = referenceData<Reference>("lab/integrators.json");
const start = [.1, .2, -.3, .4, -.5, .6];

/** The reference's test equation with time as a seventh state. */
const testEquation: Dynamics = {
  derivative(y, u, out) {
    out[0] = y[3]!;
    out[1] = y[4]!;
    out[2] = y[5]!;
    out[3] = -0.5 * y[3]! - y[0]! + u + Math.sin(y[6]!);
    out[4] = 9 * Math.sin(y[1]!) - 0.2 * y[4]! + 0.3 * y[3]! - u;
    out[5] = 4 * Math.sin(y[2]! - y[1]!) - 0.1 * y[5]! * Math.abs(y[5]!);
    out[6] = 1;
  },
};

test("integrators agree with single reference steps to 1e-12", () => {
  for (const row of reference.single_steps) {
    const expected: Record<IntegratorName, number[]> = {
      euler: row.euler,
      rk2: row.rk2_midpoint,
      rk4: row.rk4,
      rk45: row.dopri45_integrate,
    };
    for (const name of integratorNames) {
      // The reference leaves out a step that it rejects under all its tolerances; ours never does.
      if (name === "rk45" && !row.rk45.some(({ accepted }) => accepted)) continue;
      const y = Float64Array.of(...start, row.t);
      // Loose tolerances: the reference's row is one step without rejection.
      createIntegrator(name, 7, { rtol: 1e3, atol: 1e3 }).step(testEquation, y, row.u, row.dt);
      assertClose(y.subarray(0, 6), expected[name], 1e-12, `${name} with dt ${row.dt}`);
    }
  }
});

test("rk45 with its default tolerances ends where the reference's adaptive march ends", () => {
  const y = Float64Array.of(...start, 0);
  createIntegrator("rk45", 7).step(testEquation, y, 1.5, 1);
  assert.ok(Math.abs(y[6]! - 1) < 1e-14);
  assertClose(y.subarray(0, 6), reference.adaptive_march.final, 1e-5, "state at 1 s");
});

test("integrators converge at their order, whatever the start", () => {
  const plant = createPlant("full");
  const angle = fc.double({ min: -1, max: 1, noNaN: true });
  const state = fc.tuple(angle, angle, angle, angle, angle, angle);
  const endOf = (name: IntegratorName, from: number[], steps: number) => {
    const y = Float64Array.from(from),
      integrator = createIntegrator(name, 6, { rtol: 1e9, atol: 1 });
    for (let k = 0; k < steps; k++) integrator.step(plant, y, 3, 0.4 / steps);
    return y;
  };
  for (const name of integratorNames) {
    const { order } = createIntegrator(name);
    const coarse = name === "euler" ? 400 : name === "rk2" ? 100 : 20;
    const measured: number[] = [];
    fc.assert(
      fc.property(state, (from) => {
        const truth = endOf("rk4", from, 4000);
        const errors = [coarse, 2 * coarse].map((steps) =>
          Math.hypot(...endOf(name, from, steps).map((value, i) => value - truth[i]!))
        );
        fc.pre(errors[1]! > 1e-12);
        measured.push(Math.log2(errors[0]! / errors[1]!));
      }),
      { numRuns: 40, seed: 1 },
    );
    measured.sort((a, b) => a - b);
    const median = measured[measured.length >> 1]!;
    assert.ok(Math.abs(median - order) < 0.25, `${name}: order ${median}, expected ${order}`);
  }
});

test("rk45 retries a rejected step, loses no time, and says when it cannot go on", () => {
  let calls = 0;
  const stiff: Dynamics = {
    derivative(y, _u, out) {
      calls++;
      out[0] = -2000 * (y[0]! - Math.cos(y[1]!));
      out[1] = 1;
    },
  };
  const y = Float64Array.of(0, 0);
  createIntegrator("rk45", 2).step(stiff, y, 0, 0.5);
  assert.ok(Math.abs(y[1]! - 0.5) < 1e-14);
  assert.ok(Math.abs(y[0]! - (Math.cos(0.5) + Math.sin(0.5) / 2000)) < 1e-5);
  assert.ok(calls > 7 * 100);
  const blowUp: Dynamics = { derivative: (z, _u, out) => void (out[0] = z[0]! * z[0]!) };
  assert.throws(
    () => createIntegrator("rk45", 1).step(blowUp, Float64Array.of(1), 0, 2),
    /error must stay within the tolerance/,
  );
});

test("createIntegrator() names the integrators it knows", () => {
  assert.throws(
    () => createIntegrator("rk38" as "rk4"),
    /one of euler, rk2, rk4, rk45: current value is "rk38"/,
  );
});
