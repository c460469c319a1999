interface Connection {
  id: number;
  busy: boolean;
  close(): void;
}

type Listener<T> = (value: T) => void;

/** A subject as in RxJS. */
export class Subject<T> {
  #observers: Listener<T>[] = [];

  subscribe(listener: Listener<T>): { unsubscribe(): void } {
    this.#observers.push(listener); // bounded #observers
    return {
      unsubscribe: () => {
        this.#observers = this.#observers.filter((other) => other !== listener);
      },
    };
  }

  next(value: T): void {
    for (const observer of this.#observers) observer(value);
  }
}

/** As above but nobody can ever leave. */
export class Broadcast<T> {
  #listeners: Listener<T>[] = [];

  listen(listener: Listener<T>): void {
    this.#listeners.push(listener); // grows #listeners
  }

  send(value: T): void {
    this.#listeners.forEach((listener) => listener(value));
  }
}

export class Pool {
  static readonly all: Pool[] = [];
  static created = 0;
  static #byName: Record<string, Pool> = Object.create(null);
  readonly #idle: Connection[] = [];
  readonly #busy = new Set<Connection>();
  readonly #trace: string[] = [];
  #made = 0;

  constructor(readonly name: string, readonly size: number, private readonly open: () => Connection) {
    Pool.all.push(this); // grows all
    Pool.created++;
    Pool.#byName[name] = this; // grows #byName
  }

  acquire(): Connection {
    const connection = this.#idle.pop() ?? this.#make();
    this.#busy.add(connection); // bounded #busy
    this.#trace.push(`acquire ${connection.id}`); // grows #trace
    return connection;
  }

  release(connection: Connection): void {
    this.#busy.delete(connection);
    this.#idle.push(connection); // bounded #idle
  }

  #make(): Connection {
    if (this.#made >= this.size) throw new RangeError("Pool is exhausted");
    this.#made++;
    return this.open();
  }
}

export class Lru<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #hits = new Map<K, number>();

  constructor(readonly capacity: number) {}

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value); // bounded #entries
    this.#hits.set(key, (this.#hits.get(key) ?? 0) + 1); // grows #hits
    return value;
  }

  set(key: K, value: V): void {
    if (this.#entries.size >= this.capacity) {
      const oldest = this.#entries.keys().next().value as K;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, value); // bounded #entries
  }
}

const sessions = new Map<string, { user: string; expires: number }>();
const attempts: Record<string, number> = {};
let audit: string[] = [];

export function login(token: string, user: string): void {
  sessions.set(token, { user, expires: Date.now() + 60_000 }); // bounded sessions
  attempts[user] = (attempts[user] ?? 0) + 1; // grows attempts
  audit = [...audit, `${user} logged in`]; // grows audit
}

export function sweep(now: number): void {
  for (const [token, session] of sessions) {
    if (session.expires < now) sessions.delete(token);
  }
}

export function withTimeout<T>(work: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("Timed out")), ms);
    signal.addEventListener("abort", () => reject(signal.reason)); // grows
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true }); // bounded
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

export class Heartbeat {
  #timer: NodeJS.Timeout | null = null;
  #beats = 0;

  start(ms: number): void {
    this.stop();
    this.#timer = setInterval(() => { // bounded
      this.#beats++;
    }, ms);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

export function poll(check: () => void): void {
  setInterval(check, 1000); // grows
}

export function createMemo<A extends string, R>(compute: (arg: A) => R): (arg: A) => R {
  const results = new Map<A, R>();
  return (arg) => {
    let result = results.get(arg);
    if (result === undefined) {
      result = compute(arg);
      results.set(arg, result); // grows results
    }
    return result;
  };
}

export function createBoundedMemo<R>(compute: (arg: number) => R, limit = 100): (arg: number) => R {
  const results = new Map<number, R>();
  return (arg) => {
    const hit = results.get(arg);
    if (hit !== undefined) return hit;
    const made = compute(arg);
    results.set(arg, made); // bounded results
    if (results.size > limit) results.delete(results.keys().next().value!);
    return made;
  };
}
