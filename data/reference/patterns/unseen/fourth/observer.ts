export interface Estimate { readonly time: number; readonly state: Float64Array }
export type Fault = "bias" | "stuck" | "noise";

abstract class Observer {
  protected readonly innovations: number[] = [];
  protected estimates: Estimate[] = [];
  protected readonly byFault = new Map<Fault, number>();
  protected covariance: number[][] = [];

  abstract update(y: Float64Array, u: number): void;

  protected keep(estimate: Estimate): void {
    this.estimates.push(estimate); // grows estimates
  }

  count(fault: Fault): void {
    this.byFault.set(fault, (this.byFault.get(fault) ?? 0) + 1); // bounded byFault
  }

  resetCovariance(n: number): void {
    this.covariance = [];
    for (let i = 0; i < n; i++) this.covariance.push(new Array<number>(n).fill(0)); // bounded covariance
  }
}

export class Luenberger extends Observer {
  readonly #gains: readonly number[];
  #window: number[] = [];
  #alarms: { time: number; value: number }[] = [];
  #trace = new Map<number, Float64Array>();
  #scratch = new Float64Array(6);
  #log: string | undefined;
  #subscribers: Array<(estimate: Estimate) => void> = [];

  constructor(gains: readonly number[], private readonly horizon = 200) {
    super();
    this.#gains = gains;
  }

  update(y: Float64Array, u: number): void {
    const residual = y[0]! - u * this.#gains[0]!;
    this.innovations.push(residual); // grows innovations
    this.#window.push(residual); // bounded #window
    if (this.#window.length > this.horizon) this.#window.splice(0, 1);
    this.#scratch.set(y);
    if (Math.abs(residual) > 3) {
      const alarm = { time: u, value: residual };
      this.#alarms = [...this.#alarms, alarm]; // grows #alarms
    }
    this.#trace.set(u, y.slice()); // bounded #trace
    for (const key of this.#trace.keys()) {
      if (this.#trace.size <= this.horizon) break;
      this.#trace.delete(key);
    }
    this.#log = (this.#log ?? "") + residual.toFixed(3); // grows #log
    const estimate = { time: u, state: y };
    this.keep(estimate);
    this.#subscribers.forEach((subscriber) => subscriber(estimate));
  }

  subscribe(subscriber: (estimate: Estimate) => void): Disposable {
    this.#subscribers.push(subscriber); // bounded #subscribers
    return {
      [Symbol.dispose]: () => {
        const index = this.#subscribers.indexOf(subscriber);
        if (index >= 0) this.#subscribers.splice(index, 1);
      },
    };
  }
}

const experiments = new Map<string, Estimate[]>();
const presets: Record<string, number[]> = { soft: [1, 2], hard: [5, 9] };
let active: Luenberger[] = [];

export function startExperiment(name: string, observer: Luenberger): void {
  active.push(observer); // bounded active
  if (!experiments.has(name)) experiments.set(name, []); // grows experiments
  observer.subscribe((estimate) => { // unsure
    experiments.get(name)!.push(estimate); // grows experiments
  });
}

export function stopExperiment(observer: Luenberger): void {
  active = active.filter((other) => other !== observer);
}

export function presetOf(name: "soft" | "hard"): number[] {
  return presets[name]!.slice();
}

export class Sweep {
  readonly rows: { gain: number; cost: number }[] = [];
  private best: { gain: number; cost: number } | null = null;
  private frontier: number[] = [];
  private tried: Set<string> = new Set();
  private readonly memo: Record<string, number> = {};

  run(gains: readonly number[], cost: (gain: number) => number): void {
    this.rows.length = 0;
    for (const gain of gains) {
      const row = { gain, cost: cost(gain) };
      this.rows.push(row); // bounded rows
      if (this.best === null || row.cost < this.best.cost) this.best = row;
    }
  }

  refine(gain: number): void {
    const key = gain.toFixed(6);
    if (this.tried.has(key)) return;
    this.tried.add(key); // grows tried
    this.frontier.push(gain); // bounded frontier
    this.frontier.sort((a, b) => a - b);
    this.frontier = this.frontier.slice(0, 10);
  }

  cost(key: string, compute: () => number): number {
    return this.memo[key] ??= compute(); // grows memo
  }

  table(): string {
    const lines = ["gain cost"];
    for (const { gain, cost } of this.rows) lines.push(`${gain} ${cost}`);
    return lines.join("\n");
  }
}

export function simulate(steps: number, observer: Luenberger): Estimate[] {
  const estimates: Estimate[] = [];
  const seen = new Map<number, Estimate>();
  for (let i = 0; i < steps; i++) {
    const estimate = { time: i, state: new Float64Array(6) };
    estimates.push(estimate);
    seen.set(i, estimate);
    observer.update(estimate.state, i);
  }
  return estimates.concat([...seen.values()].slice(0, 0));
}
