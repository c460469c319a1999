/**
 * Proof that the cycles of a built-in target did their work. An audit once measured ten thousand
 * steps of a plant that never moved; a cycle that cannot prove its steps fails here.
 *
 * @module
 */

/** What a cycle shows of one simulated run. */
export interface ShownRun {
  readonly steps: number;
  readonly finalState: ArrayLike<number>;
  readonly forces: ArrayLike<number>;
  readonly status: string;
  readonly message: string;
  readonly validity: { readonly warnings: readonly string[] };
}

/** What a run was asked to do. */
export interface AskedRun {
  readonly steps: number;
  readonly initialState: ArrayLike<number>;
}

/** What a controller shows of its internal state: calls after which it had to change, and did. */
export interface ShownActivity {
  readonly due: number;
  readonly changed: number;
}

/** Adds up what cycles proved, and keeps the first thing that went wrong. */
export class WorkProof {
  #cycles = 0;
  #steps = 0;
  #problem: string | null = null;
  readonly #warned = (warning: Error): void => this.reject(`process warning: ${warning.message}`);

  /** Starts to listen for warnings of the process; `close` ends it. */
  constructor() {
    process.on("warning", this.#warned);
  }

  /** Simulation steps proved so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Counts a cycle that has come to its end. */
  cycleDone(): void {
    this.#cycles++;
  }

  /** Notes what went wrong in this cycle; the first problem stays. */
  reject(problem: string): void {
    this.#problem ??= `cycle ${this.#cycles}: ${problem}`;
  }

  /** Notes a problem unless the statement holds. */
  require(holds: boolean, problem: string): void {
    if (!holds) this.reject(problem);
  }

  /** Requires that a run took its steps, moved, stayed finite, pushed, and warned of nothing. */
  requireRun(run: ShownRun, asked: AskedRun): void {
    const { finalState, forces, steps, status, message } = run;
    if (status !== "completed") return this.reject(`the run ended as ${status}: ${message}`);
    if (steps !== asked.steps) return this.reject(`${steps} of ${asked.steps} steps were taken`);
    if (run.validity.warnings.length > 0) return this.reject(run.validity.warnings[0]!);
    let moved = false, finite = true, pushed = false;
    for (let i = 0; i < finalState.length; i++) {
      const value = finalState[i]!;
      if (value !== asked.initialState[i]) moved = true;
      if (!Number.isFinite(value)) finite = false;
    }
    for (let k = 0; k < forces.length && !pushed; k++) pushed = forces[k] !== 0;
    if (!moved) return this.reject("the state never left its initial value");
    if (!finite) return this.reject(`the state ended at [${Array.from(finalState).join(", ")}]`);
    if (!pushed) return this.reject("the controller never pushed");
    this.#steps += steps;
  }

  /** Requires that an internal state changed where its law says it must. */
  requireActivity({ due, changed }: ShownActivity, hasInternalState: boolean): void {
    if (hasInternalState && due === 0) return this.reject("no step asked the law to adapt");
    if (due > 0 && changed === 0) this.reject(`the internal state stood still in ${due} steps`);
  }

  /** @throws {Error} if there was a problem, or no work at all. */
  verify(): void {
    if (this.#problem !== null) {
      throw new Error(`Cannot count this work as every cycle must prove it: ${this.#problem}`);
    }
    if (this.#cycles === 0) {
      throw new Error(
        "Cannot count this work as every cycle must prove it: no cycle came to its end",
      );
    }
  }

  /** Stops listening. */
  close(): void {
    process.off("warning", this.#warned);
  }
}
