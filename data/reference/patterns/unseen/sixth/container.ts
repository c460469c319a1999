import { AsyncLocalStorage } from "node:async_hooks";

export type Constructor<T = object> = new (...args: any[]) => T;
export enum Scope {
  Singleton,
  Transient,
  Request,
}

interface Provider {
  token: string;
  scope: Scope;
  make(container: Container): unknown;
}

interface Route {
  method: "GET" | "POST" | "DELETE";
  path: string;
  handler: string;
}

const injectables: Constructor[] = [];
const routesOf = new Map<Constructor, Route[]>();
const requests = new AsyncLocalStorage<RequestContext>();
const hooks = { start: [] as (() => void)[], stop: [] as (() => void)[] };

export function Injectable(target: Constructor): void {
  injectables.push(target); // grows injectables
}

export function Get(path: string) {
  return (target: object, handler: string): void => {
    const owner = target.constructor as Constructor;
    const routes = routesOf.get(owner) ?? [];
    routes.push({ method: "GET", path, handler }); // grows routesOf
    routesOf.set(owner, routes); // grows routesOf
  };
}

export function onStop(hook: () => void): void {
  hooks.stop.push(hook); // grows hooks
}

class RequestContext {
  readonly instances = new Map<string, unknown>();
  readonly spans: { name: string; ms: number }[] = [];

  constructor(readonly id: string) {}
}

export class CircularDependencyError extends Error {}

export class Container {
  private readonly providers = new Map<string, Provider>();
  private readonly singletons = new Map<string, unknown>();
  private readonly resolving: string[] = [];
  private readonly children: Container[] = [];
  private readonly resolutions: Record<string, number> = {};
  private readonly countsByScope = new Map<Scope, number>();
  private aliases: [string, string][] = [];

  constructor(private readonly parent?: Container) {
    parent?.children.push(this); // grows children
  }

  provide(provider: Provider): this {
    this.providers.set(provider.token, provider); // grows providers
    return this;
  }

  alias(from: string, to: string): void {
    this.aliases = [...this.aliases, [from, to]]; // grows aliases
  }

  get<T>(token: string): T {
    if (this.resolving.includes(token)) {
      throw new CircularDependencyError([...this.resolving, token].join(" -> "));
    }
    this.resolutions[token] = (this.resolutions[token] ?? 0) + 1; // grows resolutions
    const provider = this.providers.get(token) ?? this.parent?.providers.get(token);
    if (!provider) throw new Error(`Cannot resolve ${token}`);
    this.countsByScope.set(provider.scope, (this.countsByScope.get(provider.scope) ?? 0) + 1); // bounded countsByScope
    this.resolving.push(token); // bounded resolving
    try {
      switch (provider.scope) {
        case Scope.Singleton: {
          if (!this.singletons.has(token)) this.singletons.set(token, provider.make(this)); // unsure singletons
          return this.singletons.get(token) as T;
        }
        case Scope.Request: {
          const context = requests.getStore()!;
          if (!context.instances.has(token)) context.instances.set(token, provider.make(this));
          return context.instances.get(token) as T;
        }
        default:
          return provider.make(this) as T;
      }
    } finally {
      this.resolving.pop();
    }
  }
}

let served = 0;
const latencies: Map<string, number[]> = new Map();
const statusCounts: { [status: string]: number } = { ok: 0, failed: 0 };
const activeRequests: Set<RequestContext> = new Set();
const slowRequests: Array<{ id: string; ms: number }> = [];

export async function handle(path: string, work: () => Promise<void>): Promise<void> {
  const context = new RequestContext(`${++served}`);
  activeRequests.add(context); // bounded activeRequests
  const started = performance.now();
  try {
    await requests.run(context, work);
    statusCounts["ok"]!++;
  } catch {
    statusCounts["failed"]!++;
  } finally {
    activeRequests.delete(context);
    const ms = performance.now() - started;
    context.spans.push({ name: path, ms });
    const list = latencies.get(path);
    if (list === undefined) latencies.set(path, [ms]); // grows latencies
    else if (list.push(ms) > 1000) list.shift(); // bounded latencies
    if (ms > 1000) {
      slowRequests.push({ id: context.id, ms }); // bounded slowRequests
      slowRequests.sort((a, b) => b.ms - a.ms).splice(20);
    }
  }
}

export class Scheduler {
  private jobs = new Map<string, { timer: NodeJS.Timeout; runs: Date[] }>();
  private failures: unknown[] = [];
  private lastErrors = new Map<string, unknown>();

  every(name: string, ms: number, job: () => Promise<void>): void {
    this.cancel(name);
    const runs: Date[] = [];
    const timer = setInterval(async () => { // bounded timer
      runs.push(new Date()); // grows runs
      try {
        await job();
        this.lastErrors.delete(name);
      } catch (error) {
        this.lastErrors.set(name, error); // bounded lastErrors
        this.failures.push(error); // grows failures
      }
    }, ms);
    this.jobs.set(name, { timer, runs }); // bounded jobs
  }

  cancel(name: string): void {
    const job = this.jobs.get(name);
    if (!job) return;
    clearInterval(job.timer);
    this.jobs.delete(name);
  }

  onShutdown(signal: AbortSignal): void {
    signal.addEventListener("abort", () => { // unsure abort
      for (const name of [...this.jobs.keys()]) this.cancel(name);
    });
  }
}
