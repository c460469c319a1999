/** A full-text index kept in memory: analysers, segments, suggestions, query log. */

import { readFile, writeFile } from "node:fs/promises";

type Posting = { doc: number; positions: number[] };
type Field = "title" | "body" | "tags";

interface Segment {
  readonly born: number;
  readonly terms: Map<string, Posting[]>;
  readonly deleted: Set<number>;
}

const FIELDS: readonly Field[] = ["title", "body", "tags"];
const stemmed: Record<string, string> = Object.create(null);
const synonyms = new Map<string, Set<string>>();
const warnings: string[] = [];

export function stem(word: string): string {
  const known = stemmed[word];
  if (known !== undefined) return known;
  const cut = word.replace(/(ing|ed|s)$/, "");
  return (stemmed[word] = cut); // grows stemmed
}

export function synonym(word: string, ...others: string[]) {
  let set = synonyms.get(word);
  if (!set) synonyms.set(word, (set = new Set())); // grows synonyms
  for (const other of others) set.add(other); // grows synonyms
}

function warnOnce(text: string) {
  if (warnings.includes(text)) return;
  if (warnings.length >= 64) warnings.length = 0;
  warnings.push(text); // bounded warnings
  console.warn(text);
}

class Tally<K> {
  #counts = new Map<K, number>();

  add(key: K, by = 1): number {
    const next = (this.#counts.get(key) ?? 0) + by;
    this.#counts.set(key, next); // grows #counts
    return next;
  }

  top(n: number): [K, number][] {
    return [...this.#counts].sort((a, b) => b[1] - a[1]).slice(0, n);
  }
}

/** The last `size` entries, oldest overwritten first. */
class Ring<T> {
  private readonly slots: (T | undefined)[];
  private next = 0;

  constructor(private readonly size: number) {
    this.slots = new Array(size);
  }

  push(value: T) {
    this.slots[this.next % this.size] = value;
    this.next++;
  }

  *[Symbol.iterator]() {
    for (let i = Math.max(0, this.next - this.size); i < this.next; i++) yield this.slots[i % this.size]!;
  }
}

export class Index {
  private segments: Segment[] = [];
  private buffer: Segment = emptySegment();
  private readonly lengths: Record<Field, number[]> = { title: [], body: [], tags: [] };
  private readonly external = new Map<string, number>();
  private readonly sources: (string | undefined)[] = [];
  private readonly queries = new Tally<string>();
  private readonly slow = new Ring<{ query: string; ms: number }>(50);
  private readonly mergeLog: { at: number; from: number; to: number }[] = [];
  private readonly perField: Partial<Record<Field, number>> = {};
  private readonly filters = new Map<string, Uint8Array>();
  private readonly zero: string[] = [];
  private generation = 0;

  put(id: string, doc: Record<Field, string>) {
    this.remove(id);
    const number = this.sources.length;
    this.sources.push(JSON.stringify(doc)); // grows sources
    this.external.set(id, number); // bounded external
    for (const field of FIELDS) {
      const words = analyse(doc[field]);
      this.lengths[field].push(words.length); // grows lengths
      this.perField[field] = (this.perField[field] ?? 0) + words.length; // bounded perField
      words.forEach((word, position) => {
        const postings = this.buffer.terms.get(word) ?? [];
        if (postings.length === 0) this.buffer.terms.set(word, postings); // bounded terms
        const last = postings[postings.length - 1];
        if (last?.doc === number) last.positions.push(position); // bounded positions
        else postings.push({ doc: number, positions: [position] }); // bounded postings
      });
    }
    if (this.buffer.terms.size > 10_000) this.flush();
  }

  remove(id: string) {
    const number = this.external.get(id);
    if (number === undefined) return;
    for (const segment of this.segments) segment.deleted.add(number); // bounded deleted
    this.sources[number] = undefined;
    this.external.delete(id);
  }

  private flush() {
    this.segments.push(this.buffer); // bounded segments
    this.buffer = emptySegment();
    this.generation++;
    if (this.segments.length > 8) this.merge();
  }

  private merge() {
    const merged = emptySegment();
    for (const { terms, deleted } of this.segments) {
      for (const [term, postings] of terms) {
        const kept = postings.filter(({ doc }) => !deleted.has(doc));
        merged.terms.set(term, (merged.terms.get(term) ?? []).concat(kept));
      }
    }
    this.mergeLog.push({ at: Date.now(), from: this.segments.length, to: 1 }); // grows mergeLog
    this.segments = [merged];
  }

  filter(name: string, test: (doc: number) => boolean): Uint8Array {
    const key = `${this.generation}/${name}`;
    let bits = this.filters.get(key);
    if (!bits) {
      bits = Uint8Array.from(this.sources, (_, i) => Number(test(i)));
      this.filters.set(key, bits); // grows filters
    }
    return bits;
  }

  search(query: string, n = 10): string[] {
    const started = performance.now();
    this.queries.add(query);
    const scores = new Map<number, number>();
    for (const word of analyse(query)) {
      for (const variant of [word, ...(synonyms.get(word) ?? [])]) {
        for (const { terms } of [...this.segments, this.buffer]) {
          for (const { doc, positions } of terms.get(variant) ?? []) {
            scores.set(doc, (scores.get(doc) ?? 0) + positions.length);
          }
        }
      }
    }
    if (scores.size === 0) {
      this.zero.push(query); // grows zero
      warnOnce(`nothing for ${query}`);
    }
    const ms = performance.now() - started;
    if (ms > 100) this.slow.push({ query, ms });
    const best = [...scores].sort((a, b) => b[1] - a[1]).slice(0, n);
    return best.flatMap(([doc]) => this.sources[doc] ?? []);
  }

  async save(path: string) {
    await writeFile(path, JSON.stringify([...this.external]));
  }
}

/** Completes what is typed from a tree of letters. */
export class Suggester {
  private readonly root: TrieNode = { next: new Map(), weight: 0 };
  private readonly recent: string[] = [];
  private readonly sessions = new WeakMap<object, string[]>();
  private accepted: readonly string[] = [];

  learn(phrase: string) {
    let node = this.root;
    for (const letter of phrase) {
      let child = node.next.get(letter);
      if (!child) {
        child = { next: new Map(), weight: 0 };
        node.next.set(letter, child); // grows root
      }
      node = child;
    }
    node.weight++;
  }

  typed(session: object, text: string) {
    const typed = this.sessions.get(session);
    if (typed) typed.push(text); // unsure sessions
    else this.sessions.set(session, [text]); // bounded sessions
    const at = this.recent.indexOf(text);
    if (at >= 0) this.recent.splice(at, 1);
    this.recent.unshift(text); // bounded recent
    this.recent.length = Math.min(this.recent.length, 20);
  }

  accept(text: string) {
    this.accepted = [...this.accepted, text]; // grows accepted
    this.learn(text);
  }
}

interface TrieNode {
  next: Map<string, TrieNode>;
  weight: number;
}

function emptySegment(): Segment {
  return { born: Date.now(), terms: new Map(), deleted: new Set() };
}

function analyse(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) words.push(stem(word));
  return words;
}

export async function load(index: Index, paths: string[]) {
  const failed: string[] = [];
  for (const path of paths) {
    try {
      index.put(path, { title: path, body: await readFile(path, "utf8"), tags: "" });
    } catch {
      failed.push(path);
    }
  }
  return failed;
}
