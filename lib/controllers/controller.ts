/**
 * A controller: a law with its lifecycle, telemetry and place in the registry of live ones.
 *
 * @module
 */

import { isFiniteState, NonFiniteState } from "../plant/mod.ts";
import {
  CHANGED,
  type ControllerDefinition,
  DUE,
  FORCE,
  type Law,
  type LawOptions,
  SIGMA,
} from "./law.ts";
import { register, unregister } from "./live_controllers.ts";
import { Telemetry } from "./telemetry.ts";

/** How often a controller's internal state had to change since its start, and did. */
export interface Activity {
  /** Calls after which its law asks for another internal state. */
  readonly due: number;
  /** Calls after which it was another. */
  readonly changed: number;
}

/** A sliding-mode controller. No call of `control` allocates. */
export class Controller {
  /** Name of its kind, such as `"sta_smc"`. */
  readonly name: string;
  /** Gains, in the order of `gainNames`. */
  readonly gains: readonly number[];
  /** All options by their names in code, defaults filled in. */
  readonly options: LawOptions;
  /** What is allowed but unwise about the options. */
  readonly warnings: readonly string[];
  /** Signals of the last steps. */
  readonly telemetry: Telemetry;
  readonly #acceptsNonFinite: boolean;
  readonly #signals: Float64Array;
  #law: Law | null;

  /** Creates it; `createController` checks what comes in here. */
  constructor(definition: ControllerDefinition, law: Law, options: LawOptions) {
    this.name = definition.name;
    this.gains = Object.freeze([...options.gains]);
    this.options = options;
    this.warnings = definition.warn?.(options) ?? [];
    this.telemetry = new Telemetry(
      definition.signalNames,
      definition.signalUnits,
      options["telemetryLength"] as number,
    );
    this.#acceptsNonFinite = definition.acceptsNonFinite ?? false;
    this.#law = law;
    this.#signals = law.signals;
    register(this);
  }

  /**
   * Returns the force (N) for a state and advances the internal state.
   *
   * @throws {NonFiniteState} Where the state has a non-finite component (but for the hybrid, which
   * answers with no force).
   * @throws {Error} After `cleanup()`.
   */
  control(state: Float64Array): number {
    this.update(state);
    return this.#signals[FORCE]!;
  }

  /**
   * Does what `control` does and leaves the force in `signals[0]`. A number that a call returns may
   * be boxed on the heap; engines call this.
   */
  update(state: Float64Array): void {
    const law = this.#law;
    if (law === null) throw this.#released("compute a force");
    if (!this.#acceptsNonFinite && !isFiniteState(state)) {
      throw new NonFiniteState(`compute the force of ${this.name}`, state);
    }
    law.update(state);
    this.telemetry.record(law.signals);
  }

  /** Sliding variable of the last call. */
  get sigma(): number {
    return this.#signals[SIGMA]!;
  }

  /** All signals of the last call, in the order of `telemetry.names`; a view that changes. */
  get signals(): Float64Array {
    return this.#signals;
  }

  /** How often the internal state had to change since the start, and did. */
  get activity(): Activity {
    const activity = this.#law?.activity;
    return { due: activity?.[DUE] ?? 0, changed: activity?.[CHANGED] ?? 0 };
  }

  /** Whether `cleanup()` was called. */
  get isReleased(): boolean {
    return this.#law === null;
  }

  /** The law inside, for engines that advance many steps at once; null after `cleanup()`. */
  get law(): Law | null {
    return this.#law;
  }

  /** Puts internal state and telemetry back to the start; gains stay. */
  reset(): void {
    if (this.#law === null) throw this.#released("reset");
    this.#law.reset();
    this.telemetry.clear();
  }

  /** Sets signals of the last call by name, so that a law goes on from where another stood. */
  restore(signals: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(signals)) {
      const i = this.telemetry.names.indexOf(name);
      if (i >= 0) this.#signals[i] = value;
    }
  }

  /** Gives references and buffers back. May be called again; `control` may not. */
  cleanup(): void {
    if (this.#law === null) return;
    this.#law = null;
    this.telemetry.release();
    unregister(this);
  }

  /** The same as `cleanup()`. */
  [Symbol.dispose](): void {
    this.cleanup();
  }

  #released(action: string): Error {
    return new Error(`Cannot ${action} as this ${this.name} was released by cleanup()`);
  }
}
