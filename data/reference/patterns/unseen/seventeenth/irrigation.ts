/** Waters a vineyard: soil probes, valves, forecasts and a plan for each night. */

import { EventEmitter } from "node:events";

const BLOCKS = ["north", "slope", "terrace", "river"] as const;
type Block = (typeof BLOCKS)[number];

interface Sample {
  readonly at: number;
  readonly moisture: number;
}

interface Plan {
  readonly day: string;
  readonly steps: { block: Block; minutes: number }[];
}

export interface Valve {
  readonly id: number;
  pulse(ms: number): Promise<void>;
}

export class MoistureSeries {
  private samples: Sample[] = [];
  private readonly outliers: Sample[] = [];
  private sum = 0;

  constructor(private readonly horizon = 6 * 3_600_000) {}

  add(sample: Sample): void {
    if (sample.moisture < 0 || sample.moisture > 1) {
      this.outliers.push(sample); // grows outliers
      return;
    }
    this.samples.push(sample); // bounded samples
    this.sum += sample.moisture;
    this.forget(sample.at);
  }

  get mean(): number {
    return this.samples.length ? this.sum / this.samples.length : 0;
  }

  private forget(now: number): void {
    let first = this.samples[0];
    while (first && now - first.at > this.horizon) {
      this.sum -= first.moisture;
      this.samples.shift();
      first = this.samples[0];
    }
  }
}

class Manifold extends EventEmitter {
  private readonly open = new Set<Valve>();
  private readonly litres = new Map<Block, number>();
  private readonly shifts: Array<{ block: Block; from: number; to: number }> = [];
  private tail: Promise<unknown> = Promise.resolve();

  water(valve: Valve, block: Block, minutes: number): Promise<void> {
    const run = this.tail.then(() => this.pulse(valve, block, minutes));
    this.tail = run.catch((error) => this.emit("fault", error));
    return run;
  }

  private async pulse(valve: Valve, block: Block, minutes: number): Promise<void> {
    const from = Date.now();
    this.open.add(valve); // bounded open
    try {
      await valve.pulse(minutes * 60_000);
    } finally {
      this.open.delete(valve);
    }
    this.litres.set(block, (this.litres.get(block) ?? 0) + minutes * 12); // bounded litres
    this.shifts.push({ block, from, to: Date.now() }); // grows shifts
  }
}

class Forecast {
  private readonly hours = new Map<string, number>();
  private failures: readonly Error[] = [];

  constructor(private readonly url: string) {}

  async refresh(now = new Date()): Promise<void> {
    try {
      const rows: [string, number][] = await (await fetch(this.url)).json();
      for (const [hour, rain] of rows) this.hours.set(hour, rain); // bounded hours
      const current = now.toISOString().slice(0, 13);
      for (const hour of this.hours.keys()) {
        if (hour < current) this.hours.delete(hour);
      }
    } catch (error) {
      this.failures = [error as Error, ...this.failures]; // grows failures
    }
  }

  rain(): number {
    const amounts: number[] = [];
    for (const amount of this.hours.values()) amounts.push(amount);
    return amounts.reduce((sum, amount) => sum + amount, 0);
  }
}

export class Planner {
  private readonly series: Record<Block, MoistureSeries>;
  private readonly manifold = new Manifold();
  private readonly forecast: Forecast;
  private plans: { [day: string]: Plan } = {};
  private readonly refresher: NodeJS.Timeout;

  constructor(url: string, private readonly valves: ReadonlyMap<Block, Valve>, station: EventEmitter) {
    this.series = Object.fromEntries(BLOCKS.map((block) => [block, new MoistureSeries()])) as Record<Block, MoistureSeries>;
    this.forecast = new Forecast(url);
    this.refresher = setInterval(() => void this.forecast.refresh(), 1_800_000); // bounded refresher
    station.on("frost", () => void this.mist()); // grows frost
  }

  measured(block: Block, moisture: number): void {
    this.series[block].add({ at: Date.now(), moisture });
  }

  tonight(day: string): Plan {
    const plan: Plan = { day, steps: [] };
    for (const block of BLOCKS) {
      const lack = 0.4 - this.series[block].mean;
      if (lack > 0 && this.forecast.rain() < 5) plan.steps.push({ block, minutes: Math.ceil(lack * 100) });
    }
    this.plans = { ...this.plans, [day]: plan }; // grows plans
    return plan;
  }

  async mist(): Promise<void> {
    await Promise.all([...this.valves].map(([block, valve]) => this.manifold.water(valve, block, 2)));
  }

  stop(): void {
    clearInterval(this.refresher);
  }
}
