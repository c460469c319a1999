import { AsyncLocalStorage } from "node:async_hooks";

export interface SpanData {
  id: number;
  parent: number | null;
  name: string;
  start: number;
  end: number;
  attributes: Record<string, string | number>;
  events: { name: string; at: number }[];
}

export interface Exporter {
  export(spans: readonly SpanData[]): Promise<void>;
}

export interface Instrumentation {
  readonly name: string;
  enable(): void;
  disable(): void;
}

const current = new AsyncLocalStorage<Span>();
const instrumentations: Instrumentation[] = [];
const tracers: { [name: string]: Tracer } = {};
const resourceAttributes: Record<string, string> = { service: "unknown" };
const finished: SpanData[] = [];
const globalTags = new Set<string>();

export class Span {
  private readonly links: number[] = [];
  private ended = false;

  constructor(readonly data: SpanData, private readonly processor: BatchProcessor) {}

  setAttribute(key: string, value: string | number): this {
    this.data.attributes[key] = value; // unsure attributes
    return this;
  }

  addEvent(name: string): this {
    if (this.data.events.length < 128) {
      this.data.events.push({ name, at: Date.now() }); // bounded events
    }
    return this;
  }

  link(other: Span): void {
    this.links.push(other.data.id); // unsure links
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.data.end = Date.now();
    this.processor.onEnd(this.data);
  }
}

export class BatchProcessor {
  private buffer: SpanData[] = [];
  private dropped = 0;
  private readonly exportErrors: Error[] = [];
  private readonly inFlight = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly exporter: Exporter, private readonly maximum = 2048) {}

  onEnd(span: SpanData): void {
    if (this.buffer.length === this.maximum) {
      this.dropped++;
      return;
    }
    this.buffer.push(span); // bounded buffer
    finished.push(span); // grows finished
    this.timer ??= setTimeout(() => this.flush(), 5000);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const spans = this.buffer;
    this.buffer = [];
    const sending = this.exporter.export(spans).catch((error: Error) => {
      this.exportErrors.push(error); // grows exportErrors
    });
    this.inFlight.add(sending); // bounded inFlight
    void sending.finally(() => this.inFlight.delete(sending));
  }

  async shutdown(): Promise<void> {
    this.flush();
    await Promise.all(this.inFlight);
  }
}

export class Tracer {
  private nextId = 1;
  private readonly open = new Map<number, Span>();
  private readonly names = new Map<string, number>();
  private readonly samplers: ((name: string) => boolean)[] = [];
  private readonly decisions: Map<string, boolean> = new Map();
  private readonly children = new Map<number, number[]>();

  constructor(readonly name: string, private readonly processor: BatchProcessor) {}

  sampler(decide: (name: string) => boolean): void {
    this.samplers.push(decide); // grows samplers
    this.decisions.clear();
  }

  private sampled(name: string): boolean {
    const known = this.decisions.get(name);
    if (known !== undefined) return known;
    const decision = this.samplers.every((decide) => decide(name));
    this.decisions.set(name, decision); // unsure decisions
    return decision;
  }

  startSpan(name: string): Span | null {
    if (!this.sampled(name)) return null;
    const id = this.nextId++;
    const parent = current.getStore()?.data.id ?? null;
    const data = { id, parent, name, start: Date.now(), end: 0, attributes: {}, events: [] };
    const span = new Span(data, this.processor);
    this.open.set(id, span); // bounded open
    this.names.set(name, (this.names.get(name) ?? 0) + 1); // grows names
    if (parent !== null) {
      const siblings = this.children.get(parent) ?? [];
      this.children.set(parent, [...siblings, id]); // grows children
    }
    return span;
  }

  async trace<T>(name: string, body: (span: Span | null) => Promise<T>): Promise<T> {
    const span = this.startSpan(name);
    if (!span) return body(null);
    try {
      return await current.run(span, () => body(span));
    } finally {
      span.end();
      this.open.delete(span.data.id);
    }
  }
}

export function getTracer(name: string, processor: BatchProcessor): Tracer {
  return tracers[name] ?? (tracers[name] = new Tracer(name, processor)); // grows tracers
}

export function setResource(key: "service" | "version" | "region", value: string): void {
  resourceAttributes[key] = value; // bounded resourceAttributes
}

export function tag(name: string): void {
  globalTags.add(name); // grows globalTags
}

export function registerInstrumentation(...list: Instrumentation[]): () => void {
  for (const one of list) {
    one.enable();
    instrumentations.push(one); // bounded instrumentations
  }
  return () => {
    for (const one of list) {
      one.disable();
      instrumentations.splice(instrumentations.indexOf(one), 1);
    }
  };
}

export class Histogram {
  readonly counts: number[];
  private readonly series = new Map<string, number[]>();
  private readonly exemplars: { value: number; span: number }[] = [];

  constructor(readonly name: string, private readonly bounds: number[]) {
    this.counts = bounds.map(() => 0);
  }

  record(value: number, labels: Record<string, string> = {}): void {
    const bucket = this.bounds.findIndex((bound) => value <= bound);
    if (bucket >= 0) this.counts[bucket]! += 1;
    const key = JSON.stringify(labels);
    if (!this.series.has(key)) this.series.set(key, this.bounds.map(() => 0)); // grows series
    this.series.get(key)![bucket]!++;
    const span = current.getStore()?.data.id;
    if (span !== undefined) {
      this.exemplars[Math.floor(value) % 16] = { value, span };
    }
  }
}

export class Meter {
  static #meters: Meter[] = [];
  readonly #histograms = new Map<string, Histogram>();
  readonly #callbacks: (() => number)[] = [];
  readonly #observed: number[][] = [];
  #reader?: NodeJS.Timeout;

  constructor() {
    Meter.#meters.push(this); // grows #meters
  }

  histogram(name: string): Histogram {
    const known = this.#histograms.get(name);
    if (known) return known;
    const made = new Histogram(name, [1, 5, 10, 50, 100]);
    this.#histograms.set(name, made); // grows #histograms
    return made;
  }

  gauge(callback: () => number): { stop(): void } {
    this.#callbacks.push(callback); // bounded #callbacks
    return { stop: () => void this.#callbacks.splice(this.#callbacks.indexOf(callback), 1) };
  }

  start(ms: number): void {
    this.#reader = setInterval(() => { // bounded #reader
      const row: number[] = [];
      for (const callback of this.#callbacks) row.push(callback());
      this.#observed.push(row); // grows #observed
    }, ms);
  }

  stop(): void {
    if (this.#reader !== undefined) clearInterval(this.#reader);
  }
}

export function patch(target: { emit(name: string): void }, seen: string[] = []): void {
  const original = target.emit;
  target.emit = function (name: string): void {
    seen.push(name); // grows seen
    original.call(this, name);
  };
}
