import { readFile } from "node:fs/promises";
import { watch } from "chokidar";

export interface Diagnostic { file: string; line: number; message: string }
interface ModuleRecord { path: string; text: string; imports: string[]; dependents: Set<string> }
type Phase = "parse" | "bind" | "emit";

const interned = new Map<string, symbol>();
const timings: Partial<Record<Phase, number[]>> = {};
const extensions = new Set([".ts", ".js"]);

export const intern = (text: string): symbol => {
  const known = interned.get(text);
  if (known) return known;
  const made = Symbol(text);
  interned.set(text, made); // grows interned
  return made;
};

export function timed<T>(phase: Phase, work: () => T): T {
  const start = performance.now();
  try {
    return work();
  } finally {
    (timings[phase] ??= []).push(performance.now() - start); // grows timings
  }
}

export class ModuleGraph {
  readonly #records = new Map<string, ModuleRecord>();
  readonly #diagnostics: Diagnostic[] = [];
  #visited: Set<string> = new Set();
  #dirty: string[] = [];
  #generation = 0;
  #changes: { path: string; generation: number }[] = [];
  #output = "";

  async load(path: string): Promise<ModuleRecord> {
    const cached = this.#records.get(path);
    if (cached) return cached;
    const text = await readFile(path, "utf8");
    const record: ModuleRecord = { path, text, imports: [], dependents: new Set() };
    for (const match of text.matchAll(/from "(.+)"/g)) record.imports.push(match[1]!);
    this.#records.set(path, record); // bounded #records
    for (const name of record.imports) {
      const other = await this.load(name);
      other.dependents.add(path); // unsure
    }
    return record;
  }

  invalidate(path: string): void {
    this.#generation++;
    this.#changes.push({ path, generation: this.#generation }); // grows #changes
    this.#records.delete(path);
    this.#dirty.push(path); // bounded #dirty
  }

  rebuild(): void {
    const paths = this.#dirty.splice(0, this.#dirty.length);
    this.#visited = new Set();
    for (const path of paths) this.#visit(path);
  }

  #visit(path: string): void {
    if (this.#visited.has(path)) return;
    this.#visited.add(path); // bounded #visited
    for (const dependent of this.#records.get(path)?.dependents ?? []) this.#visit(dependent);
  }

  report(diagnostic: Diagnostic): void {
    if (this.#diagnostics.length < 1000) {
      this.#diagnostics.push(diagnostic); // bounded #diagnostics
    }
  }

  emit(): string {
    this.#output = "";
    for (const record of this.#records.values()) {
      this.#output += record.text; // bounded #output
    }
    return this.#output;
  }

  watchAll(paths: string[]): () => Promise<void> {
    const watcher = watch(paths);
    watcher.on("change", (path: string) => this.invalidate(path));
    return () => watcher.close();
  }
}

export class Scope {
  private readonly names: { [name: string]: number } = Object.create(null);
  private readonly order: string[] = [];
  readonly children: Scope[] = [];
  constructor(private readonly outer?: Scope) {
    outer?.children.push(this); // grows outer.children
  }
  declare(name: string): number {
    this.order.push(name); // grows order
    return (this.names[name] = this.order.length); // grows names
  }
  lookup(name: string): number | undefined {
    return this.names[name] ?? this.outer?.lookup(name);
  }
  has(extension: string): boolean {
    return extensions.has(extension);
  }
}

export class Emitter<Events extends Record<string, unknown[]>> {
  #handlers: { [E in keyof Events]?: Array<(...args: Events[E]) => void> } = {};
  #any: Function[] = [];
  on<E extends keyof Events>(event: E, handler: (...args: Events[E]) => void): this {
    (this.#handlers[event] ??= []).push(handler); // bounded #handlers
    return this;
  }
  off<E extends keyof Events>(event: E, handler: (...args: Events[E]) => void): this {
    this.#handlers[event] = this.#handlers[event]?.filter((other) => other !== handler);
    return this;
  }
  onAny(handler: Function): void {
    this.#any.push(handler); // grows #any
  }
}

export const debounceMap = <K, V>(delay: number, flush: (batch: Map<K, V>) => void) => {
  let batch = new Map<K, V>();
  let timer: NodeJS.Timeout | undefined;
  const fire = () => {
    const ready = batch;
    batch = new Map();
    timer = undefined;
    flush(ready);
  };
  return (key: K, value: V) => {
    batch.set(key, value); // bounded batch
    timer ??= setTimeout(fire, delay);
  };
};

export function createPool<T>(make: () => T, limit: number) {
  const free: T[] = [];
  const leased = new Set<T>();
  const log: string[] = [];
  return {
    lease(): T {
      const item = free.pop() ?? make();
      leased.add(item); // bounded leased
      log.push("lease"); // grows log
      return item;
    },
    giveBack(item: T): void {
      leased.delete(item);
      if (free.length < limit) free.push(item); // bounded free
    },
  };
}

let queue: Array<() => void> = [];
let scheduled = false;
export function nextTick(task: () => void): void {
  queue.push(task); // bounded queue
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    const tasks = queue;
    queue = [];
    scheduled = false;
    for (const task of tasks) task();
  });
}

const breadcrumbs: string[] = [];
export function breadcrumb(text: string): void {
  breadcrumbs.push(text); // bounded breadcrumbs
  if (breadcrumbs.length > 30) breadcrumbs.splice(0, breadcrumbs.length - 30);
}
