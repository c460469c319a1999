export class Recorder {
  readonly samples: number[] = [];
  window: number[] = [];
  readonly ring: number[];
  #next = 0;
  readonly track = new Float64Array(64);
  text = "";
  latest: number[] = [];
  readonly unused: string[] = [];
  private readonly limit: number;

  constructor(limit: number, size: number) {
    this.limit = limit;
    this.ring = new Array(size).fill(0);
    for (let i = 0; i < 3; i++) this.samples.push(i);
  }

  step(x: number): void {
    this.samples.push(x);
    this.window.push(x);
    if (this.window.length > this.limit) this.window.shift();
    this.ring[this.#next] = x;
    this.#next = (this.#next + 1) % this.ring.length;
    this.track[0] = x;
    this.text += `${x}\n`;
  }

  measure(values: readonly number[]): void {
    this.latest = [];
    for (const value of values) this.latest.push(value * 2);
  }

  record(x: number): void {
    this.window = [...this.window.slice(-9), x];
  }

  collect(x: number): void {
    const { samples } = this;
    samples.push(x);
  }

  sum(): number {
    let total = 0;
    const positive: number[] = [];
    for (const sample of this.samples) {
      total += sample;
      if (sample > 0) positive.push(sample);
    }
    return total + positive.length;
  }
}

export class Trace {
  protected readonly events: { name: string; at: number }[] = [];
  protected queue: string[] = [];

  event(name: string): void {
    this.events.push({ name, at: 0 });
    append(this.queue, name);
  }

  flush(): readonly string[] {
    const batch = this.queue;
    this.queue = [];
    return batch;
  }
}

export class DeepTrace extends Trace {
  readonly children: DeepTrace[] = [];

  child(): DeepTrace {
    const made = new DeepTrace();
    this.children.push(made);
    return made;
  }

  override event(name: string): void {
    this.events.push({ name: `deep ${name}`, at: 1 });
  }

  reset(): void {
    this.children.length = 0;
  }
}

function append(list: string[], item: string): void {
  list.push(item);
}

export function createLog(limit: number) {
  const lines: string[] = [];
  const errors: string[] = [];
  return {
    write(line: string): void {
      lines.push(line);
      if (lines.length > limit) lines.splice(0, lines.length - limit);
    },
    fail(error: string): void {
      errors.push(error);
    },
    read: () => lines.join("\n"),
    clear(): void {
      lines.length = 0;
    },
  };
}

export class Undo<T> {
  #past: T[] = [];
  #future: T[] = [];

  change(state: T): void {
    this.#past = [...this.#past, state];
    this.#future = [];
  }

  undo(): T | undefined {
    const state = this.#past.pop();
    if (state !== undefined) this.#future.push(state);
    return state;
  }
}
