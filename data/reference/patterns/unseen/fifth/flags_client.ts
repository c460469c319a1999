import { BehaviorSubject, interval, Subject, type Subscription } from "rxjs";
import { filter, takeUntil } from "rxjs/operators";

export interface Flag {
  key: string;
  enabled: boolean;
  variants: string[];
}

export interface Context {
  user: string;
  attributes: Record<string, string>;
}

type Handler = (flag: Flag) => void;

const shutdown = new AbortController();
const knownKeys: string[] = [];

export class FlagClient {
  private readonly flags = new Map<string, Flag>();
  private readonly handlers = new Map<string, Set<Handler>>();
  private readonly changes$ = new Subject<Flag>();
  private readonly ready$ = new BehaviorSubject(false);
  private readonly stopped$ = new Subject<void>();
  private exposures: Array<{ key: string; user: string }> = [];
  private errors: Error[] = [];
  private etags: string[] = [];
  private poll?: NodeJS.Timeout;
  private evaluations = new Map<string, Map<string, boolean>>();

  constructor(private readonly url: string) {
    interval(30_000) // bounded subscription
      .pipe(takeUntil(this.stopped$))
      .subscribe(() => void this.report());
  }

  start(): void {
    this.poll = setInterval(() => void this.refresh(), 10_000); // bounded poll
  }

  stop(): void {
    clearInterval(this.poll);
    this.stopped$.next();
    this.stopped$.complete();
    this.handlers.clear();
  }

  on(key: string, handler: Handler): () => void {
    let set = this.handlers.get(key);
    if (!set) {
      set = new Set();
      this.handlers.set(key, set); // bounded handlers
    }
    set.add(handler); // bounded handlers
    return () => set.delete(handler);
  }

  evaluate(key: string, context: Context): boolean {
    let perUser = this.evaluations.get(key);
    if (perUser === undefined) {
      perUser = new Map();
      this.evaluations.set(key, perUser); // grows evaluations
    }
    const cached = perUser.get(context.user);
    if (cached !== undefined) return cached;
    const value = this.flags.get(key)?.enabled ?? false;
    perUser.set(context.user, value); // grows evaluations
    this.exposures.push({ key, user: context.user }); // bounded exposures
    return value;
  }

  private async refresh(): Promise<void> {
    try {
      const response = await fetch(this.url);
      const etag = response.headers.get("etag");
      if (etag) this.etags.push(etag); // grows etags
      const fresh = (await response.json()) as Flag[];
      this.flags.clear();
      for (const flag of fresh) {
        this.flags.set(flag.key, flag); // bounded flags
        if (!knownKeys.includes(flag.key)) knownKeys.push(flag.key); // grows knownKeys
        this.changes$.next(flag);
        this.handlers.get(flag.key)?.forEach((handler) => handler(flag));
      }
      this.ready$.next(true);
    } catch (error) {
      this.errors = this.errors.concat(error as Error); // grows errors
    }
  }

  private async report(): Promise<void> {
    const sent = this.exposures.splice(0);
    if (sent.length === 0) return;
    await fetch(`${this.url}/exposures`, { method: "POST", body: JSON.stringify(sent) });
  }

  watch(key: string) {
    return this.changes$.pipe(filter((flag) => flag.key === key));
  }
}

export class FlagPanel {
  private readonly subscriptions: Subscription[] = [];
  private rows: Record<string, boolean> = {};
  private redraws = 0;

  constructor(private readonly client: FlagClient, private readonly keys: string[]) {
    for (const key of keys) {
      const subscription = client.watch(key).subscribe((flag) => this.draw(flag)); // bounded subscription
      this.subscriptions.push(subscription); // bounded subscriptions
    }
  }

  private draw(flag: Flag): void {
    this.redraws++;
    this.rows[flag.key] = flag.enabled; // unsure rows
  }

  ngOnDestroy(): void {
    this.subscriptions.forEach((subscription) => subscription.unsubscribe());
    this.subscriptions.length = 0;
  }
}

export class FlagBadge {
  label = "";
  private seen: string[] = [];

  constructor(client: FlagClient, key: string) {
    client.watch(key).subscribe((flag) => { // grows subscription
      this.label = flag.enabled ? "on" : "off";
    });
    shutdown.signal.addEventListener("abort", () => this.blank()); // grows listener
  }

  show(variant: string): void {
    if (this.seen.indexOf(variant) === -1) this.seen.push(variant); // grows seen
    this.label = variant;
  }

  private blank(): void {
    this.label = "";
  }
}

export async function waitFor(client: FlagClient, key: string, ms: number): Promise<Flag> {
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      off();
      reject(new Error(`no ${key} within ${ms} ms`));
    }, ms);
    const off = client.on(key, (flag) => {
      clearTimeout(timer);
      off();
      resolve(flag);
    });
  });
}

export async function fetchWithDeadline(url: string, ms: number): Promise<string> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  const abort = () => controller.abort();
  shutdown.signal.addEventListener("abort", abort); // bounded listener
  try {
    const response = await fetch(url, { signal: controller.signal });
    return await response.text();
  } finally {
    clearTimeout(timer);
    shutdown.signal.removeEventListener("abort", abort);
  }
}

export function race(url: string, done: (text: string) => void): void {
  const controller = new AbortController();
  shutdown.signal.addEventListener("abort", () => controller.abort()); // grows listener
  void fetch(url, { signal: controller.signal }).then((r) => r.text()).then(done);
}
