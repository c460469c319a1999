import { BehaviorSubject, fromEvent, interval, Subject, type Subscription } from "rxjs";
import { map, take, takeUntil } from "rxjs/operators";

export class DashboardComponent {
  private readonly destroyed$ = new Subject<void>();
  private readonly subscriptions: Subscription[] = [];
  private feed?: Subscription;
  readonly points: number[] = [];
  readonly view$ = new BehaviorSubject<readonly number[]>([]);
  history: { value: number; at: number }[] = [];
  private renderQueue: (() => void)[] = [];

  constructor(private readonly service: DataService) {
    this.service.ticks$.subscribe((tick) => this.points.push(tick)); // grows points
  }

  ngOnInit(): void {
    this.subscriptions.push(this.service.alerts$.subscribe((alert) => this.show(alert))); // bounded
    this.service.ticks$.pipe(takeUntil(this.destroyed$)).subscribe((tick) => this.show(tick)); // bounded
    fromEvent(document, "click").pipe(take(1)).subscribe(() => this.show(0)); // bounded
    interval(1000).pipe(map((n) => n * 2)).subscribe((n) => this.view$.next([n])); // grows
    this.feed = this.service.ticks$.subscribe({ next: (n) => this.keep(n) }); // bounded
  }

  keep(value: number): void {
    this.history = [...this.history, { value, at: Date.now() }].filter((entry) => // bounded history
      Date.now() - entry.at < 60_000
    );
    this.renderQueue.push(() => this.show(value)); // bounded renderQueue
    requestAnimationFrame(() => this.renderQueue.splice(0).forEach((render) => render()));
  }

  show(value: number): void {
    this.view$.next([...this.view$.value, value]); // unsure
  }

  ngOnDestroy(): void {
    this.destroyed$.next();
    this.subscriptions.forEach((subscription) => subscription.unsubscribe());
    this.feed?.unsubscribe();
  }
}

export class DataService {
  readonly ticks$ = new Subject<number>();
  readonly alerts$ = new Subject<number>();
  #cache = new Map<string, Promise<number>>();
  #retries: Record<string, number> = {};
  #observers = new Set<ResizeObserver>();

  load(url: string): Promise<number> {
    if (!this.#cache.has(url)) {
      this.#cache.set(url, fetch(url).then((response) => response.json())); // grows #cache
    }
    return this.#cache.get(url)!;
  }

  retry(url: string): boolean {
    this.#retries[url] ||= 0; // grows #retries
    this.#retries[url]! += 1;
    if (this.#retries[url]! > 3) {
      return false;
    }
    return true;
  }

  watchSize(element: Element): void {
    const observer = new ResizeObserver(() => this.ticks$.next(element.clientWidth)); // grows
    observer.observe(element);
    this.#observers.add(observer); // grows #observers
  }
}

/** Hooks that keep what they are given. */
export function createHooks() {
  const before: Array<() => void> = [];
  const after = new Set<() => void>();
  let current: readonly string[] = [];
  const seen = new Map<object, number>();
  return {
    before(hook: () => void) {
      before.push(hook); // grows before
    },
    after(hook: () => void) {
      after.add(hook); // bounded after
      return () => after.delete(hook);
    },
    run(names: readonly string[]) {
      current = names.map((name) => name.trim());
      for (const hook of before) hook();
      for (const hook of after) hook();
      return current.length;
    },
    mark(object: object) {
      seen.set(object, (seen.get(object) ?? 0) + 1); // grows seen
    },
  };
}

export const createStore = <S>(reducer: (state: S, action: unknown) => S, state: S) => {
  const listeners: (() => void)[] = [];
  const actions: unknown[] = [];
  return {
    dispatch(action: unknown) {
      state = reducer(state, action);
      actions.push(action); // grows actions
      for (const listener of listeners) listener();
    },
    subscribe(listener: () => void) {
      listeners.push(listener); // bounded listeners
      return function unsubscribe() {
        const index = listeners.indexOf(listener);
        listeners.splice(index, 1);
      };
    },
  };
};

let sequence = 0;
const ids: number[] = [];
export function nextId(): number {
  ids[ids.length] = ++sequence; // grows ids
  return sequence;
}

const recentErrors: Error[] = [];
export function remember(error: Error): void {
  if (recentErrors.unshift(error) > 10) recentErrors.pop(); // bounded recentErrors
}

export const logger = {
  lines: [] as string[],
  level: "info",
  write(line: string) {
    this.lines.push(line); // grows logger.lines
  },
  flushTo(sink: (lines: string[]) => void) {
    sink(this.lines.slice());
  },
};

export class Throttle {
  private stamps: number[] = [];
  allow(now: number, limit: number): boolean {
    while (this.stamps.length > 0 && now - this.stamps[0]! > 1000) this.stamps.shift();
    if (this.stamps.length >= limit) return false;
    this.stamps.push(now); // bounded stamps
    return true;
  }
}

export class Trie {
  private readonly children: Map<string, Trie> = new Map();
  private words: string[] = [];
  insert(word: string): void {
    let node: Trie = this;
    for (const letter of word) {
      let next = node.children.get(letter);
      if (!next) {
        next = new Trie();
        node.children.set(letter, next); // grows children
      }
      node = next;
    }
    node.words.push(word); // grows words
  }
}

export async function* batches<T>(source: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of source) {
    batch.push(item);
    if (batch.length >= size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length) yield batch;
}
