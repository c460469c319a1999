type Reference = { __ref: string };
type Stored = Record<string, unknown>;
type Watcher = { query: string; callback: (data: Stored | undefined) => void; last?: Stored };

const canonical = new Map<string, string>();
const documentIds = new WeakMap<object, number>();
let nextDocumentId = 0;

export function documentId(document: object): number {
  let id = documentIds.get(document);
  if (id === undefined) documentIds.set(document, id = nextDocumentId++); // bounded documentIds
  return id;
}

export function canonicalName(query: string): string {
  const known = canonical.get(query);
  if (known) return known;
  const name = query.replace(/\s+/g, " ").trim();
  canonical.set(query, name); // grows canonical
  return name;
}

abstract class EntityStore {
  protected data: Record<string, Stored> = Object.create(null);
  private rootIds: Record<string, number> = {};
  private dependents = new Map<string, Set<string>>();

  merge(id: string, fields: Stored): void {
    const existing = this.data[id];
    this.data[id] = existing ? { ...existing, ...fields } : fields; // bounded data
    for (const [field, value] of Object.entries(fields)) {
      const ref = (value as Reference | null)?.__ref;
      if (ref) this.depend(ref, `${id}.${field}`);
    }
  }

  retain(id: string): number {
    return (this.rootIds[id] = (this.rootIds[id] ?? 0) + 1); // bounded rootIds
  }

  release(id: string): number {
    if (this.rootIds[id]! > 0) {
      const count = --this.rootIds[id]!;
      if (count === 0) delete this.rootIds[id];
      return count;
    }
    return 0;
  }

  gc(): string[] {
    const reachable = new Set(Object.keys(this.rootIds));
    for (const id of reachable) {
      for (const value of Object.values(this.data[id] ?? {})) {
        const ref = (value as Reference | null)?.__ref;
        if (ref) reachable.add(ref);
      }
    }
    const removed = Object.keys(this.data).filter((id) => !reachable.has(id));
    for (const id of removed) delete this.data[id];
    return removed;
  }

  private depend(target: string, path: string): void {
    const set = this.dependents.get(target) ?? new Set<string>();
    set.add(path); // grows dependents
    this.dependents.set(target, set); // grows dependents
  }
}

class Root extends EntityStore {
  private layers: Layer[] = [];

  addLayer(id: string, replay: (layer: Layer) => void): Layer {
    const layer = new Layer(id, this);
    replay(layer);
    this.layers.push(layer); // bounded layers
    return layer;
  }

  removeLayer(id: string): void {
    this.layers = this.layers.filter((layer) => layer.id !== id);
  }
}

class Layer extends EntityStore {
  constructor(readonly id: string, readonly parent: EntityStore) {
    super();
  }
}

export class Cache {
  private static caches: WeakRef<Cache>[] = [];
  private root = new Root();
  private watches = new Set<Watcher>();
  private broadcasts: Promise<void> = Promise.resolve();
  private results = new Map<string, { at: number; value: Stored }>();
  private queryLog: string[] = [];
  private misses: Record<string, number> = {};
  private typenames = new Set<string>();
  private transaction: string[] = [];

  constructor(private readonly maxResults = 100) {
    Cache.caches.push(new WeakRef(this)); // grows caches
  }

  write(query: string, id: string, value: Stored): void {
    this.queryLog.push(canonicalName(query)); // grows queryLog
    if (typeof value["__typename"] === "string") this.typenames.add(value["__typename"]); // grows typenames
    this.root.merge(id, value);
    this.transaction.push(id); // unsure transaction
    this.broadcasts = this.broadcasts.then(() => this.broadcast());
  }

  batch(update: (cache: this) => void): string[] {
    const before = this.transaction;
    this.transaction = [];
    try {
      update(this);
      return this.transaction;
    } finally {
      this.transaction = before;
    }
  }

  read(query: string): Stored | undefined {
    const key = canonicalName(query);
    const hit = this.results.get(key);
    if (hit) {
      hit.at = Date.now();
      return hit.value;
    }
    this.misses[key] = (this.misses[key] || 0) + 1; // grows misses
    return undefined;
  }

  remember(query: string, value: Stored): void {
    this.results.set(canonicalName(query), { at: Date.now(), value }); // bounded results
    if (this.results.size <= this.maxResults) return;
    let oldest: string | undefined;
    let oldestAt = Infinity;
    this.results.forEach(({ at }, key) => {
      if (at < oldestAt) [oldest, oldestAt] = [key, at];
    });
    if (oldest !== undefined) this.results.delete(oldest);
  }

  watch(watcher: Watcher): () => void {
    this.watches.add(watcher); // bounded watches
    return () => {
      this.watches.delete(watcher);
    };
  }

  private broadcast(): void {
    for (const watcher of this.watches) {
      const data = this.read(watcher.query);
      if (data !== watcher.last) watcher.callback((watcher.last = data));
    }
  }
}

/** Oldest out first, by the order in which a Map keeps its keys. */
export class ExpiringMap<V> {
  #entries = new Map<string, { value: V; expires: number }>();
  #evictions: string[] = [];
  #timer?: ReturnType<typeof setTimeout>;

  set(key: string, value: V, ttl: number): void {
    this.#entries.set(key, { value, expires: Date.now() + ttl }); // bounded #entries
    this.#timer ??= setTimeout(() => this.#expire(), ttl);
  }

  #expire(): void {
    this.#timer = undefined;
    const now = Date.now();
    for (const [key, entry] of this.#entries.entries()) {
      if (entry.expires > now) {
        this.#timer = setTimeout(() => this.#expire(), entry.expires - now);
        break;
      }
      this.#entries.delete(key);
      this.#evictions.push(key); // grows #evictions
    }
  }
}
