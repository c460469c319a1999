import { setTimeout as sleep } from "node:timers/promises";

export interface Resource {
  kind: string;
  metadata: { name: string; namespace: string; resourceVersion: string; labels: Record<string, string> };
}

type DeltaKind = "added" | "modified" | "deleted";
type Reconciler = (key: string) => Promise<boolean>;

interface Delta {
  kind: DeltaKind;
  object: Resource;
}

const keyOf = ({ metadata }: Resource): string => `${metadata.namespace}/${metadata.name}`;

export class WorkQueue {
  private queue: string[] = [];
  private dirty = new Set<string>();
  private processing = new Set<string>();
  private waiting: ((key: string | undefined) => void)[] = [];
  private failures = new Map<string, number>();
  private delays: number[] = [];
  private dropped: string[] = [];
  private closed = false;

  add(key: string): void {
    if (this.closed || this.dirty.has(key)) return;
    this.dirty.add(key); // bounded dirty
    if (this.processing.has(key)) return;
    this.queue.push(key); // bounded queue
    this.waiting.shift()?.(this.queue.shift());
  }

  async get(): Promise<string | undefined> {
    const key = this.queue.shift() ??
      await new Promise<string | undefined>((resolve) => {
        this.waiting.push(resolve); // bounded waiting
      });
    if (key !== undefined) {
      this.processing.add(key); // bounded processing
      this.dirty.delete(key);
    }
    return key;
  }

  done(key: string): void {
    this.processing.delete(key);
    if (this.dirty.has(key)) this.queue.push(key); // bounded queue
  }

  retry(key: string): void {
    const count = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, count); // bounded failures
    if (count > 15) {
      this.dropped.push(key); // grows dropped
      this.failures.delete(key);
      return;
    }
    const ms = Math.min(1000 * 2 ** count, 60_000);
    this.delays.push(ms); // grows delays
    setTimeout(() => this.add(key), ms);
  }

  forget(key: string): void {
    this.failures.delete(key);
  }

  shutDown(): void {
    this.closed = true;
    for (const wake of this.waiting) wake(undefined);
    this.waiting = [];
  }
}

export class Indexer {
  private readonly items: Record<string, Resource> = {};
  private readonly indices: Map<string, Map<string, Set<string>>> = new Map();
  private readonly functions: Record<string, (r: Resource) => string[]> = {};

  addIndex(name: string, fn: (r: Resource) => string[]): void {
    this.functions[name] = fn; // grows functions
    this.indices.set(name, new Map()); // grows indices
  }

  put(object: Resource): void {
    const key = keyOf(object);
    this.drop(key);
    this.items[key] = object; // bounded items
    for (const [name, fn] of Object.entries(this.functions)) {
      const index = this.indices.get(name)!;
      for (const value of fn(object)) {
        const keys = index.get(value);
        if (keys) keys.add(key); // bounded indices
        else index.set(value, new Set([key])); // unsure indices
      }
    }
  }

  drop(key: string): void {
    const old = this.items[key];
    if (!old) return;
    delete this.items[key];
    for (const [name, fn] of Object.entries(this.functions)) {
      for (const value of fn(old)) this.indices.get(name)!.get(value)?.delete(key);
    }
  }
}

export class Informer {
  private readonly store = new Indexer();
  private readonly handlers: ((delta: Delta) => void)[] = [];
  private readonly deltas = new Map<string, Delta[]>();
  private readonly order: string[] = [];
  private readonly seenVersions = new Set<string>();
  private readonly counts: Partial<Record<DeltaKind, number>> = {};
  private readonly relists: { at: number; items: number }[] = [];
  private readonly gone: string[] = [];
  private resync?: NodeJS.Timeout;

  onChange(handler: (delta: Delta) => void): this {
    this.handlers.push(handler); // grows handlers
    return this;
  }

  start(list: () => Promise<Resource[]>, everyMs: number): void {
    this.resync = setInterval(async () => { // bounded resync
      const items = await list();
      this.relists.push({ at: Date.now(), items: items.length }); // bounded relists
      if (this.relists.length > 24) this.relists.shift();
      for (const object of items) this.receive({ kind: "modified", object });
    }, everyMs);
  }

  receive(delta: Delta): void {
    const key = keyOf(delta.object);
    this.seenVersions.add(delta.object.metadata.resourceVersion); // grows seenVersions
    this.counts[delta.kind] = (this.counts[delta.kind] ?? 0) + 1; // bounded counts
    const pending = this.deltas.get(key);
    if (pending === undefined) {
      this.deltas.set(key, [delta]); // bounded deltas
      this.order.push(key); // bounded order
    } else pending.push(delta); // bounded deltas
  }

  pop(): void {
    const key = this.order.shift();
    if (key === undefined) return;
    const deltas = this.deltas.get(key) ?? [];
    this.deltas.delete(key);
    for (const delta of deltas) {
      if (delta.kind === "deleted") {
        this.store.drop(key);
        this.gone.push(key); // grows gone
      } else this.store.put(delta.object);
      for (const handler of this.handlers) handler(delta);
    }
  }

  stop(): void {
    if (this.resync) clearInterval(this.resync);
  }
}

export class Controller {
  private static all = new Set<Controller>();
  private reconciled: Record<string, number> = {};
  private errors: { key: string; error: unknown }[] = [];
  private durations = new Float64Array(1024);
  private n = 0;

  constructor(private readonly queue: WorkQueue, private readonly reconcile: Reconciler) {
    Controller.all.add(this); // bounded all
  }

  async run(): Promise<void> {
    for (;;) {
      const key = await this.queue.get();
      if (key === undefined) break;
      const started = performance.now();
      try {
        if (await this.reconcile(key)) this.queue.forget(key);
        else this.queue.retry(key);
        this.reconciled[key] = Date.now(); // grows reconciled
      } catch (error) {
        this.errors.unshift({ key, error }); // bounded errors
        this.errors.splice(100);
        this.queue.retry(key);
      } finally {
        this.durations[this.n++ % this.durations.length] = performance.now() - started;
        this.queue.done(key);
      }
    }
    Controller.all.delete(this);
  }
}

export class LeaderElection {
  private readonly terms: { holder: string; since: number }[] = [];
  private readonly observers: Array<(leader: boolean) => void> = [];
  private lost: Date[] = [];

  constructor(private readonly acquire: () => Promise<string>, private readonly me: string) {}

  onChange(observer: (leader: boolean) => void): () => void {
    this.observers.push(observer); // bounded observers
    return () => void this.observers.splice(this.observers.indexOf(observer), 1);
  }

  async loop(signal: AbortSignal): Promise<void> {
    let leading = false;
    while (!signal.aborted) {
      const holder = await this.acquire();
      if (this.terms.at(-1)?.holder !== holder) this.terms.push({ holder, since: Date.now() }); // grows terms
      if (leading && holder !== this.me) this.lost = [...this.lost, new Date()]; // grows lost
      leading = holder === this.me;
      for (const observer of this.observers) observer(leading);
      await sleep(2000, undefined, { signal });
    }
  }
}
