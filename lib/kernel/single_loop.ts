/**
 * Advances one controller and state by a kernel, many steps per call, and hands out each step's
 * state, force and signals as rows.
 *
 * @module
 */

import { Controller } from "../controllers/mod.ts";
import { coefficientsOf, FullPlant, type Plant, STATE_SIZE } from "../plant/mod.ts";
import {
  type ClosedLoop,
  closedLoopFor,
  hasKernel,
  isInBox,
  plantNumbers,
  runNumbers,
} from "./closed_loop.ts";
import { kernelLaws } from "./laws.ts";
import { lawNumbers } from "./law_numbers.ts";
import { FORCES_AT, MAX_STEPS, SIGNALS_AT, STATES_AT } from "./loop_code.ts";

/** What a single loop runs. */
export interface LoopSetup {
  readonly controller: object;
  readonly plant: Plant;
  readonly dt: number;
  /** Limit of the force on top of the controller's own, N. */
  readonly maxForce: number;
  /** Limits of the state's components. */
  readonly limits: ArrayLike<number> | undefined;
}

// A controller that runs again and again on one plant finds its loop ready.
const latestLoops = new WeakMap<Controller, SingleLoop>();

/** One closed loop on a kernel. `advance` allocates nothing. */
export class SingleLoop {
  /** States after the steps of the last call, row by row; overwritten by the next call. */
  readonly states: Float64Array;
  /** Forces during the steps of the last call; overwritten by the next call. */
  readonly forces: Float64Array;
  readonly #signals: Float64Array;
  readonly #controller: Controller;
  readonly #loop: ClosedLoop;
  readonly #parameters: Readonly<Record<string, number>>;
  readonly #setup: LoopSetup;
  readonly #keptAt: readonly number[];
  readonly #keptSignals: readonly number[];
  readonly #dueAt: number;

  private constructor(controller: Controller, setup: LoopSetup) {
    const { plant, dt, maxForce, limits } = setup, names = controller.telemetry.names;
    this.#controller = controller;
    this.#loop = closedLoopFor(controller, true);
    const rowsOf = (at: number, width: number) =>
      this.#loop.numbers.subarray(at, at + width * MAX_STEPS);
    this.states = rowsOf(STATES_AT, STATE_SIZE);
    this.forces = rowsOf(FORCES_AT, 1);
    this.#signals = rowsOf(SIGNALS_AT, names.length);
    this.#setup = { ...setup, limits: limits && Float64Array.from(limits) };
    this.#parameters = {
      ...lawNumbers(controller),
      ...plantNumbers(coefficientsOf(plant.parameters)),
      ...runNumbers(dt, maxForce, limits),
    };
    const { kept } = kernelLaws[controller.name]!;
    this.#keptAt = kept.map((name) => this.#loop.indexOf(name));
    this.#keptSignals = kept.map((name) => names.indexOf(name));
    this.#dueAt = this.#loop.indexOf("due");
  }

  /** Returns a loop for a setup, or undefined where kernels do not know it. */
  static of(setup: LoopSetup): SingleLoop | undefined {
    const { controller, plant, dt } = setup;
    const isKnown = controller instanceof Controller && plant instanceof FullPlant &&
      !controller.isReleased && controller.control === Controller.prototype.control &&
      plant.derivative === FullPlant.prototype.derivative && hasKernel(controller, dt);
    if (!isKnown) return undefined;
    const latest = latestLoops.get(controller);
    if (latest !== undefined && latest.#isFor(setup)) return latest;
    const loop = new SingleLoop(controller, setup);
    latestLoops.set(controller, loop);
    return loop;
  }

  /**
   * Advances the controller and `state` by up to `steps` steps and returns how many were taken. Where
   * there are fewer than one call may take, the next step needs the plain engine.
   */
  advance(state: Float64Array, steps: number): number {
    const law = this.#controller.law;
    if (law === null || !isInBox(state, this.#setup.limits)) return 0;
    this.#load(state, law.signals, law.activity);
    this.#loop.run(steps);
    const taken = this.#loop.stepsTaken;
    if (taken > 0) this.#store(state, law.signals, law.activity, taken);
    return taken;
  }

  #isFor({ plant, dt, maxForce, limits }: LoopSetup): boolean {
    const own = this.#setup;
    const areEqual = limits === undefined ? own.limits === undefined : own.limits !== undefined &&
      Array.from(limits).every((limit, i) => limit === own.limits![i]);
    return plant === own.plant && dt === own.dt && maxForce === own.maxForce && areEqual;
  }

  #load(state: Float64Array, signals: Float64Array, activity: Float64Array): void {
    const loop = this.#loop, { numbers } = loop;
    // The shared loop outlives its users: it may hold their numbers, never themselves.
    if (loop.owner !== this.#parameters) {
      loop.write(0, this.#parameters);
      loop.write(1, this.#parameters);
      loop.owner = this.#parameters;
    }
    // The state's places come first; both lanes run the same.
    for (let i = 0; i < STATE_SIZE; i++) numbers[2 * i] = numbers[2 * i + 1] = state[i]!;
    const keptAt = this.#keptAt, dueAt = this.#dueAt;
    for (let i = 0; i < keptAt.length; i++) {
      const at = keptAt[i]!;
      numbers[at] = numbers[at + 1] = signals[this.#keptSignals[i]!]!;
    }
    numbers[dueAt] = activity[0]!;
    numbers[dueAt + 2] = activity[1]!;
  }

  #store(
    state: Float64Array,
    signals: Float64Array,
    activity: Float64Array,
    taken: number,
  ): void {
    const { numbers } = this.#loop, width = signals.length;
    const stateAt = STATES_AT + STATE_SIZE * (taken - 1),
      signalsAt = SIGNALS_AT + (taken - 1) * width;
    for (let i = 0; i < STATE_SIZE; i++) state[i] = numbers[stateAt + i]!;
    for (let i = 0; i < width; i++) signals[i] = numbers[signalsAt + i]!;
    activity[0] = numbers[this.#dueAt]!;
    activity[1] = numbers[this.#dueAt + 2]!;
    this.#controller.telemetry.recordRows(this.#signals, taken);
  }
}
