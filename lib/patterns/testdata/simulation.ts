export interface Plant {
  derivative(state: Float64Array, force: number, out: Float64Array): void;
}

const runs: { name: string; states: Float64Array[] }[] = [];
const scratch = new Float64Array(6);
const NAMES: readonly string[] = ["a", "b"];

export class Simulation {
  readonly times: number[] = [];
  readonly forces: Float64Array;
  readonly log: Record<string, number[]> = { force: [], energy: [] };
  readonly warnings: string[] = [];
  static readonly made: Simulation[] = [];
  #index = 0;

  constructor(
    private readonly plant: Plant,
    private readonly controller: (state: Float64Array) => number,
    steps: number,
  ) {
    this.forces = new Float64Array(steps);
    Simulation.made.push(this);
  }

  step(state: Float64Array, dt: number): void {
    const force = this.controller(state);
    this.plant.derivative(state, force, scratch);
    for (let i = 0; i < 6; i++) state[i]! += dt * scratch[i]!;
    this.forces[this.#index++] = force;
    this.times.push(this.#index * dt);
    this.log.force!.push(force);
    const { energy } = this.log;
    energy!.push(force ** 2);
    if (this.warnings.length < 20 && force > 100) this.warnings.push("large force");
  }

  run(state: Float64Array, count: number): Float64Array[] {
    this.times.length = 0;
    const states: Float64Array[] = [];
    for (let i = 0; i < count; i++) {
      this.step(state, 0.01);
      states.push(state.slice());
    }
    runs.push({ name: NAMES[0]!, states });
    return states;
  }

  cleanup(): void {
    this.times.length = 0;
    this.log.force = [];
  }
}

export class Ring {
  readonly #data: Float64Array;
  #head = 0;

  constructor(capacity: number) {
    this.#data = new Float64Array(capacity);
  }

  push(value: number): void {
    this.#data[this.#head++ % this.#data.length] = value;
  }
}

export class Telemetry {
  readonly #ring = new Ring(100);
  readonly #peaks: number[] = [];
  #onPeak: ((value: number) => void) | undefined;

  observe(value: number): void {
    this.#ring.push(value);
    if (value > 10) {
      this.#peaks.push(value);
      this.#onPeak?.(value);
    }
    keepNewest(this.#peaks, 5);
  }

  onPeak(listener: (value: number) => void): void {
    this.#onPeak = listener;
  }
}

function keepNewest(values: number[], count: number): void {
  if (values.length > count) values.splice(0, values.length - count);
}

export function simulateAll(sims: readonly Simulation[]): Map<Simulation, number> {
  const results = new Map<Simulation, number>();
  for (const sim of sims) {
    results.set(sim, sim.times.length);
    sim.warnings.push("done");
  }
  return results;
}
