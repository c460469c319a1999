import { createHash } from "node:crypto";
import type { EventEmitter } from "node:events";

interface Selection {
  field: string;
  args: Record<string, unknown>;
  children: Selection[];
}

interface Context {
  requestId: string;
  user: string | null;
  loaders: Map<string, BatchLoader<unknown>>;
  warnings: string[];
}

type Resolver = (parent: unknown, args: Record<string, unknown>, context: Context) => unknown;
type Severity = "info" | "warning" | "fatal";

export class BatchLoader<V> {
  private keys: string[] = [];
  private waiting: { key: string; resolve(value: V): void; reject(reason: unknown): void }[] = [];
  private readonly cache = new Map<string, Promise<V>>();
  private scheduled = false;

  constructor(private readonly fetchAll: (keys: string[]) => Promise<V[]>) {}

  load(key: string): Promise<V> {
    const known = this.cache.get(key);
    if (known) return known;
    const promise = new Promise<V>((resolve, reject) => {
      this.keys.push(key); // bounded keys
      this.waiting.push({ key, resolve, reject }); // bounded waiting
    });
    this.cache.set(key, promise); // unsure cache
    if (!this.scheduled) {
      this.scheduled = true;
      process.nextTick(() => this.dispatch());
    }
    return promise;
  }

  prime(key: string, value: V): this {
    this.cache.set(key, Promise.resolve(value)); // unsure cache
    return this;
  }

  private async dispatch(): Promise<void> {
    const { keys, waiting } = this;
    this.keys = [];
    this.waiting = [];
    this.scheduled = false;
    try {
      const values = await this.fetchAll(keys);
      waiting.forEach((one, i) => one.resolve(values[i]!));
    } catch (error) {
      for (const one of waiting) one.reject(error);
    }
  }
}

export class Schema {
  readonly types = new Map<string, Map<string, Resolver>>();
  private readonly directives: Record<string, (value: unknown) => unknown> = {};
  private readonly deprecatedUses = new Map<string, number>();

  type(name: string): Map<string, Resolver> {
    let fields = this.types.get(name);
    if (!fields) this.types.set(name, fields = new Map()); // grows types
    return fields;
  }

  field(type: string, field: string, resolve: Resolver): this {
    this.type(type).set(field, resolve); // unsure types
    return this;
  }

  directive(name: string, apply: (value: unknown) => unknown): void {
    this.directives[name] = apply; // grows directives
  }

  deprecated(field: string): void {
    const count = this.deprecatedUses.get(field) ?? 0;
    this.deprecatedUses.set(field, count + 1); // grows deprecatedUses
  }
}

class PersistedQueries {
  readonly #byHash: Record<string, { text: string; used: number }> = {};

  register(text: string): string {
    const hash = createHash("sha256").update(text).digest("hex");
    this.#byHash[hash] ??= { text, used: 0 }; // grows #byHash
    return hash;
  }

  find(hash: string): string | undefined {
    const entry = this.#byHash[hash];
    if (entry) entry.used++;
    return entry?.text;
  }
}

export class Gateway {
  readonly persisted = new PersistedQueries();
  private readonly plans = new Map<string, Selection[]>();
  private readonly inFlight: Set<string> = new Set();
  private readonly subscribers = new Map<string, Set<(value: unknown) => void>>();
  private readonly complexity: Record<string, number[]> = {};
  private readonly bySeverity: Record<Severity, number> = { info: 0, warning: 0, fatal: 0 };
  private readonly rejected: { user: string | null; depth: number }[] = [];
  private readonly plugins: { onRequest?(context: Context): void; onError?(error: unknown): void }[] =
    [];
  private traces: string[] = [];
  private lastErrors: unknown[] = [];

  constructor(private readonly schema: Schema, events: EventEmitter) {
    events.on("invalidate", (key: string) => this.plans.delete(key)); // grows invalidate
  }

  use(plugin: Gateway["plugins"][number]): this {
    this.plugins.push(plugin); // grows plugins
    return this;
  }

  private plan(text: string): Selection[] {
    let plan = this.plans.get(text);
    if (!plan) {
      plan = parse(text);
      this.plans.set(text, plan); // bounded plans
    }
    return plan;
  }

  async execute(text: string, user: string | null): Promise<unknown> {
    const requestId = Math.random().toString(36).slice(2);
    const context: Context = { requestId, user, loaders: new Map(), warnings: [] };
    this.inFlight.add(requestId); // bounded inFlight
    for (const plugin of this.plugins) plugin.onRequest?.(context);
    try {
      const plan = this.plan(text);
      const depth = depthOf(plan);
      if (depth > 12) {
        this.rejected.push({ user, depth }); // grows rejected
        throw new RangeError("too deep");
      }
      const depths = this.complexity[user ?? "anonymous"] ?? (this.complexity[user ?? "anonymous"] = []); // grows complexity
      depths.push(depth); // grows complexity
      return await this.resolve(plan, "Query", null, context);
    } catch (error) {
      this.lastErrors = [error, ...this.lastErrors.slice(0, 19)]; // bounded lastErrors
      this.count(error instanceof RangeError ? "warning" : "fatal");
      for (const plugin of this.plugins) plugin.onError?.(error);
      throw error;
    } finally {
      this.inFlight.delete(requestId);
      this.traces.push(`${requestId} ${context.warnings.length}`); // grows traces
    }
  }

  private count(severity: Severity): void {
    this.bySeverity[severity] += 1;
  }

  private async resolve(
    plan: Selection[],
    type: string,
    parent: unknown,
    context: Context,
  ): Promise<Record<string, unknown>> {
    const result: Record<string, unknown> = {};
    for (const { field, args, children } of plan) {
      const resolver = this.schema.type(type).get(field);
      if (!resolver) {
        context.warnings.push(`${type}.${field} is not known`);
        continue;
      }
      const value = await resolver(parent, args, context);
      result[field] = children.length ? await this.resolve(children, field, value, context) : value;
    }
    return result;
  }

  subscribe(topic: string, listener: (value: unknown) => void): AsyncDisposable {
    const listeners = this.subscribers.get(topic) ?? new Set();
    this.subscribers.set(topic, listeners); // grows subscribers
    listeners.add(listener); // bounded subscribers
    return {
      [Symbol.asyncDispose]: async () => {
        listeners.delete(listener);
      },
    };
  }

  loader<V>(context: Context, name: string, fetchAll: (keys: string[]) => Promise<V[]>) {
    const known = context.loaders.get(name);
    if (known) return known as BatchLoader<V>;
    const made = new BatchLoader<V>(fetchAll);
    context.loaders.set(name, made as BatchLoader<unknown>);
    return made;
  }
}

function parse(text: string): Selection[] {
  const root: Selection = { field: "", args: {}, children: [] };
  const stack = [root];
  for (const token of text.match(/[{}]|\w+/g) ?? []) {
    const top = stack.at(-1)!;
    if (token === "{") stack.push(top.children.at(-1) ?? top);
    else if (token === "}") stack.pop();
    else top.children.push({ field: token, args: {}, children: [] });
  }
  return root.children;
}

function depthOf(plan: Selection[]): number {
  return plan.reduce((deepest, { children }) => Math.max(deepest, 1 + depthOf(children)), 0);
}
