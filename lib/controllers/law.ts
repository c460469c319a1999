/**
 * What a control law is to the laboratory: an update that reads a state and writes signals, and a
 * description of its gains, options and signals that everything else is derived from.
 *
 * @module
 */

import type { ObjectSchema, Plant } from "../plant/mod.ts";

/** Index of the force (N) in a law's signals. */
export const FORCE = 0;
/** Index of the sliding variable in a law's signals. */
export const SIGMA = 1;
/** Index of the equivalent control (N) in a law's signals. */
export const U_EQ = 2;
/** Index of the switching part of the force (N) in a law's signals. */
export const U_SWITCH = 3;
/** Index of a law's first signal of its own. */
export const FIRST_OWN = 4;

/** Signals that every law has, in order. */
export const commonSignals: readonly string[] = ["force", "sigma", "u_eq", "u_switch"];

/** Index in `activity`: calls after which the internal state had to differ. */
export const DUE = 0;
/** Index in `activity`: calls after which it did differ. */
export const CHANGED = 1;

/** A control law with its internal state. */
export interface Law {
  /** Latest force, sliding variable, u_eq, u_switch, then the law's own signals. */
  readonly signals: Float64Array;
  /** Counts of calls whose internal state had to change, and did. */
  readonly activity: Float64Array;
  /** Reads a state and writes `signals`; advances the internal state. Allocates nothing. */
  update(state: Float64Array): void;
  /** Puts signals, activity and internal state back to the start. */
  reset(): void;
}

/** Values of a controller's options by their names in code, complete and checked. */
export type LawOptions = Readonly<Record<string, unknown>> & { readonly gains: readonly number[] };

/** Everything the laboratory knows about one kind of controller. */
export interface ControllerDefinition {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Names and units of the gains, in order. */
  readonly gainNames: readonly string[];
  readonly gainUnits: readonly string[];
  /** Box that the tuner searches, > 0 on both sides: wide enough that stabilising gains lie in it. */
  readonly gainBounds: { readonly lower: readonly number[]; readonly upper: readonly number[] };
  /** Gains that may be 0; all others are > 0. */
  readonly mayBeZero?: readonly string[];
  /** Whether a non-finite state is answered with no force instead of an error. */
  readonly acceptsNonFinite?: boolean;
  /** Names and units of all signals, `commonSignals` first. */
  readonly signalNames: readonly string[];
  readonly signalUnits: readonly string[];
  /** Options with their defaults: the controller's block in config.yaml. */
  readonly schema: ObjectSchema;
  /** Returns a law for complete, checked options. */
  create(options: LawOptions, plant: Plant | undefined): Law;
  /** Returns what is allowed but unwise about the options. */
  warn?(options: LawOptions): readonly string[];
}
