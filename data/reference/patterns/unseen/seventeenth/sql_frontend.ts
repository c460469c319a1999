/** Front end of an embedded SQL database: tokens, a parser, a catalogue, prepared statements. */

export type Token = { kind: "word" | "number" | "string" | "symbol"; text: string; at: number };

export interface Select {
  columns: string[];
  table: string;
  where: Expression[];
}

type Expression = { left: string; operator: string; right: string };

const KEYWORDS = new Set(["SELECT", "FROM", "WHERE", "AND"]);
const keywordUse: Record<string, number> = {};
const interned = new Map<string, string>();

export function intern(text: string): string {
  const known = interned.get(text);
  if (known !== undefined) return known;
  interned.set(text, text); // grows interned
  return text;
}

export function* tokens(source: string): Generator<Token> {
  const pattern = /\s*(?:([A-Za-z_]\w*)|(\d+)|'([^']*)'|(.))/gy;
  for (const match of source.matchAll(pattern)) {
    const [, word, number, string, symbol] = match;
    if (word !== undefined) {
      const upper = word.toUpperCase();
      if (KEYWORDS.has(upper)) keywordUse[upper] = (keywordUse[upper] ?? 0) + 1; // bounded keywordUse
      yield { kind: "word", text: intern(word), at: match.index };
    } else if (number !== undefined) yield { kind: "number", text: number, at: match.index };
    else if (string !== undefined) yield { kind: "string", text: string, at: match.index };
    else yield { kind: "symbol", text: symbol!, at: match.index };
  }
}

export class ParseError extends Error {
  static readonly all: ParseError[] = [];

  constructor(message: string, readonly at: number) {
    super(`${message} at ${at}`);
    ParseError.all.push(this); // grows all
  }
}

export class Parser {
  private readonly ahead: Token[];
  private readonly comments: string[] = [];

  constructor(source: string) {
    this.ahead = [...tokens(source)];
  }

  select(): Select {
    this.expect("SELECT");
    const columns: string[] = [];
    do columns.push(this.next().text);
    while (this.accept(","));
    this.expect("FROM");
    const table = this.next().text;
    const where: Expression[] = [];
    if (this.accept("WHERE")) {
      do where.push({ left: this.next().text, operator: this.next().text, right: this.next().text });
      while (this.accept("AND"));
    }
    return { columns, table, where };
  }

  private next(): Token {
    const token = this.ahead.shift();
    if (!token) throw new ParseError("unexpected end", -1);
    if (token.text.startsWith("--")) this.comments.push(token.text); // unsure comments
    return token;
  }

  private accept(text: string): boolean {
    if (this.ahead[0]?.text.toUpperCase() !== text) return false;
    this.ahead.shift();
    return true;
  }

  private expect(text: string): void {
    if (!this.accept(text)) throw new ParseError(`expected ${text}`, this.ahead[0]?.at ?? -1);
  }
}

export class LruMap<K, V> {
  private readonly entries = new Map<K, V>();

  constructor(private readonly capacity: number, private readonly onEvict?: (value: V) => void) {}

  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, value); // bounded entries
    }
    return value;
  }

  put(key: K, value: V): void {
    this.entries.set(key, value); // bounded entries
    this.shrink();
  }

  private shrink(): void {
    while (this.entries.size > this.capacity) {
      const [key, value] = this.entries.entries().next().value!;
      this.entries.delete(key);
      this.onEvict?.(value);
    }
  }
}

export class Catalogue {
  private readonly tables = new Map<string, { columns: string[]; indexes: Set<string> }>();
  private readonly versions: { at: number; statement: string }[] = [];
  private readonly watchers = new Map<string, Set<() => void>>();

  create(name: string, columns: string[]): void {
    this.tables.set(name, { columns, indexes: new Set() }); // bounded tables
    this.versions.push({ at: Date.now(), statement: `CREATE ${name}` }); // grows versions
  }

  drop(name: string): void {
    if (!this.tables.delete(name)) return;
    for (const watcher of this.watchers.get(name) ?? []) watcher();
  }

  watch(name: string, watcher: () => void): () => void {
    const set = this.watchers.get(name) ?? new Set();
    this.watchers.set(name, set.add(watcher)); // bounded watchers
    return () => {
      set.delete(watcher);
      if (set.size === 0) this.watchers.delete(name);
    };
  }
}

export class Database {
  readonly catalogue = new Catalogue();
  private readonly evicted: string[] = [];
  private readonly prepared = new LruMap<string, Select>(128, (select) => this.evicted.push(select.table)); // grows evicted
  private slow = "";

  prepare(source: string): Select {
    const known = this.prepared.get(source);
    if (known) return known;
    const begun = performance.now();
    const select = new Parser(source).select();
    this.prepared.put(source, select);
    const took = performance.now() - begun;
    if (took > 5) this.slow += `${took.toFixed(1)} ${source}\n`; // grows slow
    return select;
  }
}
