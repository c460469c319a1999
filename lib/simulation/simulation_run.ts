/**
 * The loop of a simulation: state → controller → force → integrator → state.
 *
 * @module
 */

import { Controller } from "../controllers/mod.ts";
import { SingleLoop } from "../kernel/mod.ts";
import { isFiniteState, NonFiniteState } from "../plant/mod.ts";
import { explainGuard, type Guards, keepsGuards, readGuards } from "./guards.ts";
import type { Integrator } from "./integrator.ts";
import { createIntegrator } from "./integrators.ts";
import { Recorder } from "./recorder.ts";
import {
  readState,
  type SimulatedController,
  type SimulationOptions,
  stepsOf,
} from "./simulation_options.ts";
import type { RunStatus, Trajectory, Validity } from "./trajectory.ts";

/** A closed loop that can be advanced in parts. No step allocates. */
export class SimulationRun {
  readonly #options: SimulationOptions;
  readonly #integrator: Integrator;
  readonly #guards: Guards;
  readonly #steps: number;
  readonly #initial: Float64Array;
  readonly #state: Float64Array;
  readonly #recorder: Recorder;
  readonly #isGuarded: boolean;
  readonly #first: number;
  #fast: SingleLoop | undefined;
  #step: number = 0;
  #isStarted: boolean = false;
  #isEnded: boolean = false;
  #status: RunStatus = "completed";
  #message: string = "";

  /** Prepares a run; options are as for `runSimulation`. */
  constructor(options: SimulationOptions) {
    this.#options = options;
    const { integrator = "rk4", maxForce = Infinity } = options;
    this.#integrator = typeof integrator === "string" ? createIntegrator(integrator) : integrator;
    this.#guards = readGuards(options.guards);
    this.#steps = stepsOf(options.duration, options.dt);
    this.#initial = readState(options.initialState);
    this.#state = this.#initial.slice();
    this.#recorder = new Recorder(this.#steps, options.dt, options.decimate ?? 1);
    if (!(maxForce > 0)) {
      throw new RangeError(
        `Cannot simulate as maxForce must be > 0 N: current value is ${maxForce}`,
      );
    }
    const { maxEnergy, limits } = this.#guards;
    this.#isGuarded = maxEnergy !== undefined || limits !== undefined;
    this.#first = options.firstStep ?? 0;
    const isKnown = integrator === "rk4" && maxEnergy === undefined;
    this.#fast = isKnown ? SingleLoop.of({ ...options, maxForce, limits }) : undefined;
  }

  /** Whether all steps were taken or the run ended early. */
  get isOver(): boolean {
    return this.#isEnded || this.#step === this.#steps;
  }

  /** Takes steps until `step` is reached or the run ends. */
  advance(step: number = Infinity): void {
    if (this.isOver) return;
    try {
      if (this.#step === 0 && !this.#isStarted) this.#start();
      const last = Math.min(step, this.#steps);
      if (this.#fast !== undefined) this.#advanceFast(this.#fast, last);
      this.#advancePlain(last);
    } catch (error) {
      const status = error instanceof NonFiniteState ? "non_finite" : "error";
      this.end(status, error instanceof Error ? error.message : String(error));
    }
  }

  /** Ends the run early and says why. */
  end(status: RunStatus, message: string): void {
    this.#isEnded = true;
    this.#status = status;
    this.#message = message;
  }

  /** Returns what was simulated so far. */
  result(): Trajectory {
    return {
      ...this.#recorder.result(),
      steps: this.#step,
      finalState: this.#state,
      status: this.#status,
      message: this.#message,
      validity: this.#validity(),
    };
  }

  /** Takes many steps at once where a kernel knows this loop; stops before one that it does not. */
  #advanceFast(loop: SingleLoop, last: number): void {
    const { onStep } = this.#options, recorder = this.#recorder;
    while (this.#step < last && !this.#isEnded) {
      const taken = loop.advance(this.#state, onStep === undefined ? last - this.#step : 1);
      if (taken === 0) {
        this.#fast = undefined;
        return;
      }
      recorder.recordRows(loop.states, loop.forces, taken);
      this.#step += taken;
      if (onStep !== undefined) this.#report(loop.forces[0]!);
    }
  }

  #advancePlain(last: number): void {
    const { controller, plant, dt, onStep, maxForce = Infinity } = this.#options;
    const state = this.#state, integrator = this.#integrator, recorder = this.#recorder;
    const guards = this.#guards, own = ownController(controller);
    const wishes = own === undefined ? new Float64Array(1) : own.signals;
    while (this.#step < last && !this.#isEnded) {
      // Numbers pass through arrays: one that goes in or out of a call may be boxed on the heap.
      if (own !== undefined) own.update(state);
      else wishes[0] = controller.control(state);
      const wish = wishes[0]!;
      const force = Math.max(-maxForce, Math.min(maxForce, wish));
      if (force - force !== 0) {
        return this.end("non_finite", `the force is ${force} at step ${this.#number}`);
      }
      recorder.recordForce(force);
      integrator.inputs[0] = force;
      integrator.inputs[1] = dt;
      integrator.advance(plant, state);
      if (!isFiniteState(state)) {
        throw new NonFiniteState(`complete step ${this.#number + 1}`, state);
      }
      this.#step++;
      recorder.recordState(state);
      if (this.#isGuarded && !keepsGuards(guards, plant, state)) {
        return this.end("guard", explainGuard(guards, plant, state, this.#number));
      }
      if (onStep !== undefined) this.#report(force);
    }
  }

  /** Number of the last step taken. */
  get #number(): number {
    return this.#first + this.#step;
  }

  #report(force: number): void {
    const { onStep, signal, dt } = this.#options, step = this.#number;
    if (onStep!(step, step * dt, this.#state, force) === false) {
      this.end("stopped", `onStep returned false at step ${step}`);
    } else if (signal?.aborted) {
      this.end("stopped", `the signal was aborted at step ${step}`);
    }
  }

  #start(): void {
    const { controller, continues, signal } = this.#options;
    this.#isStarted = true;
    this.#integrator.reset();
    this.#recorder.recordState(this.#state);
    if (signal?.aborted) this.end("stopped", "the signal was aborted before the start");
    else if (!continues) controller.reset?.();
  }

  #validity(): Validity {
    const { controller, dt } = this.#options;
    const moved = this.#state.some((value, i) => value !== this.#initial[i]);
    const finite = isFiniteState(this.#state);
    const { due, changed } = controller.activity ?? { due: 0, changed: 0 };
    const period = controller.options?.["dt"];
    const warnings = [
      ...(controller.warnings ?? []),
      ...(typeof period === "number" && period !== dt
        ? [`the controller's dt is ${period} s, the simulation's ${dt} s`]
        : []),
    ];
    const isValid = this.#step === this.#steps && moved && finite && (due === 0 || changed > 0) &&
      warnings.length === 0;
    return {
      requestedSteps: this.#steps,
      steps: this.#step,
      moved,
      finite,
      internalDue: due,
      internalChanged: changed,
      warnings,
      isValid,
    };
  }
}

/** Returns a controller of the laboratory's own that nobody has changed. */
function ownController(controller: SimulatedController): Controller | undefined {
  const isOwn = controller instanceof Controller &&
    controller.control === Controller.prototype.control;
  return isOwn ? controller : undefined;
}
