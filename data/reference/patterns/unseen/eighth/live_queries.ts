import { EventEmitter, on } from "node:events";

export interface Document {
  id: string;
  collection: string;
  body: Record<string, unknown>;
}

type Operation = "insert" | "update" | "remove";

export interface Change {
  operation: Operation;
  document: Document;
  clock: number;
}

interface Plan {
  text: string;
  collections: string[];
  cost: number;
}

/** Values pushed from one side, pulled from the other. */
export class Channel<T> implements AsyncIterableIterator<T> {
  #values: T[] = [];
  #takers: ((result: IteratorResult<T>) => void)[] = [];
  #closed = false;
  #delivered = 0;

  push(value: T): void {
    if (this.#closed) return;
    const taker = this.#takers.shift();
    if (taker) taker({ value, done: false });
    else this.#values.push(value); // bounded #values
    this.#delivered++;
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#values.length > 0) {
      return Promise.resolve({ value: this.#values.shift()!, done: false });
    }
    if (this.#closed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#takers.push(resolve)); // bounded #takers
  }

  return(): Promise<IteratorResult<T>> {
    this.#closed = true;
    for (const taker of this.#takers.splice(0)) taker({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

export class PubSub {
  readonly #channels: Map<string, Set<Channel<Change>>> = new Map();
  readonly #published = new Map<Operation, number>();
  readonly #topics = new Set<string>();
  #audit = "";

  publish(topic: string, change: Change): void {
    this.#topics.add(topic); // grows #topics
    this.#published.set(change.operation, (this.#published.get(change.operation) ?? 0) + 1); // bounded #published
    this.#audit = this.#audit + topic + ":" + change.clock + "\n"; // grows #audit
    for (const channel of this.#channels.get(topic) ?? []) channel.push(change);
  }

  subscribe(topic: string): Channel<Change> {
    const channel = new Channel<Change>();
    const channels = this.#channels.get(topic) ?? new Set();
    this.#channels.set(topic, channels); // bounded #channels
    channels.add(channel); // bounded #channels
    const leave = channel.return.bind(channel);
    channel.return = () => {
      channels.delete(channel);
      if (channels.size === 0) this.#channels.delete(topic);
      return leave();
    };
    return channel;
  }
}

export class Planner {
  private static plans = new Map<string, Plan>();
  private readonly slow: { text: string; ms: number }[] = [];
  private readonly explained: Plan[] = [];
  private readonly rejected: Record<string, string> = {};

  plan(text: string): Plan {
    let plan = Planner.plans.get(text);
    if (plan === undefined) {
      plan = { text, collections: [...text.matchAll(/from (\w+)/g)].map((m) => m[1]!), cost: text.length };
      if (Planner.plans.size > 500) Planner.plans.clear();
      Planner.plans.set(text, plan); // bounded plans
    }
    return plan;
  }

  explain(text: string): Plan {
    const plan = this.plan(text);
    this.explained.push(plan); // grows explained
    return plan;
  }

  refuse(text: string, reason: string): void {
    this.rejected[text] = reason; // grows rejected
  }

  measured(text: string, ms: number): void {
    if (ms < 100) return;
    const at = this.slow.findIndex((entry) => entry.ms < ms);
    this.slow.splice(at < 0 ? this.slow.length : at, 0, { text, ms }); // bounded slow
    if (this.slow.length > 25) this.slow.pop();
  }
}

export class Store extends EventEmitter {
  private readonly collections = new Map<string, Map<string, Document>>();
  private readonly log: Change[] = [];
  private readonly tombstones = new Map<string, number>();
  private readonly snapshots: { clock: number; size: number }[] = [];
  private readonly locks = new Map<string, Promise<void>>();
  private clock = 0;

  insert(document: Document): void {
    if (!this.collections.has(document.collection)) {
      this.collections.set(document.collection, new Map()); // grows collections
    }
    this.collections.get(document.collection)!.set(document.id, document); // bounded collections
    this.changed("insert", document);
  }

  remove(document: Document): void {
    this.collections.get(document.collection)?.delete(document.id);
    this.tombstones.set(document.id, this.clock); // grows tombstones
    this.changed("remove", document);
  }

  compact(before: number): void {
    let keep = 0;
    while (keep < this.log.length && this.log[keep]!.clock < before) keep++;
    this.log.splice(0, keep);
    this.snapshots.push({ clock: before, size: this.log.length }); // grows snapshots
  }

  async exclusive(id: string, work: () => Promise<void>): Promise<void> {
    const before = this.locks.get(id) ?? Promise.resolve();
    const mine = before.then(work);
    this.locks.set(id, mine); // bounded locks
    try {
      await mine;
    } finally {
      if (this.locks.get(id) === mine) this.locks.delete(id);
    }
  }

  private changed(operation: Operation, document: Document): void {
    const change = { operation, document, clock: ++this.clock };
    this.log.push(change); // bounded log
    this.emit("change", change);
  }
}

export class LiveQuery {
  readonly results = new Map<string, Document>();
  private readonly deltas: Change[] = [];
  private readonly refresh = (change: Change) => this.accept(change);

  constructor(private readonly store: Store, private readonly matches: (d: Document) => boolean) {
    this.store.on("change", this.refresh); // bounded change
  }

  private accept(change: Change): void {
    const { document, operation } = change;
    if (operation !== "remove" && this.matches(document)) this.results.set(document.id, document); // bounded results
    else this.results.delete(document.id);
    this.deltas.push(change); // grows deltas
  }

  stop(): void {
    this.store.off("change", this.refresh);
  }
}

export async function replicate(store: Store, send: (change: Change) => Promise<void>): Promise<void> {
  const sent: number[] = [];
  for await (const [change] of on(store, "change")) {
    await send(change as Change);
    sent.push((change as Change).clock); // unsure sent
  }
}

export function tap(store: Store): readonly Change[] {
  const seen: Change[] = [];
  store.on("change", (change: Change) => { // grows change
    seen.push(change); // grows seen
  });
  return seen;
}
