/** Client of a crash reporting service, for browsers. */

export type Level = "debug" | "info" | "warning" | "error";

export interface Breadcrumb {
  message: string;
  level: Level;
  at: number;
}

export interface CrashEvent {
  id: string;
  error: { name: string; message: string; frames: string[] };
  breadcrumbs: Breadcrumb[];
  tags: Record<string, string>;
}

type Processor = (event: CrashEvent) => CrashEvent | null;

const MAX_BREADCRUMBS = 60;
const CONSOLE_LEVELS = ["log", "warn", "error"] as const;
const originals = new Map<string, (...args: unknown[]) => void>();
let installed = false;

export class Scope {
  breadcrumbs: Breadcrumb[] = [];
  tags: Record<string, string> = {};
  private readonly processors: Processor[] = [];

  addBreadcrumb(message: string, level: Level = "info"): this {
    const crumb: Breadcrumb = { message, level, at: Date.now() };
    this.breadcrumbs = [...this.breadcrumbs, crumb].slice(-MAX_BREADCRUMBS); // bounded breadcrumbs
    return this;
  }

  setTag(key: string, value: string): this {
    this.tags[key] = value; // unsure tags
    return this;
  }

  addProcessor(processor: Processor): () => void {
    this.processors.push(processor); // bounded processors
    return () => {
      const index = this.processors.indexOf(processor);
      if (index !== -1) this.processors.splice(index, 1);
    };
  }

  clone(): Scope {
    const copy = new Scope();
    copy.breadcrumbs = [...this.breadcrumbs];
    copy.tags = { ...this.tags };
    for (const processor of this.processors) copy.processors.push(processor);
    return copy;
  }

  apply(event: CrashEvent): CrashEvent | null {
    let current: CrashEvent | null = { ...event, tags: { ...event.tags, ...this.tags } };
    for (const processor of this.processors) current = current && processor(current);
    return current;
  }
}

export class Transport {
  private readonly buffer: CrashEvent[] = [];
  private readonly limits: Partial<Record<Level, number>> = {};
  private readonly delivered: string[] = [];
  private sending = false;

  constructor(private readonly dsn: string, private readonly capacity = 30) {}

  send(event: CrashEvent): boolean {
    if (this.buffer.length >= this.capacity) return false;
    this.buffer.push(event); // bounded buffer
    void this.flush();
    return true;
  }

  private async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    let event: CrashEvent | undefined;
    while ((event = this.buffer.shift())) {
      const response = await fetch(this.dsn, { method: "POST", body: JSON.stringify(event) });
      const retry = response.headers.get("retry-after");
      if (retry) this.limits.error = Date.now() + Number(retry) * 1000;
      this.delivered.push(event.id); // grows delivered
    }
    this.sending = false;
  }
}

export class Client {
  private readonly stack: Scope[] = [new Scope()];
  private readonly fingerprints = new Set<string>();
  private readonly captured = new WeakSet<Error>();
  private readonly counts = new Map<string, { first: number; times: number }>();

  constructor(private readonly transport: Transport, private readonly integrations: ((client: Client) => void)[] = []) {}

  get scope(): Scope {
    return this.stack[this.stack.length - 1]!;
  }

  withScope<T>(body: (scope: Scope) => T): T {
    const scope = this.scope.clone();
    this.stack.push(scope); // bounded stack
    try {
      return body(scope);
    } finally {
      this.stack.pop();
    }
  }

  use(integration: (client: Client) => void): void {
    this.integrations.push(integration); // grows integrations
    integration(this);
  }

  capture(error: Error): void {
    if (this.captured.has(error)) return;
    this.captured.add(error); // bounded captured
    const frames: string[] = [];
    for (const line of (error.stack ?? "").split("\n").slice(1)) frames.push(line.trim());
    const print = `${error.name}:${frames[0] ?? ""}`;
    const count = this.counts.get(print);
    if (count) count.times += 1;
    else this.counts.set(print, { first: Date.now(), times: 1 }); // grows counts
    if (this.fingerprints.has(print)) return;
    this.fingerprints.add(print); // grows fingerprints
    const { name, message } = error;
    const event: CrashEvent = { id: crypto.randomUUID(), error: { name, message, frames }, breadcrumbs: this.scope.breadcrumbs, tags: {} };
    const processed = this.scope.apply(event);
    if (processed) this.transport.send(processed);
  }
}

export function install(client: Client): void {
  if (installed) return;
  installed = true;
  for (const level of CONSOLE_LEVELS) {
    const original = console[level];
    originals.set(level, original); // bounded originals
    console[level] = (...args: unknown[]) => {
      client.scope.addBreadcrumb(args.join(" "));
      original.apply(console, args);
    };
  }
  window.addEventListener("error", (event) => client.capture(event.error)); // bounded error
}

export function watchLongTasks(client: Client): void {
  const observer = new PerformanceObserver((list) => { // grows observer
    for (const entry of list.getEntries()) client.scope.addBreadcrumb(`${entry.name} ${entry.duration}`, "warning");
  });
  observer.observe({ entryTypes: ["longtask"] });
}
