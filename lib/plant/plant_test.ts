import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  createMatrices,
  createPlant,
  linearise,
  NonFiniteState,
  type PlantParameters,
  readParameters,
  stateNames,
} from "./mod.ts";
import { assertClose, referenceData } from "./reference_data_test.ts";

interface Row {
  readonly parameters: Record<string, number> | null;
  readonly state: number[];
  readonly force: number;
  readonly derivative: number[];
  readonly energy: number;
}

const { rows } = referenceData<{ rows: Row[] }>("lab/rhs_full.json");
const angle = fc.double({ min: -7, max: 7, noNaN: true });
const rate = fc.double({ min: -20, max: 20, noNaN: true });
const anyState = fc.tuple(rate, angle, angle, rate, rate, rate).map((s) => Float64Array.from(s));

test("full plant agrees with the reference derivatives to 1e-12", () => {
  const out = new Float64Array(6);
  for (const [i, row] of rows.entries()) {
    const plant = createPlant("full", (row.parameters ?? {}) as Partial<PlantParameters>);
    const state = Float64Array.from(row.state);
    plant.derivative(state, row.force, out);
    assertClose(out, row.derivative, 1e-12, `derivative of row ${i}`);
    assertClose([plant.energy(state)], [row.energy], 1e-12, `energy of row ${i}`);
  }
  assert.equal(rows.length, 100);
});

test("full plant's derivative solves its own matrices", () => {
  const plant = createPlant("full"), out = new Float64Array(6), terms = createMatrices();
  fc.assert(fc.property(anyState, rate, (state, force) => {
    plant.derivative(state, force, out);
    plant.matrices(state, terms);
    for (let i = 0; i < 3; i++) {
      const left = [0, 1, 2].reduce((sum, j) => sum + terms.M[3 * i + j]! * out[3 + j]!, 0);
      const right = (i === 0 ? force : 0) - terms.bias[i]! - terms.gravity[i]!;
      assert.ok(Math.abs(left - right) <= 1e-10 * (1 + Math.abs(right)), `row ${i}`);
    }
  }));
});

test("full plant gains the power of the force less friction, whatever the state", () => {
  const plant = createPlant("full"), p = plant.parameters, out = new Float64Array(6);
  fc.assert(fc.property(anyState, rate, (state, force) => {
    plant.derivative(state, force, out);
    const h = 1e-5;
    const ahead = plant.energy(state.map((value, i) => value + h * out[i]!));
    const behind = plant.energy(state.map((value, i) => value - h * out[i]!));
    const power = force * state[3]! - p.cartFriction * state[3]! ** 2 -
      p.joint1Friction * state[4]! ** 2 - p.joint2Friction * state[5]! ** 2;
    const scale = 1 + Math.abs(power) + out.reduce((sum, value) => sum + value * value, 0);
    assert.ok(Math.abs((ahead - behind) / (2 * h) - power) <= 1e-6 * scale);
  }));
});

test("full plant mirrors: the derivative of a mirrored state is mirrored, bit for bit", () => {
  const plant = createPlant("full"), out = new Float64Array(6), mirrored = new Float64Array(6);
  fc.assert(fc.property(anyState, rate, (state, force) => {
    plant.derivative(state, force, out);
    plant.derivative(state.map((value) => -value), -force, mirrored);
    assert.deepEqual(mirrored.map((value) => -value + 0), out.map((value) => value + 0));
  }));
});

test("simplified plant is the numerical Jacobian of the full one at upright", () => {
  const full = createPlant("full"), { A, B } = linearise(full.parameters), h = 1e-6;
  const slope = (j: number) => {
    const [ahead, behind] = [h, -h].map((step) => {
      const out = new Float64Array(6), state = new Float64Array(6);
      if (j < 6) state[j] = step;
      full.derivative(state, j < 6 ? 0 : step, out);
      return out;
    });
    return ahead!.map((value, i) => (value - behind![i]!) / (2 * h));
  };
  for (let j = 0; j < 6; j++) {
    assertClose([0, 1, 2, 3, 4, 5].map((i) => A[6 * i + j]!), slope(j), 1e-6, `column ${j}`);
  }
  assertClose(B, slope(6), 1e-6, "B");
});

test("simplified plant's derivative is A s + B u, solves its matrices and keeps its energy", () => {
  const plant = createPlant("simplified", {
    cartFriction: 0,
    joint1Friction: 0,
    joint2Friction: 0,
  });
  const out = new Float64Array(6), terms = createMatrices();
  fc.assert(fc.property(anyState, rate, (state, force) => {
    plant.derivative(state, force, out);
    plant.matrices(state, terms);
    for (let i = 0; i < 3; i++) {
      const left = [0, 1, 2].reduce((sum, j) => sum + terms.M[3 * i + j]! * out[3 + j]!, 0);
      const right = (i === 0 ? force : 0) - terms.bias[i]! - terms.gravity[i]!;
      assert.ok(Math.abs(left - right) <= 1e-10 * (1 + Math.abs(right)));
    }
    const h = 1e-5, power = force * state[3]!;
    const [ahead, behind] = [h, -h].map((d) => plant.energy(state.map((s, i) => s + d * out[i]!)));
    const scale = 1 + out.reduce((sum, value) => sum + value * value, 0);
    assert.ok(Math.abs((ahead! - behind!) / (2 * h) - power) <= 1e-6 * scale);
  }));
});

test("derivative() names the component that is not finite", () => {
  for (const model of ["full", "simplified"] as const) {
    const plant = createPlant(model), out = new Float64Array(6);
    for (const [i, name] of stateNames.entries()) {
      const state = new Float64Array(6);
      state[i] = i % 2 ? NaN : Infinity;
      assert.throws(() => plant.derivative(state, 0, out), (error: unknown) => {
        return error instanceof NonFiniteState && error.component === name &&
          error.message.includes(name);
      });
    }
    // Huge but finite components are no error, although their sum overflows.
    plant.derivative(Float64Array.of(1e308, 0, 0, 1e308, 0, 0), 0, out);
  }
});

test("createPlant() names the parameter that is wrong", () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ cartMass: 0 }, /cart_mass must be > 0: current value is 0/],
    [{ joint1Friction: -1 }, /joint1_friction must be >= 0: current value is -1/],
    [{ gravity: NaN }, /gravity must be > 0: current value is NaN/],
    [
      { pendulum1Com: 0.5 },
      /pendulum1_com must be < pendulum1_length \(0.4 m\): current value is 0.5/,
    ],
    [{ mass: 1 }, /"mass" is unknown: expected one of cart_mass/],
    [{ cartMass: "1" }, /cart_mass must be > 0: current value is "1"/],
  ];
  for (const [parameters, message] of wrong) {
    assert.throws(() => createPlant("full", parameters), message);
  }
  assert.throws(() => createPlant("low_rank" as "full"), /must be "full" or "simplified"/);
  assert.equal(readParameters({ cart_mass: 2 } as object).cartMass, 2);
});
