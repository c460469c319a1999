import assert from "node:assert/strict";
import { test } from "node:test";
import { responseMetrics } from "./metrics.ts";

const near = (actual: number, expected: number, within: number) =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual}, expected ${expected}`);

/** A response with the given angles of link 1, force and cart position over time. */
function response(
  angle: (t: number) => number,
  force: (t: number) => number,
  x: (t: number) => number = () => 0,
  [n, dt] = [10_000, 0.001],
) {
  const time = Float64Array.from({ length: n + 1 }, (_, k) => k * dt);
  const states = new Float64Array((n + 1) * 6);
  time.forEach((t, k) => states.set([x(t), angle(t), 0], k * 6));
  return { time, states, forces: Float64Array.from({ length: n }, (_, k) => force(k * dt)) };
}

test("responseMetrics() measures a decaying oscillation as its formula says", () => {
  // 0.1 e^-t cos 2πt: the envelope passes 0.02 near t = ln 5; the trough lies just before t = 0.5.
  const { settlingTime, overshoot, finalAngle } = responseMetrics(
    response((t) => 0.1 * Math.exp(-t) * Math.cos(2 * Math.PI * t), () => 0),
  );
  const trough = Math.atan(-1 / (2 * Math.PI)) / (2 * Math.PI) + 0.5;
  near(overshoot, -Math.exp(-trough) * Math.cos(2 * Math.PI * trough), 1e-5);
  assert.ok(settlingTime > 1.5 && settlingTime < Math.log(5), `${settlingTime}`);
  near(finalAngle, 0.1 * Math.exp(-9), 1e-6);
});

test("responseMetrics() mirrors: the sign of the start does not matter", () => {
  const angle = (t: number) => 0.1 * Math.exp(-t) * Math.cos(5 * t);
  const force = (t: number) => Math.sin(t);
  assert.deepEqual(
    responseMetrics(response(angle, force)),
    responseMetrics(response((t) => -angle(t), (t) => -force(t))),
  );
});

test("responseMetrics() measures force, restlessness and drift", () => {
  const calm = responseMetrics(
    response(() => 0.01, (t) => 3 * Math.sin(2 * Math.PI * t), (t) => -t),
  );
  near(calm.rmsForce, 3 / Math.SQRT2, 1e-9);
  near(calm.peakForce, 3, 1e-9);
  near(calm.chattering, 4 * 3, 0.02); // a sine of amplitude a varies by 4 a per period
  near(calm.drift, 10, 1e-12);
  assert.equal(calm.settlingTime, 0);
  // Switching between ±1 at each step of 1 ms varies by 2 N, a thousand times a second.
  const restless = responseMetrics(
    response(() => 0.01, (t) => Math.round(t * 1000) % 2 === 0 ? 1 : -1),
  );
  near(restless.chattering, 2000, 1);
  assert.equal(responseMetrics(response(() => 0.01, () => 7)).chattering, 0);
});

test("responseMetrics() says that a response never settles, and refuses an empty one", () => {
  assert.equal(responseMetrics(response(() => 0.03, () => 0)).settlingTime, Infinity);
  assert.ok(Number.isNaN(responseMetrics(response((t) => 0.001 * t, () => 0)).overshoot));
  assert.throws(() => responseMetrics(response(() => 0, () => 0, () => 0, [0, 1])), RangeError);
});
