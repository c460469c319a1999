export interface Journal {
  readonly lines: string[];
}

const lines: string[] = [];
const recent: string[] = [];
const seen = new Set<string>();
let total = 0;

export function journal(line: string): void {
  lines.push(line); // grows lines
  recent.unshift(line); // bounded recent
  recent.length = Math.min(recent.length, 20);
  total += line.length;
}

export function once(key: string, action: () => void): void {
  if (seen.has(key)) return;
  seen.add(key); // grows seen
  action();
}

export function totals(): { readonly total: number; readonly lines: readonly string[] } {
  return { total, lines };
}

const slots: (string | undefined)[] = new Array(16);
export function put(slot: number, line: string): void {
  slots[slot % slots.length] = line;
}

type Level = "debug" | "info" | "warning";
const counters = new Map<Level, number>();
export function count(level: Level): void {
  counters.set(level, (counters.get(level) ?? 0) + 1); // bounded counters
}

const inflight = new Map<string, Promise<string>>();
export async function load(url: string, get: (url: string) => Promise<string>): Promise<string> {
  const running = inflight.get(url);
  if (running) return running;
  const promise = get(url).finally(() => inflight.delete(url));
  inflight.set(url, promise); // bounded inflight
  return await promise;
}

const handles = new Map<string, WeakRef<object>>();
export function register(name: string, object: object): void {
  handles.set(name, new WeakRef(object)); // grows handles
}
