/**
 * Closed loops as running WebAssembly, made once per form and shared: callers write their numbers
 * in, let it take steps, and read the results before anyone else does.
 *
 * @module
 */

import { type Controller, controllerDefinitions, type ControllerName } from "../controllers/mod.ts";
import { type Coefficients, STATE_SIZE } from "../plant/mod.ts";
import { kernelLaws } from "./laws.ts";
import { Layout, PLACE } from "./layout.ts";
import { encodeLoop, MAX_STEPS, STATE } from "./loop_code.ts";
import { SHIFTS, WEIGHTS } from "./plant_step.ts";
import { createMemory, hasWebAssembly, instantiate } from "./wasm.ts";

/** Lanes of a loop. */
export type Lane = 0 | 1;

// The polynomial sine needs |angle| <= 1e6 in all stages of a step; these leave room for them.
const BOX: readonly number[] = [1e9, 1e4, 1e4, 1e9, 1e4, 1e4];
const LARGEST_DT = 0.02;
// Steps with large angles before small ones are tried again.
const ANY_STEPS = 48;

/** A closed loop as WebAssembly. */
export class ClosedLoop {
  /** Its memory as numbers. */
  readonly numbers: Float64Array;
  /** Whose numbers it holds, so that they are written once; set by its users. */
  owner: object | null = null;
  readonly #whole: Int32Array;
  readonly #layout: Layout = new Layout();
  readonly #runSmall: (steps: number) => number;
  readonly #runAny: (steps: number) => number;
  readonly #takenAt: number;

  /** Builds the loop of a controller's kind. */
  constructor(controller: Controller, isSingle: boolean) {
    const { name, options } = controller;
    const layout = this.#layout;
    // Numbers that change from step to step lie first, in a known order.
    for (const key of [...STATE, ...kernelLaws[name]!.kept, "due", "changed", "steps taken"]) {
      layout.place(key);
    }
    for (const key of [...WEIGHTS, ...SHIFTS]) layout.place(key);
    const { signalNames } = controllerDefinitions[name as ControllerName];
    const form = { name, forms: options, ...(isSingle ? { signals: signalNames } : {}) };
    const small = encodeLoop({ ...form, isSmall: true }, layout);
    const any = encodeLoop({ ...form, isSmall: false }, layout);
    const memory = createMemory();
    this.#runSmall = instantiate(small, memory);
    this.#runAny = instantiate(any, memory);
    this.#takenAt = layout.place("steps taken") * (PLACE / 4);
    this.numbers = new Float64Array(memory.buffer);
    this.#whole = new Int32Array(memory.buffer);
    layout.writeConstants(memory.buffer);
  }

  /** Index in `numbers` of a name's first lane, or -1 where the loop has no such number. */
  indexOf(name: string): number {
    const place = this.#layout.find(name);
    return place === undefined ? -1 : 2 * place;
  }

  /** Writes numbers into a lane; names that the loop does not have are left out. */
  write(lane: Lane, values: Readonly<Record<string, number>>): void {
    for (const name in values) {
      const at = this.indexOf(name);
      if (at >= 0) this.numbers[at + lane] = values[name]!;
    }
  }

  /** Copies one lane's numbers to the other. */
  mirror(from: Lane): void {
    const numbers = this.numbers, end = 2 * this.#layout.size;
    for (let at = 0; at < end; at += 2) numbers[at + 1 - from] = numbers[at + from]!;
  }

  /**
   * Takes up to `steps` steps, at least one where that is possible; returns a mask of the lanes that
   * could not take the next one, 0 where another call is worth a try.
   */
  run(steps: number): number {
    const ended = this.#runSmall(steps < MAX_STEPS ? steps : MAX_STEPS);
    if (ended === 0 || this.stepsTaken > 0) return 0;
    return this.#runAny(steps < ANY_STEPS ? steps : ANY_STEPS);
  }

  /** Steps that the last call took. */
  get stepsTaken(): number {
    return this.#whole[this.#takenAt]!;
  }
}

// As many as there are forms of all laws, for single loops and for pairs.
const MAX_LOOPS = 18;
const loops = new Map<string, ClosedLoop>();

/** Returns the loop for a controller's kind: for single loops with rows, or for pairs with sums. */
export function closedLoopFor(controller: Controller, isSingle: boolean): ClosedLoop {
  const forms = kernelLaws[controller.name]!.forms.map((key) => controller.options[key]);
  const key = [controller.name, ...forms, isSingle].join();
  let loop = loops.get(key);
  if (loop === undefined) {
    if (loops.size >= MAX_LOOPS) loops.clear();
    loops.set(key, loop = new ClosedLoop(controller, isSingle));
  }
  return loop;
}

/** Returns whether kernels know a controller's law as it is set up. */
export function hasKernel(controller: Controller, dt: number): boolean {
  return hasWebAssembly && kernelLaws[controller.name] !== undefined && dt <= LARGEST_DT &&
    controller.options["enableEquivalent"] !== true;
}

/** Returns whether a state lies where kernels may run; `limits` narrow that. */
export function isInBox(state: Float64Array, limits?: ArrayLike<number>): boolean {
  for (let i = 0; i < STATE_SIZE; i++) {
    if (!(Math.abs(state[i]!) <= Math.min(BOX[i]!, limits?.[i] ?? Infinity))) return false;
  }
  return true;
}

/** Returns the numbers of a run: step, limit of the force, limits of the state. */
export function runNumbers(
  dt: number,
  maxForce: number,
  limits: ArrayLike<number> | undefined,
): Record<string, number> {
  const numbers: Record<string, number> = {
    dt,
    half: 0.5 * dt,
    "half again": 0.5 * dt,
    "dt again": dt,
    one: 1,
    two: 2,
    "two again": 2,
    "one again": 1,
    sixth: dt / 6,
    forceLimit: maxForce,
  };
  STATE.forEach((name, i) => {
    numbers[`limit ${name}`] = Math.min(BOX[i]!, limits?.[i] ?? Infinity);
  });
  return numbers;
}

/** Returns a plant's constants, and the products of them that every step needs. */
export function plantNumbers(c: Coefficients): Readonly<Record<string, number>> {
  return { ...c, "J1 J2": c.J1 * c.J2, "Mt J1": c.Mt * c.J1, "Mt J2": c.Mt * c.J2 };
}
