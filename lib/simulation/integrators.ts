/**
 * One-step integrators with the force held constant during the step (zero-order hold).
 *
 *     euler  y + h f(y)                                                        order 1
 *     rk2    y + h f(y + h/2 f(y))                                             order 2, midpoint
 *     rk4    y + h/6 (k1 + 2 k2 + 2 k3 + k4)                                   order 4, the default
 *     rk45   Dormand–Prince 5(4) with error control inside the step            order 5
 *
 * @module
 */

import { DormandPrince } from "./dormand_prince.ts";
import {
  type Dynamics,
  type Integrator,
  type IntegratorName,
  integratorNames,
  type Tolerances,
} from "./integrator.ts";

/**
 * Returns an integrator for states of `size` components.
 *
 * @throws {RangeError} Where the name is unknown.
 */
export function createIntegrator(
  name: IntegratorName = "rk4",
  size: number = 6,
  tolerances: Tolerances = {},
): Integrator {
  switch (name) {
    case "euler":
      return new Euler(size);
    case "rk2":
      return new Midpoint(size);
    case "rk4":
      return new RungeKutta4(size);
    case "rk45":
      return new DormandPrince(size, tolerances);
    default:
      throw new RangeError(
        `Cannot integrate as the integrator must be one of ${integratorNames.join(", ")}: ` +
          `current value is "${name}"`,
      );
  }
}

// Places in an integrator's inputs.
const FORCE = 0, DT = 1;

class Euler implements Integrator {
  readonly name: IntegratorName = "euler";
  readonly order: number = 1;
  readonly inputs: Float64Array = new Float64Array(2);
  readonly #rate: Float64Array;

  constructor(size: number) {
    this.#rate = new Float64Array(size);
  }

  step(system: Dynamics, state: Float64Array, force: number, dt: number): void {
    this.inputs[FORCE] = force;
    this.inputs[DT] = dt;
    this.advance(system, state);
  }

  advance(system: Dynamics, state: Float64Array): void {
    const force = this.inputs[FORCE]!, dt = this.inputs[DT]!;
    const rate = this.#rate;
    system.derivative(state, force, rate);
    for (let i = 0; i < state.length; i++) state[i]! += dt * rate[i]!;
  }

  reset(): void {}
}

class Midpoint implements Integrator {
  readonly name: IntegratorName = "rk2";
  readonly order: number = 2;
  readonly inputs: Float64Array = new Float64Array(2);
  readonly #rate: Float64Array;
  readonly #middle: Float64Array;

  constructor(size: number) {
    this.#rate = new Float64Array(size);
    this.#middle = new Float64Array(size);
  }

  step(system: Dynamics, state: Float64Array, force: number, dt: number): void {
    this.inputs[FORCE] = force;
    this.inputs[DT] = dt;
    this.advance(system, state);
  }

  advance(system: Dynamics, state: Float64Array): void {
    const force = this.inputs[FORCE]!, dt = this.inputs[DT]!;
    const rate = this.#rate, middle = this.#middle, half = 0.5 * dt;
    system.derivative(state, force, rate);
    for (let i = 0; i < state.length; i++) middle[i] = state[i]! + half * rate[i]!;
    system.derivative(middle, force, rate);
    for (let i = 0; i < state.length; i++) state[i]! += dt * rate[i]!;
  }

  reset(): void {}
}

class RungeKutta4 implements Integrator {
  readonly name: IntegratorName = "rk4";
  readonly order: number = 4;
  readonly inputs: Float64Array = new Float64Array(2);
  readonly #rate: Float64Array;
  readonly #stage: Float64Array;
  readonly #sum: Float64Array;

  constructor(size: number) {
    this.#rate = new Float64Array(size);
    this.#stage = new Float64Array(size);
    this.#sum = new Float64Array(size);
  }

  step(system: Dynamics, state: Float64Array, force: number, dt: number): void {
    this.inputs[FORCE] = force;
    this.inputs[DT] = dt;
    this.advance(system, state);
  }

  advance(system: Dynamics, state: Float64Array): void {
    const force = this.inputs[FORCE]!, dt = this.inputs[DT]!;
    const rate = this.#rate, stage = this.#stage, sum = this.#sum, half = 0.5 * dt, sixth = dt / 6;
    system.derivative(state, force, rate);
    for (let i = 0; i < state.length; i++) {
      sum[i] = 0 + rate[i]!;
      stage[i] = state[i]! + half * rate[i]!;
    }
    system.derivative(stage, force, rate);
    for (let i = 0; i < state.length; i++) {
      sum[i]! += 2 * rate[i]!;
      stage[i] = state[i]! + half * rate[i]!;
    }
    system.derivative(stage, force, rate);
    for (let i = 0; i < state.length; i++) {
      sum[i]! += 2 * rate[i]!;
      stage[i] = state[i]! + dt * rate[i]!;
    }
    system.derivative(stage, force, rate);
    for (let i = 0; i < state.length; i++) state[i]! += sixth * (sum[i]! + rate[i]!);
  }

  reset(): void {}
}
