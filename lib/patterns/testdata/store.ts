type Listener<T> = (state: T) => void;
type Middleware = (action: string) => string;

export interface Store<T> {
  get(): T;
  set(state: T): void;
  subscribe(listener: Listener<T>): () => void;
  use(middleware: Middleware): void;
  destroy(): void;
}

export function createStore<T>(initial: T): Store<T> {
  let state = initial;
  const listeners = new Set<Listener<T>>();
  const middlewares: Middleware[] = [];
  const history: T[] = [];
  return {
    get: () => state,
    set(next) {
      history.push(state);
      state = next;
      for (const listener of listeners) listener(state);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    use(middleware) {
      middlewares.push(middleware);
    },
    destroy() {
      listeners.clear();
      history.length = 0;
    },
  };
}

export class ViewModel {
  private readonly disposers: (() => void)[] = [];
  private rows: string[] = [];
  private readonly selected = new Set<string>();

  constructor(private readonly store: Store<string[]>) {
    this.disposers.push(store.subscribe((rows) => (this.rows = rows)));
  }

  select(id: string): void {
    this.selected.add(id);
  }

  unselect(id: string): void {
    this.selected.delete(id);
  }

  visible(): string[] {
    const shown: string[] = [];
    for (const row of this.rows) if (!this.selected.has(row)) shown.push(row);
    return shown;
  }

  dispose(): void {
    for (const dispose of this.disposers) dispose();
    this.disposers.length = 0;
  }
}

let current: ViewModel | null = null;
const seenIds: string[] = [];

export function show(model: ViewModel, id: string): void {
  current?.dispose();
  current = model;
  if (!seenIds.includes(id)) seenIds.push(id);
  document.title = id;
  document.addEventListener("visibilitychange", () => model.visible());
}

export function* pages(total: number): Generator<number[]> {
  let page: number[] = [];
  for (let i = 0; i < total; i++) {
    page.push(i);
    if (page.length === 10) {
      yield page;
      page = [];
    }
  }
}

export async function fetchAll(urls: string[]): Promise<string[]> {
  const results: string[] = [];
  const errors: unknown[] = [];
  await Promise.all(urls.map(async (url) => {
    try {
      results.push(await (await fetch(url)).text());
    } catch (error) {
      errors.push(error);
    }
  }));
  return results;
}
