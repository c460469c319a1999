type Listener<S> = (state: S, previous: S) => void;
type Unsubscribe = () => void;

export interface Action {
  type: "added" | "removed" | "renamed" | "moved" | "reset";
  id: string;
  text?: string;
}

interface Card {
  id: string;
  text: string;
}

interface BoardState {
  cards: Card[];
  activity: string[];
  selected: Record<string, true>;
  lastSeen: Record<string, number>;
  toasts: string[];
}

const initial: BoardState = { cards: [], activity: [], selected: {}, lastSeen: {}, toasts: [] };

export function reducer(state: BoardState = initial, action: Action): BoardState {
  switch (action.type) {
    case "added":
      return {
        ...state,
        cards: [...state.cards, { id: action.id, text: action.text ?? "" }], // bounded cards
        activity: [...state.activity, `added ${action.id}`], // grows activity
        toasts: [...state.toasts, "Added"].slice(-3), // bounded toasts
      };
    case "removed":
      return { ...state, cards: state.cards.filter(({ id }) => id !== action.id) };
    case "moved":
      return {
        ...state,
        lastSeen: { ...state.lastSeen, [action.id]: Date.now() }, // grows lastSeen
      };
    case "reset":
      return { ...initial, activity: state.activity, lastSeen: state.lastSeen };
    default:
      return state;
  }
}

export class Store<S, A> {
  private listeners: Listener<S>[] = [];
  private readonly past: S[] = [];
  private future: S[] = [];
  private middlewares: ((action: A) => A)[] = [];
  private readonly actions: A[] = [];
  private readonly selectors = new WeakMap<object, unknown>();
  private batching = 0;
  private queued: A[] = [];

  constructor(private state: S, private readonly reduce: (state: S, action: A) => S) {}

  getState(): S {
    return this.state;
  }

  subscribe(listener: Listener<S>): Unsubscribe {
    this.listeners = this.listeners.concat(listener); // bounded listeners
    let active = true;
    return () => {
      if (!active) return;
      active = false;
      const index = this.listeners.indexOf(listener);
      this.listeners = [...this.listeners.slice(0, index), ...this.listeners.slice(index + 1)];
    };
  }

  use(middleware: (action: A) => A): void {
    this.middlewares = [...this.middlewares, middleware]; // grows middlewares
  }

  dispatch(action: A): void {
    if (this.batching > 0) {
      this.queued.push(action); // bounded queued
      return;
    }
    const wrapped = this.middlewares.reduce((a, middleware) => middleware(a), action);
    const previous = this.state;
    this.state = this.reduce(previous, wrapped);
    this.past.push(previous); // bounded past
    if (this.past.length > 100) this.past.splice(0, 1);
    this.future = [];
    this.actions.push(wrapped); // grows actions
    for (const listener of this.listeners) listener(this.state, previous);
  }

  batch(work: () => void): void {
    this.batching++;
    try {
      work();
    } finally {
      if (--this.batching === 0) {
        for (const action of this.queued.splice(0)) this.dispatch(action);
      }
    }
  }

  undo(): void {
    const previous = this.past.pop();
    if (previous === undefined) return;
    this.future.push(this.state); // bounded future
    this.state = previous;
  }

  memo<K extends object, R>(key: K, compute: (key: K) => R): R {
    if (!this.selectors.has(key)) this.selectors.set(key, compute(key));
    return this.selectors.get(key) as R;
  }
}

let activeEffect: Effect | null = null;
const effectStack: Effect[] = [];
const allEffects: Effect[] = [];
const scheduled = new Set<Effect>();
const devtoolsLog: { effect: number; at: number }[] = [];

export class Effect {
  static count = 0;
  readonly id = ++Effect.count;
  readonly dependencies = new Set<Signal<unknown>>();
  private readonly runs: number[] = [];

  constructor(private readonly body: () => void) {
    allEffects.push(this); // grows allEffects
    this.run();
  }

  run(): void {
    for (const dependency of this.dependencies) dependency.observers.delete(this);
    this.dependencies.clear();
    effectStack.push(this); // bounded effectStack
    activeEffect = this;
    try {
      this.body();
    } finally {
      effectStack.pop();
      activeEffect = effectStack[effectStack.length - 1] ?? null;
    }
    this.runs.push(performance.now()); // grows runs
  }

  stop(): void {
    for (const dependency of this.dependencies) dependency.observers.delete(this);
    this.dependencies.clear();
  }
}

export class Signal<T> {
  readonly observers = new Set<Effect>();
  #versions: T[] = [];

  constructor(private current: T) {}

  get value(): T {
    if (activeEffect) {
      this.observers.add(activeEffect); // bounded observers
      activeEffect.dependencies.add(this as Signal<unknown>); // bounded dependencies
    }
    return this.current;
  }

  set value(next: T) {
    if (Object.is(next, this.current)) return;
    this.#versions.push(this.current); // grows #versions
    this.current = next;
    for (const effect of this.observers) schedule(effect);
  }
}

function schedule(effect: Effect): void {
  if (scheduled.size === 0) queueMicrotask(flush);
  scheduled.add(effect); // bounded scheduled
}

function flush(): void {
  const effects = Array.from(scheduled);
  scheduled.clear();
  for (const effect of effects) {
    devtoolsLog.push({ effect: effect.id, at: Date.now() }); // grows devtoolsLog
    effect.run();
  }
}

export function persist<S, A>(store: Store<S, A>, key: string): void {
  const written: string[] = [];
  store.subscribe((state) => { // grows subscription
    const text = JSON.stringify(state);
    localStorage.setItem(key, text);
    written.unshift(text); // grows written
  });
}

export function useMediaQuery(query: string, onChange: (matches: boolean) => void): Unsubscribe {
  const list = window.matchMedia(query);
  const listener = (event: MediaQueryListEvent): void => onChange(event.matches);
  list.addEventListener("change", listener);
  return () => list.removeEventListener("change", listener);
}

export function useHotkeys(keys: Record<string, () => void>): void {
  window.addEventListener("keydown", (event) => keys[event.key]?.()); // grows keydown
}

export function useOnline(onChange: (online: boolean) => void): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  window.addEventListener("online", () => onChange(true), { signal });
  window.addEventListener("offline", () => onChange(false), { signal });
  return controller;
}
