/** A translator's desk: segments, glossaries, suggestions, reviews, live co-editing. */

import { BehaviorSubject, fromEvent, interval, Subject, Subscription } from "rxjs";
import { debounceTime, filter, takeUntil } from "rxjs/operators";

type Locale = "de" | "fr" | "nl" | "pt";
type Segment = { id: string; source: string; target?: string; history?: string[] };
type Listener = (segment: Segment) => void;

enum Check {
  Length = "length",
  Tags = "tags",
  Numbers = "numbers",
}

const tokenised = new WeakMap<Segment, string[]>();
const stems: Map<string, string> = new Map();
const LOCALES: Record<Locale, { plural: number }> = {
  de: { plural: 2 },
  fr: { plural: 2 },
  nl: { plural: 2 },
  pt: { plural: 2 },
};
export const activity$ = new BehaviorSubject<string[]>([]);
export const recent$ = new BehaviorSubject<string[]>([]);

function memo<A extends string, R>(fn: (argument: A) => R): (argument: A) => R {
  const results: Partial<Record<A, R>> = {};
  return (argument) => {
    if (!(argument in results)) results[argument] = fn(argument); // grows results
    return results[argument]!;
  };
}

export const hash = memo((text: string) => [...text].reduce((h, c) => (h * 31 + c.charCodeAt(0)) | 0, 7));

function stem(word: string): string {
  let found = stems.get(word);
  if (found === undefined) {
    found = word.replace(/(ing|ed|s)$/, "");
    stems.set(word, found); // grows stems
  }
  return found;
}

export function tokens(segment: Segment): string[] {
  let list = tokenised.get(segment);
  if (!list) tokenised.set(segment, list = segment.source.split(/\s+/).map(stem)); // bounded tokenised
  return list;
}

export function note(message: string): void {
  activity$.next([...activity$.value, message]); // grows activity$
}

export function noteRecent(message: string): void {
  recent$.next([message, ...recent$.value].slice(0, 50)); // bounded recent$
}

class Trie {
  private readonly children: Map<string, Trie> = new Map();
  private readonly ids: Set<string> = new Set();

  insert(words: readonly string[], id: string): void {
    let node: Trie = this;
    for (const word of words) {
      let child = node.children.get(word);
      if (!child) node.children.set(word, (child = new Trie())); // grows children
      node = child;
    }
    node.ids.add(id); // grows ids
  }

  lookup(words: readonly string[]): ReadonlySet<string> {
    const [first, ...others] = words;
    if (first === undefined) return this.ids;
    return this.children.get(first)?.lookup(others) ?? new Set();
  }
}

export class Glossary {
  private readonly terms = new Map<Locale, Map<string, string>>();
  private readonly missing: Record<Locale, Set<string>> = {
    de: new Set(),
    fr: new Set(),
    nl: new Set(),
    pt: new Set(),
  };
  private readonly proposals: Array<{ term: string; by: string }> = [];

  constructor() {
    for (const locale of Object.keys(LOCALES) as Locale[]) this.terms.set(locale, new Map()); // bounded terms
  }

  define(locale: Locale, term: string, translation: string): void {
    this.terms.get(locale)!.set(term, translation); // grows terms
  }

  translate(locale: Locale, term: string): string | null {
    const translation = this.terms.get(locale)?.get(term);
    if (translation === undefined) {
      this.missing[locale].add(term); // grows missing
      return null;
    }
    return translation;
  }

  propose(term: string, by: string): void {
    if (this.proposals.some((proposal) => proposal.term === term)) return;
    this.proposals.push({ term, by }); // bounded proposals
  }

  settle(term: string, accepted: boolean, translation: string): void {
    const at = this.proposals.findIndex((proposal) => proposal.term === term);
    if (at < 0) return;
    const [{ by }] = this.proposals.splice(at, 1) as [{ by: string }];
    if (accepted) for (const locale in LOCALES) this.define(locale as Locale, term, `${translation} (${by})`);
  }
}

export class Memory {
  private readonly trie = new Trie();
  private readonly segments: { [id: string]: Segment } = Object.create(null);
  private readonly failures = new Map<Check, number>();
  private readonly failed = new Map<Check, Segment[]>();
  private readonly scores = new Map<string, number>();
  private readonly listeners = new Map<string, Listener[]>();
  private undo: Array<() => void> = [];
  private redo: Array<() => void> = [];
  lastQueries: string[] = [];

  add(segment: Segment): void {
    this.segments[segment.id] = segment; // grows segments
    this.trie.insert(tokens(segment), segment.id);
  }

  translate(id: string, target: string): void {
    const segment = this.segments[id];
    if (!segment) throw new Error(`no segment ${id}`);
    const before = segment.target;
    if (before !== undefined) (segment.history ??= []).push(before); // grows history
    segment.target = target;
    this.undo.push(() => (segment.target = before)); // grows undo
    this.redo = [];
    for (const listener of this.listeners.get(id) ?? []) listener(segment);
  }

  back(): void {
    const step = this.undo.pop();
    if (!step) return;
    step();
    this.redo.push(step); // bounded redo
  }

  check(segment: Segment, rule: Check): boolean {
    const ok = rule !== Check.Length || (segment.target?.length ?? 0) < segment.source.length * 3;
    if (ok) return true;
    this.failures.set(rule, (this.failures.get(rule) ?? 0) + 1); // bounded failures
    const list = this.failed.get(rule) ?? [];
    this.failed.set(rule, [...list, segment]); // grows failed
    return false;
  }

  watch(id: string, listener: Listener): void {
    const list = this.listeners.get(id);
    if (list) list.push(listener); // bounded listeners
    else this.listeners.set(id, [listener]); // bounded listeners
  }

  unwatch(id: string, listener: Listener): void {
    const left = this.listeners.get(id)?.filter((other) => other !== listener) ?? [];
    if (left.length > 0) this.listeners.set(id, left);
    else this.listeners.delete(id);
  }

  search(query: string): string[] {
    this.lastQueries = [query, ...this.lastQueries.filter((other) => other !== query)].slice(0, 10); // bounded lastQueries
    const ids = [...this.trie.lookup(query.split(" ").map(stem))];
    for (const id of ids) this.scores.set(id, (this.scores.get(id) ?? 0) + 1); // grows scores
    return ids.sort((a, b) => this.scores.get(b)! - this.scores.get(a)!);
  }
}

export class EditorPane {
  private readonly destroyed$ = new Subject<void>();
  private readonly subscriptions = new Subscription();
  private readonly keystrokes: number[] = [];
  private readonly drafts = new Map<string, string>();
  private focus?: Subscription;

  constructor(private readonly memory: Memory, private readonly element: HTMLElement) {
    fromEvent(element, "keydown").pipe(takeUntil(this.destroyed$)).subscribe(() => {
      this.keystrokes.push(Date.now()); // grows keystrokes
    });
    this.subscriptions.add(interval(30_000).subscribe(() => this.autosave()));
    interval(1000).pipe(filter(() => document.hasFocus())).subscribe(() => this.tick()); // grows interval
    activity$.pipe(debounceTime(200)).subscribe((messages) => this.show(messages)); // grows activity$
  }

  edit(id: string, text: string): void {
    this.drafts.set(id, text); // bounded drafts
  }

  private autosave(): void {
    for (const [id, text] of this.drafts) {
      this.memory.translate(id, text);
      this.drafts.delete(id);
    }
  }

  follow(other: EventTarget): void {
    this.focus?.unsubscribe();
    this.focus = fromEvent(other, "focus").subscribe(() => this.element.focus()); // bounded focus
  }

  private tick(): void {
    this.element.dataset["minutes"] = String(Math.floor(performance.now() / 60_000));
  }

  private show(messages: string[]): void {
    const list = document.createElement("ul");
    for (const message of messages) list.append(message);
    this.element.replaceChildren(list);
  }

  destroy(): void {
    this.focus?.unsubscribe();
    this.subscriptions.unsubscribe();
    this.destroyed$.next();
    this.destroyed$.complete();
  }
}
