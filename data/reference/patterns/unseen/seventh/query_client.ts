export type Key = readonly unknown[];
type Unsubscribe = () => void;

interface QueryState<T> {
  data?: T;
  error?: Error;
  updatedAt: number;
  failures: number;
}

export const hashKey = (key: Key): string => JSON.stringify(key);

/** Microtask batching of notifications. */
export function createNotifier() {
  let queue: (() => void)[] = [];
  let depth = 0;
  const durations: number[] = [];
  const flush = (): void => {
    const original = queue;
    queue = [];
    if (original.length === 0) return;
    queueMicrotask(() => {
      const started = performance.now();
      original.forEach((callback) => callback());
      durations.push(performance.now() - started); // grows durations
    });
  };
  return {
    batch<T>(work: () => T): T {
      depth++;
      try {
        return work();
      } finally {
        if (--depth === 0) flush();
      }
    },
    schedule(callback: () => void): void {
      if (depth > 0) queue.push(callback); // bounded queue
      else queueMicrotask(callback);
    },
    average: () => durations.reduce((a, b) => a + b, 0) / durations.length,
  };
}

const notifier = createNotifier();

abstract class Subscribable<L> {
  protected listeners = new Set<L>();

  subscribe(listener: L): Unsubscribe {
    this.listeners.add(listener); // bounded listeners
    return () => {
      this.listeners.delete(listener);
      this.onUnsubscribe();
    };
  }

  protected onUnsubscribe(): void {}
}

export class Query<T> {
  state: QueryState<T> = { updatedAt: 0, failures: 0 };
  private observers: QueryObserver<T>[] = [];
  private promise?: Promise<T>;
  private gcTimeout?: ReturnType<typeof setTimeout>;
  private fetches: { startedAt: number; ms: number }[] = [];
  private versions: T[] = [];

  constructor(readonly hash: string, private cache: QueryCache, private gcTime: number) {
    this.scheduleGc();
  }

  addObserver(observer: QueryObserver<T>): void {
    if (this.observers.includes(observer)) return;
    this.observers.push(observer); // bounded observers
    clearTimeout(this.gcTimeout);
  }

  removeObserver(observer: QueryObserver<T>): void {
    this.observers = this.observers.filter((each) => each !== observer);
    if (this.observers.length === 0) this.scheduleGc();
  }

  fetch(load: () => Promise<T>): Promise<T> {
    if (this.promise) return this.promise;
    const startedAt = Date.now();
    this.promise = load()
      .then((data) => {
        this.versions.push(data); // grows versions
        this.dispatch({ data, updatedAt: Date.now(), failures: 0 });
        return data;
      })
      .finally(() => {
        this.promise = undefined;
        this.fetches.push({ startedAt, ms: Date.now() - startedAt }); // bounded fetches
        this.fetches = this.fetches.slice(-10);
      });
    return this.promise;
  }

  private dispatch(state: QueryState<T>): void {
    this.state = state;
    notifier.batch(() => {
      for (const observer of this.observers) observer.onUpdate(state);
      this.cache.notify(this.hash);
    });
  }

  private scheduleGc(): void {
    clearTimeout(this.gcTimeout);
    this.gcTimeout = setTimeout(() => {
      if (this.observers.length === 0) this.cache.remove(this as Query<unknown>);
    }, this.gcTime);
  }
}

export class QueryObserver<T> extends Subscribable<(state: QueryState<T>) => void> {
  private tracked = new Set<keyof QueryState<T>>();
  private results: QueryState<T>[] = [];
  private interval?: ReturnType<typeof setInterval>;

  constructor(private query: Query<T>) {
    super();
    query.addObserver(this);
  }

  track(property: keyof QueryState<T>): void {
    this.tracked.add(property); // bounded tracked
  }

  poll(ms: number, load: () => Promise<T>): void {
    clearInterval(this.interval);
    this.interval = setInterval(() => void this.query.fetch(load), ms); // bounded interval
  }

  onUpdate(state: QueryState<T>): void {
    this.results.push(state); // grows results
    this.listeners.forEach((listener) => notifier.schedule(() => listener(state)));
  }

  protected override onUnsubscribe(): void {
    if (this.listeners.size > 0) return;
    clearInterval(this.interval);
    this.query.removeObserver(this);
  }
}

export class QueryCache extends Subscribable<(hash: string) => void> {
  private queries = new Map<string, Query<unknown>>();
  private removed: string[] = [];

  build<T>(key: Key, gcTime = 300_000): Query<T> {
    const hash = hashKey(key);
    let query = this.queries.get(hash);
    if (!query) {
      query = new Query<unknown>(hash, this, gcTime);
      this.queries.set(hash, query); // bounded queries
    }
    return query as Query<T>;
  }

  remove(query: Query<unknown>): void {
    this.queries.delete(query.hash);
    this.removed.push(query.hash); // grows removed
  }

  notify(hash: string): void {
    this.listeners.forEach((listener) => listener(hash));
  }
}

/** Collects the keys of one tick and loads them together. */
export class BatchLoader<K extends string, V> {
  #batch: { keys: K[]; resolve: ((value: V) => void)[] } | null = null;
  #cache = new Map<K, Promise<V>>();
  #sizes: number[] = [];
  #primed = new Set<K>();

  constructor(
    private readonly load: (keys: readonly K[]) => Promise<V[]>,
    private readonly options: { cache?: boolean; max?: number } = {},
  ) {}

  get(key: K): Promise<V> {
    const cached = this.#cache.get(key);
    if (cached) return cached;
    const promise = new Promise<V>((resolve) => {
      const batch = this.#current();
      batch.keys.push(key);
      batch.resolve.push(resolve);
    });
    if (this.options.cache !== false) this.#cache.set(key, promise); // bounded #cache
    return promise;
  }

  clear(key: K): this {
    this.#cache.delete(key);
    return this;
  }

  prime(key: K, value: V): void {
    if (this.#cache.has(key)) return;
    this.#primed.add(key); // grows #primed
    this.#cache.set(key, Promise.resolve(value)); // bounded #cache
  }

  #current() {
    if (this.#batch !== null) return this.#batch;
    const batch = { keys: [] as K[], resolve: [] as ((value: V) => void)[] };
    this.#batch = batch;
    setImmediate(async () => {
      this.#batch = null;
      this.#sizes.push(batch.keys.length); // grows #sizes
      const values = await this.load(batch.keys);
      values.forEach((value, i) => batch.resolve[i]!(value));
    });
    return batch;
  }
}

export class Backoff {
  private static readonly hosts: Record<string, { failures: number; until: number }> = {};
  private readonly open = new Map<string, NodeJS.Timeout>();
  private log: string[] = [];

  fail(host: string): void {
    const entry = (Backoff.hosts[host] ||= { failures: 0, until: 0 }); // grows hosts
    entry.failures++;
    entry.until = Date.now() + 2 ** entry.failures * 100;
    clearTimeout(this.open.get(host));
    this.open.set( // bounded open
      host,
      setTimeout(() => {
        this.open.delete(host);
      }, entry.until - Date.now()),
    );
    this.log = this.log.concat(`${host} ${entry.failures}`); // grows log
  }
}
