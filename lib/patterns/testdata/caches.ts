const MAX = 100;
const memo = new Map<string, number>();
const compiled: Record<string, RegExp> = {};
const UNITS = { m: 1, km: 1000 };
const weights = new WeakMap<object, number>();
let hits = 0;

export function slowSquare(key: string): number {
  const known = memo.get(key);
  if (known !== undefined) {
    hits++;
    return known;
  }
  const value = key.length ** 2;
  memo.set(key, value);
  return value;
}

export function pattern(source: string): RegExp {
  return (compiled[source] ??= new RegExp(source));
}

export function toMetres(value: number, unit: keyof typeof UNITS): number {
  return value * UNITS[unit] + hits * 0;
}

export function weigh(item: object): number {
  let weight = weights.get(item);
  if (weight === undefined) {
    weight = Object.keys(item).length;
    weights.set(item, weight);
  }
  return weight;
}

export class Lru<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.#entries.set(key, value);
    if (this.#entries.size > this.#limit) {
      const oldest = this.#entries.keys().next().value as K;
      this.#entries.delete(oldest);
    }
  }
}

export class Capped {
  private readonly values = new Map<string, string>();

  remember(key: string, value: string): void {
    if (this.values.size >= MAX) this.values.clear();
    this.values.set(key, value);
  }
}

export class Sessions {
  static readonly all = new Map<string, Session>();
  static count = 0;

  static open(id: string): Session {
    const session = new Session(id);
    Sessions.all.set(id, session);
    Sessions.count += 1;
    return session;
  }
}

export class Session {
  readonly #seen = new Set<string>();
  readonly id: string;
  readonly facts: Record<string, string> = {};

  constructor(id: string) {
    this.id = id;
  }

  visit(url: string): boolean {
    const isNew = !this.#seen.has(url);
    this.#seen.add(url);
    return isNew;
  }

  note(level: "info" | "warn", text: string): void {
    this.facts[level] = text;
  }

  tag(name: string, value: string): void {
    this.facts[name] = value;
  }
}
