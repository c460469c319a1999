import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { boundaryHandlings, confine } from "./boundary.ts";
import { clampSpeed } from "./swarm.ts";

const vectors = JSON.parse(
  readFileSync(new URL("../../../data/reference/pso_vectors.json", import.meta.url), "utf8"),
);

test("confine() wraps as the reference does", () => {
  const { lb, ub, inp, out } = vectors.periodic_bound;
  inp.forEach((row: number[], i: number) => {
    const position = Float64Array.from(row);
    const velocity = Float64Array.of(7, -7);
    confine(position, velocity, Float64Array.from(lb), Float64Array.from(ub), "periodic");
    assert.deepEqual([...position], out[i]);
    assert.deepEqual([...velocity], [7, -7]);
  });
});

test("clampSpeed() limits velocities as the reference does", () => {
  const { clamp, inp, out } = vectors.velocity_clamp;
  inp.forEach((row: number[], i: number) => {
    assert.deepEqual(row.map((v, d) => clampSpeed(v, clamp[1][d])), out[i]);
  });
});

test("confine() stops a particle at the wall, or folds it back and turns its velocity", () => {
  const low = Float64Array.of(0), high = Float64Array.of(10);
  const cases = [
    ["nearest", 13, 10, 0],
    ["nearest", -0.5, 0, 0],
    ["reflective", 13, 7, -2],
    ["reflective", -4, 4, -2],
    ["reflective", 24, 4, 2],
    ["reflective", 33, 7, -2],
  ] as const;
  for (const [boundary, x, place, speed] of cases) {
    const position = Float64Array.of(x), velocity = Float64Array.of(2);
    confine(position, velocity, low, high, boundary);
    assert.deepEqual([position[0], velocity[0]], [place, speed], `${boundary} ${x}`);
  }
});

test("confine() always ends inside, whatever came in, and leaves what was inside alone", () => {
  const number = fc.double({ noDefaultInfinity: false, noNaN: false });
  fc.assert(fc.property(
    number,
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: 0, max: 1e6, noNaN: true }),
    fc.constantFrom(...boundaryHandlings),
    (x, low, width, boundary) => {
      const position = Float64Array.of(x), velocity = Float64Array.of(1);
      confine(position, velocity, Float64Array.of(low), Float64Array.of(low + width), boundary);
      assert.ok(position[0]! >= low && position[0]! <= low + width, `${position[0]}`);
      if (x >= low && x <= low + width) assert.equal(position[0], x);
    },
  ));
});
