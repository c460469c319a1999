/**
 * Builds the WebAssembly module of a closed loop: law → force → one RK4 step of the full plant, for
 * a pair of loops at once, or for one whose every step is kept as a row.
 *
 * A step whose result leaves the limits is not taken: the kernel stops before it, and the plain
 * engine, which knows all cases, goes on from there.
 *
 * @module
 */

import { clip, type Forms, type KernelLaw, kernelLaws } from "./laws.ts";
import { Layout, PLACE } from "./layout.ts";
import { type State, stepPlant } from "./plant_step.ts";
import { Emitter, Vector } from "./vector.ts";
import { encodeModule, I32, instantiate, OP, signed, unsigned, V128 } from "./wasm.ts";

/** Names of the state's components in a kernel. */
export const STATE: readonly string[] = ["x", "theta1", "theta2", "v", "omega1", "omega2"];
/** Names of the sums that a pair kernel keeps. */
export const SUMS: readonly string[] = ["sum state", "sum force", "sum slew", "sum sliding"];
// The law's own state must stay below this, so that no number overflows unseen.
const LARGEST_KEPT = 1e300;
const BASE = 0, STEPS = 1;

/** A closed loop as WebAssembly. */
export interface ClosedLoop {
  /** Places of its numbers. */
  readonly layout: Layout;
  /** Its memory as numbers; place p lies at 2p (first lane) and 2p + 1 (second). */
  readonly numbers: Float64Array;
  /** Signals of a row in order, behind the state and the force. */
  readonly signals: readonly string[];
  /** Numbers in a row; 0 where it keeps none. */
  readonly rowSize: number;
  /** Index of the first row in `numbers`. */
  readonly rowsAt: number;
  /** Most steps of one call. */
  readonly maxSteps: number;
  /** Takes up to `steps` steps; returns a mask of the lanes that could not take the next one. */
  run(steps: number): number;
  /** Returns the steps that the last call took. */
  stepsTaken(): number;
}

/** Returns a new closed loop. */
export function buildClosedLoop(
  name: string,
  forms: Forms,
  signals: readonly string[],
  isSingle: boolean,
): ClosedLoop {
  const layout = new Layout(), law = kernelLaws[name]!;
  const kept = [...law.kept, "due", "changed", ...(isSingle ? [] : [...SUMS, "previous"])];
  for (const key of [...STATE, ...kept, "steps taken"]) layout.place(key);
  const code = new LoopCode(layout, law, forms, kept, signals, isSingle).encode();
  const rowsAt = layout.size * 2, rowSize = isSingle ? STATE.length + 1 + signals.length : 0;
  const { run, memory } = instantiate(code);
  const numbers = new Float64Array(memory), whole = new Int32Array(memory);
  layout.writeConstants(memory);
  const takenAt = layout.place("steps taken") * (PLACE / 4);
  return {
    layout,
    numbers,
    signals,
    rowSize,
    rowsAt,
    maxSteps: rowSize === 0 ? 512 : Math.min(256, Math.floor((numbers.length - rowsAt) / rowSize)),
    run: (steps) => run(rowsAt * 8, steps),
    stepsTaken: () => whole[takenAt]!,
  };
}

class LoopCode {
  readonly #m: Layout;
  readonly #law: KernelLaw;
  readonly #forms: Forms;
  readonly #kept: readonly string[];
  readonly #signals: readonly string[];
  readonly #isSingle: boolean;
  readonly #emitter: Emitter = new Emitter(2);
  readonly #locals: Map<string, number> = new Map();

  constructor(
    layout: Layout,
    law: KernelLaw,
    forms: Forms,
    kept: readonly string[],
    signals: readonly string[],
    isSingle: boolean,
  ) {
    this.#m = layout;
    this.#law = law;
    this.#forms = forms;
    this.#kept = kept;
    this.#signals = signals;
    this.#isSingle = isSingle;
  }

  encode(): Uint8Array {
    const e = this.#emitter, taken = e.local(I32), mask = e.local(I32);
    for (const name of [...STATE, ...this.#kept]) {
      this.#locals.set(name, e.local(V128));
      e.push(this.#m.load(name));
      e.emit(...OP.localSet, ...unsigned(this.#locals.get(name)!));
    }
    e.emit(...OP.block, ...OP.loop);
    e.emit(...OP.localGet, ...unsigned(taken), ...OP.localGet, STEPS, ...OP.i32GeS, ...OP.brIf, 1);
    this.#emitStep(mask);
    e.emit(...OP.localGet, ...unsigned(taken), ...OP.i32Const, 1, ...OP.i32Add);
    e.emit(...OP.localSet, ...unsigned(taken), ...OP.br, 0, ...OP.end, ...OP.end);
    for (const [name, local] of this.#locals) {
      e.emit(...OP.i32Const, 0, ...OP.localGet, ...unsigned(local));
      e.emit(...OP.store, 4, ...unsigned(this.#m.place(name) * PLACE));
    }
    e.emit(...OP.i32Const, 0, ...OP.localGet, ...unsigned(taken));
    e.emit(...OP.i32Store, 2, ...unsigned(this.#m.place("steps taken") * PLACE));
    e.emit(...OP.localGet, ...unsigned(mask));
    return encodeModule(2, e.locals, e.bytes);
  }

  #emitStep(mask: number): void {
    const e = this.#emitter, m = this.#m;
    const state = STATE.map((name) => this.#read(name)) as unknown as State;
    const kept = Object.fromEntries(this.#kept.map((name) => [name, this.#read(name)]));
    const step = this.#law.step(state, kept, m, this.#forms);
    const force = clip(step.signals["force"]!, m.load("forceLimit"));
    const next = stepPlant(state, force, m, this.#isSingle);

    e.push(this.#keepsLimits(next, step.signals).not());
    e.emit(...OP.bitmask, ...OP.localTee, ...unsigned(mask), ...OP.brIf, 1);
    if (this.#isSingle) {
      this.#emitRow([
        ...next,
        force,
        ...this.#signals.map((s) => step.signals[s]!),
      ]);
    }
    const later: [string, Vector][] = STATE.map((name, i) => [name, next[i]!]);
    for (const name of this.#law.kept) later.push([name, step.signals[name]!]);
    const one = m.constant(1);
    if (step.due) later.push(["due", kept["due"]!.add(step.due.and(one))]);
    if (step.changed) later.push(["changed", kept["changed"]!.add(step.changed.and(one))]);
    if (!this.#isSingle) later.push(...this.#sums(state, kept, force, step.signals["sigma"]!));
    e.set(later.map(([name, vector]) => [this.#locals.get(name)!, vector]));
  }

  #read(name: string): Vector {
    return this.#emitter.read(this.#locals.get(name)!);
  }

  #keepsLimits(next: State, signals: Readonly<Record<string, Vector>>): Vector {
    const inside = next.map((value, i) => value.abs().le(this.#m.load(`limit ${STATE[i]}`)));
    const sound = this.#law.kept.map((name) =>
      signals[name]!.abs().le(this.#m.constant(LARGEST_KEPT))
    );
    return [...inside, ...sound].reduce((all, each) => all.and(each));
  }

  #emitRow(values: readonly Vector[]): void {
    const e = this.#emitter;
    values.forEach((value, i) => {
      e.emit(...OP.localGet, BASE);
      e.push(value);
      e.emit(...OP.storeLane, 3, ...unsigned(8 * i), 0);
    });
    e.emit(...OP.localGet, BASE, ...OP.i32Const, ...signed(8 * values.length), ...OP.i32Add);
    e.emit(...OP.localSet, BASE);
  }

  /** Sums of `BatchSums`, operation by operation as in `simulation/`. */
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
