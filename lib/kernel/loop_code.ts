/**
 * The code of a closed loop: law → force → one RK4 step of the full plant, many steps per call, for
 * a pair of loops at once or for one whose every step is kept as a row.
 *
 * A step whose result leaves the limits is not taken: the loop stops before it, and the plain
 * engine, which knows all cases, goes on from there.
 *
 * @module
 */

import { SMALL_ANGLE } from "./elementary.ts";
import { clip, type Forms, kernelLaws } from "./laws.ts";
import { type Layout, MAX_PLACES, PLACE } from "./layout.ts";
import { emitStages, type State } from "./plant_step.ts";
import { Emitter, type Vector } from "./vector.ts";
import { encodeModule, I32, OP, signed, unsigned, V128 } from "./wasm.ts";

/** Names of the state's components in a kernel. */
export const STATE: readonly string[] = ["x", "theta1", "theta2", "v", "omega1", "omega2"];
/** Names of the sums that a pair of loops keeps, and of the force before. */
export const SUMS: readonly string[] = ["sum state", "sum force", "sum slew", "sum sliding"];
/** Most steps of one call. */
export const MAX_STEPS = 384;
/** Where rows start among the memory's 8192 numbers; before them lie constants and state. */
export const STATES_AT: number = 2 * MAX_PLACES;
/** Where the forces of rows start. */
export const FORCES_AT: number = STATES_AT + 6 * MAX_STEPS;
/** Where the signals of rows start. */
export const SIGNALS_AT: number = FORCES_AT + MAX_STEPS;

// The law's own state must stay below this, so that no number overflows unseen.
const LARGEST_KEPT = 1e300;
/** Index of the function's only parameter, the number of steps. */
const STEPS = 0;

/** What a loop is made for. */
export interface LoopForm {
  /** Name of the controller. */
  readonly name: string;
  /** Options that choose between forms of its law. */
  readonly forms: Forms;
  /** Signals that a single loop keeps of each step; absent for a pair of loops. */
  readonly signals?: readonly string[];
  /** Whether it stops before a step with an angle that is not small, and is faster for it. */
  readonly isSmall: boolean;
}

/** Returns the module of a closed loop; `layout` learns where its numbers lie. */
export function encodeLoop(form: LoopForm, layout: Layout): Uint8Array {
  return new LoopCode(form, layout).encode();
}

class LoopCode {
  readonly #form: LoopForm;
  readonly #m: Layout;
  readonly #kept: readonly string[];
  readonly #emitter: Emitter = new Emitter(1);
  readonly #variables: Map<string, number> = new Map();
  readonly #force: number = this.#emitter.local(V128);
  readonly #stages = {
    stage: STATE.slice(1).map(() => this.#emitter.local(V128)),
    sum: STATE.map(() => this.#emitter.local(V128)),
    largestAngle: this.#emitter.local(V128),
    offset: this.#emitter.local(I32),
  };

  constructor(form: LoopForm, layout: Layout) {
    this.#form = form;
    this.#m = layout;
    const own = [...kernelLaws[form.name]!.kept, "due", "changed"];
    this.#kept = form.signals ? own : [...own, ...SUMS, "previous"];
  }

  encode(): Uint8Array {
    const e = this.#emitter, taken = e.local(I32), mask = e.local(I32);
    for (const name of [...STATE, ...this.#kept]) {
      const variable = e.local(V128);
      this.#variables.set(name, variable);
      e.push(this.#m.load(name));
      e.emit(...OP.localSet, ...unsigned(variable));
    }
    e.emit(...OP.block, ...OP.loop);
    e.emit(...OP.localGet, ...unsigned(taken), ...OP.localGet, STEPS, ...OP.i32GeS, ...OP.brIf, 1);
    this.#emitStep(mask);
    this.#emitAdvance(taken, 1);
    e.emit(...OP.br, 0, ...OP.end, ...OP.end);
    for (const [name, variable] of this.#variables) {
      e.emit(...OP.i32Const, 0, ...OP.localGet, ...unsigned(variable));
      e.emit(...OP.store, 4, ...unsigned(this.#m.place(name) * PLACE));
    }
    e.emit(...OP.i32Const, 0, ...OP.localGet, ...unsigned(taken));
    e.emit(...OP.i32Store, 2, ...unsigned(this.#m.place("steps taken") * PLACE));
    e.emit(...OP.localGet, ...unsigned(mask));
    return encodeModule(1, e.locals, e.bytes);
  }

  #emitStep(mask: number): void {
    const e = this.#emitter, m = this.#m, { name, forms, signals: rowSignals } = this.#form;
    const law = kernelLaws[name]!, isSingle = rowSignals !== undefined;
    const state = STATE.map((component) => this.#read(component)) as unknown as State;
    const kept = Object.fromEntries(this.#kept.map((key) => [key, this.#read(key)]));
    const { signals, due, changed } = law.step(state, kept, m, forms);
    const force = clip(signals["force"]!, m.load("forceLimit"));
    // The law's results outlive the stages' loop in variables of their own.
    e.set([[this.#force, force]]);
    const variables = { state: STATE.map((key) => this.#variables.get(key)!), ...this.#stages };
    emitStages(e, variables, e.read(this.#force), m, isSingle, this.#form.isSmall);
    const next = variables.state.map((local, i) =>
      e.read(local).add(m.load("sixth").mul(e.read(variables.sum[i]!)))
    ) as unknown as State;
    const isInside = this.#keepsLimits(next, law.kept.map((key) => signals[key]!));
    const isSmall = e.read(variables.largestAngle).le(m.constant(SMALL_ANGLE));
    e.push(isInside.and(isSmall).not());
    e.emit(...OP.bitmask, ...OP.localTee, ...unsigned(mask), ...OP.brIf, 1);
    if (isSingle) {
      this.#emitRow(STATES_AT, next);
      this.#emitRow(FORCES_AT, [force]);
      this.#emitRow(SIGNALS_AT, rowSignals.map((key) => signals[key]!));
    }
    const one = m.constant(1), later: [string, Vector][] = [];
    STATE.forEach((component, i) => later.push([component, next[i]!]));
    for (const key of law.kept) later.push([key, signals[key]!]);
    if (due) later.push(["due", kept["due"]!.add(due.and(one))]);
    if (changed) later.push(["changed", kept["changed"]!.add(changed.and(one))]);
    if (!isSingle) later.push(...this.#sums(state, kept, force, signals["sigma"]!));
    e.set(later.map(([key, vector]) => [this.#variables.get(key)!, vector]));
  }

  #read(name: string): Vector {
    return this.#emitter.read(this.#variables.get(name)!);
  }

  #keepsLimits(next: State, kept: readonly Vector[]): Vector {
    const inside = next.map((value, i) => value.abs().le(this.#m.load(`limit ${STATE[i]}`)));
    const sound = kept.map((value) => value.abs().le(this.#m.constant(LARGEST_KEPT)));
    return [...inside, ...sound].reduce((all, each) => all.and(each));
  }

  /** Stores the first lane of vectors as this step's row of an area. */
  #emitRow(areaAt: number, values: readonly Vector[]): void {
    const e = this.#emitter, pointer = e.local(I32);
    values.forEach((value, i) => {
      e.emit(...OP.localGet, ...unsigned(pointer));
      e.push(value);
      e.emit(...OP.storeLane, 3, ...unsigned(8 * (areaAt + i)), 0);
    });
    this.#emitAdvance(pointer, 8 * values.length);
  }

  #emitAdvance(local: number, by: number): void {
    const e = this.#emitter;
    e.emit(...OP.localGet, ...unsigned(local), ...OP.i32Const, ...signed(by), ...OP.i32Add);
    e.emit(...OP.localSet, ...unsigned(local));
  }

  /** Sums over steps, operation by operation as in `simulation/batch_sums.ts`. */
  #sums(
    state: State,
    kept: Readonly<Record<string, Vector>>,
    force: Vector,
    sigma: Vector,
  ): [string, Vector][] {
    const dt = this.#m.load("dt"), previous = kept["previous"]!;
    const square = state.map((value) => value.mul(value)).reduce((sum, each) => sum.add(each));
    // No number stands for the force before the first step.
    const change = previous.ne(previous).select(this.#m.constant(0), force.sub(previous));
    const added = [square, force.mul(force), change.mul(change), sigma.mul(sigma)];
    return [
      ...SUMS.map((name, i): [string, Vector] => [name, kept[name]!.add(added[i]!.mul(dt))]),
      ["previous", force],
    ];
  }
}
