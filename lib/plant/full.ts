/**
 * The exact equations of motion of the cart with two links (the default plant).
 *
 * With q = theta1 + theta2 and w = omega1 + omega2 (link 2 seen from the vertical), the Lagrangian
 * gives a symmetric system with a constant diagonal:
 *
 *     [ Mt        A cos θ1   B cos q  ] [ v̇  ]   [ u + A sin θ1 ω1² + B sin q w² − c0 v         ]
 *     [ A cos θ1  J1         D cos θ2 ] [ ω̇1 ] = [ D sin θ2 w² + A g sin θ1 − c1 ω1 + c2 ω2     ]
 *     [ B cos q   D cos θ2   J2       ] [ ẇ  ]   [ −D sin θ2 ω1² + B g sin q − c2 ω2            ]
 *
 * solved by cofactors; ω̇2 = ẇ − ω̇1. `matrices` gives the same motion in the joint angles.
 *
 * @module
 */

import { type Coefficients, coefficientsOf } from "./coefficients.ts";
import type { PlantParameters } from "./parameters.ts";
import type { Plant, PlantMatrices, PlantModel } from "./plant.ts";
import { sineCosine } from "./sine_cosine.ts";
import { isFiniteState, NonFiniteState, OMEGA1, OMEGA2, THETA1, THETA2, V, X } from "./state.ts";

// Places in the scratch array: three angles, each followed by its sine and cosine, and the numbers
// that go in or come out. Passing them as arguments or results would box them on the heap.
const P = 0, Q = 3, R = 6, NUMBER = 9;

/** The exact plant. Allocates nothing after construction. */
export class FullPlant implements Plant {
  readonly model: PlantModel = "full";
  readonly parameters: PlantParameters;
  readonly #c: Coefficients;
  readonly #io: Float64Array = new Float64Array(10);

  /** Creates the plant from checked parameters. */
  constructor(parameters: PlantParameters) {
    this.parameters = parameters;
    this.#c = coefficientsOf(parameters);
  }

  /** Writes the time derivative of a state under a force (N) into `out`. */
  derivative(state: Float64Array, force: number, out: Float64Array): void {
    this.#io[NUMBER] = force;
    this.#writeDerivative(state, out);
  }

  #writeDerivative(state: Float64Array, out: Float64Array): void {
    const io = this.#io, force = io[NUMBER]!;
    const { Mt, A, B, D, J1, J2, Ag, Bg, c0, c1, c2 } = this.#c;
    const theta1 = state[THETA1]!, theta2 = state[THETA2]!;
    const v = state[V]!, omega1 = state[OMEGA1]!, omega2 = state[OMEGA2]!;
    const sum = state[X]! + theta1 + theta2 + v + omega1 + omega2;
    if (sum - sum !== 0 && !isFiniteState(state)) {
      throw new NonFiniteState("compute the derivative", state);
    }
    const w = omega1 + omega2;
    this.#takeAngles(theta1, theta1 + theta2);
    const sinP = io[P + 1]!, cosP = io[P + 2]!, sinQ = io[Q + 1]!, cosQ = io[Q + 2]!;
    // sin θ2 and cos θ2 follow from the two angles already taken.
    const Dsin = D * (sinQ * cosP - cosQ * sinP), Dcos = D * (cosQ * cosP + sinQ * sinP);
    const b = A * cosP, c = B * cosQ;

    const joint2 = c2 * omega2, ww = w * w, w11 = omega1 * omega1;
    const r1 = force + A * sinP * w11 + B * sinQ * ww - c0 * v;
    const r2 = Dsin * ww + Ag * sinP - c1 * omega1 + joint2;
    const r3 = Bg * sinQ - Dsin * w11 - joint2;

    const k11 = J1 * J2 - Dcos * Dcos, k12 = c * Dcos - b * J2, k13 = b * Dcos - c * J1;
    const k22 = Mt * J2 - c * c, k23 = b * c - Mt * Dcos, k33 = Mt * J1 - b * b;
    const inverse = 1 / (Mt * k11 + b * k12 + c * k13);
    const omega1Dot = (k12 * r1 + k22 * r2 + k23 * r3) * inverse;
    out[X] = v;
    out[THETA1] = omega1;
    out[THETA2] = omega2;
    out[V] = (k11 * r1 + k12 * r2 + k13 * r3) * inverse;
    out[OMEGA1] = omega1Dot;
    out[OMEGA2] = (k13 * r1 + k23 * r2 + k33 * r3) * inverse - omega1Dot;
  }

  /** Writes M, h + F and G of lab coordinates [x, theta1, theta2] into `out`. */
  matrices(state: Float64Array, out: PlantMatrices): void {
    const { Mt, A, B, D, J1, J2, Ag, Bg, c0, c1, c2 } = this.#c;
    const io = this.#io, theta1 = state[THETA1]!, theta2 = state[THETA2]!;
    const omega1 = state[OMEGA1]!, omega2 = state[OMEGA2]!, w = omega1 + omega2;
    this.#takeAngles(theta1, theta1 + theta2);
    io[R] = theta2;
    sineCosine(io, R);
    const sinP = io[P + 1]!, cosP = io[P + 2]!, sinQ = io[Q + 1]!, cosQ = io[Q + 2]!;
    const sinR = io[R + 1]!, cosR = io[R + 2]!;
    const { M, bias, gravity } = out;
    M[0] = Mt;
    M[1] = M[3] = A * cosP + B * cosQ;
    M[2] = M[6] = B * cosQ;
    M[4] = J1 + J2 + 2 * D * cosR;
    M[5] = M[7] = J2 + D * cosR;
    M[8] = J2;
    bias[0] = -A * sinP * omega1 * omega1 - B * sinQ * w * w + c0 * state[V]!;
    bias[1] = -D * sinR * (2 * omega1 * omega2 + omega2 * omega2) + c1 * omega1;
    bias[2] = D * sinR * omega1 * omega1 + c2 * omega2;
    gravity[0] = 0;
    gravity[1] = -Ag * sinP - Bg * sinQ;
    gravity[2] = -Bg * sinQ;
  }

  /** Returns kinetic plus potential energy, J. */
  energy(state: Float64Array): number {
    this.#writeEnergy(state);
    return this.#io[NUMBER]!;
  }

  #writeEnergy(state: Float64Array): void {
    const { Mt, A, B, D, J1, J2, Ag, Bg } = this.#c, io = this.#io;
    const v = state[V]!, omega1 = state[OMEGA1]!, w = omega1 + state[OMEGA2]!;
    this.#takeAngles(state[THETA1]!, state[THETA1]! + state[THETA2]!);
    const sinP = io[P + 1]!, cosP = io[P + 2]!, sinQ = io[Q + 1]!, cosQ = io[Q + 2]!;
    const cosR = cosQ * cosP + sinQ * sinP;
    const kinetic = 0.5 * (Mt * v * v + J1 * omega1 * omega1 + J2 * w * w) +
      v * (A * cosP * omega1 + B * cosQ * w) + D * cosR * omega1 * w;
    io[NUMBER] = kinetic + Ag * cosP + Bg * cosQ;
  }

  #takeAngles(p: number, q: number): void {
    const io = this.#io;
    io[P] = p;
    io[Q] = q;
    sineCosine(io, P);
    sineCosine(io, Q);
  }
}
