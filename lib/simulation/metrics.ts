/**
 * What a closed-loop response is judged by: how soon it settles, how far it swings through, how much
 * force it takes and how restless that force is.
 *
 * @module
 */
import { STATE_SIZE, THETA1, THETA2, X } from "../plant/mod.ts";

/** The part of a trajectory that metrics need. */
export interface Response {
  /** Times of the rows, s. */
  readonly time: Float64Array;
  /** States by rows, `time.length` × 6. */
  readonly states: Float64Array;
  /** Forces, N, each from its row's step on. */
  readonly forces: Float64Array;
}

/** Numbers that describe a response. */
export interface ResponseMetrics {
  /** Time after which both angles stay within the tolerance, s; Infinity if they never do. */
  readonly settlingTime: number;
  /**
   * Largest angle of link 1 on the other side of upright, as a share of its initial angle; NaN if
   * it starts upright.
   */
  readonly overshoot: number;
  /** Root mean square of the force, N. */
  readonly rmsForce: number;
  /** Largest magnitude of the force, N. */
  readonly peakForce: number;
  /** Chattering: total variation of the force per second over the second half, N/s. */
  readonly chattering: number;
  /** Largest angle of either link in the last tenth of the run, rad. */
  readonly finalAngle: number;
  /** Distance of the cart from its start at the end, m. */
  readonly drift: number;
}

/** Angle within which a response counts as settled, rad. */
export const SETTLED_ANGLE = 0.02;

/**
 * Returns the metrics of a response.
 *
 * @throws {RangeError} Where it holds fewer than two rows.
 */
export function responseMetrics(
  response: Response,
  tolerance: number = SETTLED_ANGLE,
): ResponseMetrics {
  const { time, states, forces } = response;
  const rows = time.length;
  if (rows < 2 || forces.length < 1) {
    throw new RangeError(
      `Cannot measure a response as it must hold two rows or more: current value is ${rows}`,
    );
  }
  const angle = (k: number) =>
    Math.max(
      Math.abs(states[k * STATE_SIZE + THETA1]!),
      Math.abs(states[k * STATE_SIZE + THETA2]!),
    );
  let finalAngle = 0;
  for (let k = Math.floor(0.9 * (rows - 1)); k < rows; k++) {
    finalAngle = Math.max(finalAngle, angle(k));
  }
  return {
    settlingTime: settlingTime(time, angle, tolerance),
    overshoot: overshoot(states, rows),
    ...forceMetrics(time, forces),
    finalAngle,
    drift: Math.abs(states[(rows - 1) * STATE_SIZE + X]! - states[X]!),
  };
}

function settlingTime(
  time: Float64Array,
  angle: (row: number) => number,
  tolerance: number,
): number {
  let first = time.length;
  while (first > 0 && angle(first - 1) <= tolerance) first--;
  return first === time.length ? Infinity : time[first]!;
}

function overshoot(states: Float64Array, rows: number): number {
  const start = states[THETA1]!;
  let farthest = 0;
  for (let k = 0; k < rows; k++) {
    farthest = Math.max(farthest, -Math.sign(start) * states[k * STATE_SIZE + THETA1]!);
  }
  return start === 0 ? NaN : farthest / Math.abs(start);
}

function forceMetrics(
  time: Float64Array,
  forces: Float64Array,
): Pick<ResponseMetrics, "rmsForce" | "peakForce" | "chattering"> {
  const half = Math.floor(forces.length / 2);
  let square = 0;
  let peak = 0;
  let variation = 0;
  for (let k = 0; k < forces.length; k++) {
    const u = forces[k]!;
    square += u * u;
    peak = Math.max(peak, Math.abs(u));
    if (k > half) variation += Math.abs(u - forces[k - 1]!);
  }
  const seconds = time[forces.length - 1]! - time[half]!;
  return {
    rmsForce: Math.sqrt(square / forces.length),
    peakForce: peak,
    chattering: seconds > 0 ? variation / seconds : 0,
  };
}
