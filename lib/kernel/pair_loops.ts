/**
 * Runs many closed loops two at a time: as one of the two ends, the next takes its lane. Each gives
 * the same bits whoever runs beside it.
 *
 * @module
 */

import { type Controller, controllerDefinitions, type ControllerName } from "../controllers/mod.ts";
import { type Coefficients, STATE_SIZE } from "../plant/mod.ts";
import {
  type ClosedLoop,
  closedLoopFor,
  hasKernel,
  isInBox,
  type Lane,
  plantNumbers,
  runNumbers,
} from "./closed_loop.ts";
import { kernelLaws } from "./laws.ts";
import { gainKey, lawNumbers } from "./law_numbers.ts";
import { SUMS } from "./loop_code.ts";

/** What is the same for all loops. */
export interface PairSetup {
  /** A controller with the options of all; its gains do not matter. */
  readonly controller: Controller;
  readonly dt: number;
  /** Steps of each loop. */
  readonly steps: number;
  /** Limit of the force on top of the controller's own, N. */
  readonly maxForce: number;
  /** Limits of the state's components. */
  readonly limits: ArrayLike<number> | undefined;
}

/** Where loops come from, and where they go to. */
export interface PairSource {
  /** Returns the next loop, or undefined where none is left. */
  next(): PairMember | undefined;
  /** Takes a loop that came as far as the kernel may. */
  end(member: PairMember): void;
}

/** One loop: where it starts, and how far it came. */
export interface PairMember {
  /** Its place in the batch. */
  readonly index: number;
  readonly gains: ArrayLike<number>;
  readonly coefficients: Coefficients;
  /** Its state, advanced in place. */
  readonly state: Float64Array;
  /** Signals that its law keeps, by name, after the last step; empty before. */
  kept: Readonly<Record<string, number>>;
  /** Steps that it took; fewer than asked for where the next one needs the plain engine. */
  steps: number;
  /** Σ|s|²dt, Σu²dt, Σ(Δu)²dt, Σσ²dt, then the last force; NaN before the first step. */
  readonly sums: Float64Array;
}

/** Number of entries in a member's sums. */
export const SUMS_SIZE: number = SUMS.length + 1;

/** Runs closed loops two at a time. */
export class PairLoops {
  readonly #setup: PairSetup;
  readonly #loop: ClosedLoop;
  readonly #start: Readonly<Record<string, number>>;
  readonly #gainsAt: readonly number[];
  readonly #sumsAt: readonly number[];
  readonly #lanes: [PairMember | undefined, PairMember | undefined] = [undefined, undefined];
  readonly #keptAt: readonly (readonly [name: string, at: number])[];

  private constructor(setup: PairSetup) {
    const { controller, dt, maxForce, limits } = setup, loop = closedLoopFor(controller, false);
    const { gainNames } = controllerDefinitions[controller.name as ControllerName];
    const { kept } = kernelLaws[controller.name]!, { names } = controller.telemetry;
    controller.reset();
    this.#setup = setup;
    this.#loop = loop;
    this.#start = {
      ...lawNumbers(controller),
      ...runNumbers(dt, maxForce, limits),
      ...Object.fromEntries(kept.map((name) => [name, controller.signals[names.indexOf(name)]!])),
    };
    this.#gainsAt = gainNames.map((name) => loop.indexOf(gainKey(name)));
    this.#sumsAt = [...SUMS, "previous"].map((name) => loop.indexOf(name));
    this.#keptAt = kept.map((name) => [name, loop.indexOf(name)]);
  }

  /** Returns loops for a setup, or undefined where kernels do not know its controller. */
  static of(setup: PairSetup): PairLoops | undefined {
    return hasKernel(setup.controller, setup.dt) ? new PairLoops(setup) : undefined;
  }

  /** Advances all loops of a source as far as the kernel may. */
  run(source: PairSource): void {
    this.#refill(0, source);
    this.#refill(1, source);
    while (this.#lanes[0] !== undefined || this.#lanes[1] !== undefined) this.#advance(source);
  }

  #advance(source: PairSource): void {
    const loop = this.#loop, lanes = this.#lanes, { steps } = this.#setup;
    // A lane without a member runs along with the other one's numbers.
    if (lanes[0] === undefined) loop.mirror(1);
    if (lanes[1] === undefined) loop.mirror(0);
    const left0 = lanes[0] === undefined ? steps : steps - lanes[0].steps;
    const left1 = lanes[1] === undefined ? steps : steps - lanes[1].steps;
    const ended = loop.run(left0 < left1 ? left0 : left1), taken = loop.stepsTaken;
    this.#count(0, taken, (ended & 1) !== 0, source);
    this.#count(1, taken, (ended & 2) !== 0, source);
  }

  #count(lane: Lane, taken: number, isStuck: boolean, source: PairSource): void {
    const member = this.#lanes[lane];
    if (member === undefined) return;
    member.steps += taken;
    if (member.steps < this.#setup.steps && !isStuck) return;
    this.#store(lane, member);
    source.end(member);
    this.#refill(lane, source);
  }

  #refill(lane: Lane, source: PairSource): void {
    let member = source.next();
    while (member !== undefined && !isInBox(member.state, this.#setup.limits)) {
      source.end(member);
      member = source.next();
    }
    this.#lanes[lane] = member;
    if (member !== undefined) this.#load(lane, member);
  }

  #load(lane: Lane, member: PairMember): void {
    const loop = this.#loop, { numbers } = loop;
    loop.write(lane, this.#start);
    loop.write(lane, plantNumbers(member.coefficients));
    this.#gainsAt.forEach((at, i) => numbers[at + lane] = member.gains[i]!);
    this.#sumsAt.forEach((at, i) => numbers[at + lane] = member.sums[i]!);
    for (let i = 0; i < STATE_SIZE; i++) numbers[2 * i + lane] = member.state[i]!;
  }

  #store(lane: Lane, member: PairMember): void {
    const { numbers } = this.#loop;
    for (let i = 0; i < STATE_SIZE; i++) member.state[i] = numbers[2 * i + lane]!;
    this.#sumsAt.forEach((at, i) => member.sums[i] = numbers[at + lane]!);
    member.kept = Object.fromEntries(this.#keptAt.map(([name, at]) => [name, numbers[at + lane]!]));
  }
}
