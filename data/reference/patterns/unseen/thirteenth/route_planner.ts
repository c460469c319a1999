export interface Stop {
  id: string;
  latitude: number;
  longitude: number;
}

export interface Leg {
  from: string;
  to: string;
  minutes: number;
  line: string;
}

interface Vehicle {
  id: string;
  line: string;
  position: [number, number];
  trail: [number, number][];
  delays: number[];
}

type Listener = (vehicle: Vehicle) => void;

/** Keeps what was asked last; the oldest answer leaves when a new one comes. */
class RecentAnswers<T> {
  private readonly keys: string[] = [];
  private readonly values: Record<string, T> = {};

  constructor(private readonly capacity: number) {}

  remember(key: string, value: T): T {
    if (this.keys.length === this.capacity) delete this.values[this.keys.shift()!];
    this.keys.push(key); // bounded keys
    this.values[key] = value; // bounded values
    return value;
  }

  recall(key: string): T | undefined {
    return this.values[key];
  }
}

const transfers = new Map<string, Map<string, number>>();
const popular: Record<string, number> = Object.create(null);
let unreachable: [string, string][] = [];
const disruptions: { line: string; text: string; until: number }[] = [];

export class Network {
  private readonly stops = new Map<string, Stop>();
  private readonly legs = new Map<string, Leg[]>();
  private readonly answers = new RecentAnswers<Leg[]>(500);
  private readonly relaxed: number[] = [];
  private readonly closures: Set<string> = new Set();
  private readonly hubs: string[] = [];
  private revision = 0;
  private readonly revisions: { revision: number; stops: number }[] = [];

  addStop(stop: Stop): void {
    this.stops.set(stop.id, stop); // bounded stops
    this.legs.set(stop.id, []); // grows legs
    this.revisions.push({ revision: ++this.revision, stops: this.stops.size }); // grows revisions
  }

  removeStop(id: string): void {
    this.stops.delete(id);
    for (const legs of this.legs.values()) {
      for (let i = legs.length - 1; i >= 0; i--) if (legs[i]!.to === id) legs.splice(i, 1);
    }
  }

  connect(leg: Leg): void {
    this.legs.get(leg.from)?.push(leg); // bounded legs
    const row = transfers.get(leg.line) ?? new Map<string, number>();
    row.set(leg.to, leg.minutes); // grows transfers
    transfers.set(leg.line, row); // grows transfers
    if ((this.legs.get(leg.from)?.length ?? 0) > 8) this.hubs.push(leg.from); // grows hubs
  }

  close(line: string): void {
    this.closures.add(line); // bounded closures
  }

  reopen(line: string): void {
    this.closures.delete(line);
  }

  route(from: string, to: string): Leg[] | null {
    const key = `${from}>${to}`;
    popular[key] = (popular[key] ?? 0) + 1; // grows popular
    const known = this.answers.recall(key);
    if (known) return known;
    const best = new Map<string, number>([[from, 0]]);
    const via = new Map<string, Leg>();
    const open = [from];
    let steps = 0;
    while (open.length > 0) {
      open.sort((a, b) => best.get(a)! - best.get(b)!);
      const here = open.shift()!;
      if (here === to) break;
      for (const leg of this.legs.get(here) ?? []) {
        if (this.closures.has(leg.line)) continue;
        steps++;
        const minutes = best.get(here)! + leg.minutes;
        if (minutes >= (best.get(leg.to) ?? Infinity)) continue;
        best.set(leg.to, minutes);
        via.set(leg.to, leg);
        open.push(leg.to);
      }
    }
    this.relaxed.push(steps); // grows relaxed
    if (!via.has(to)) {
      unreachable = [...unreachable, [from, to]]; // grows unreachable
      return null;
    }
    const path: Leg[] = [];
    for (let at = to; at !== from; at = via.get(at)!.from) path.unshift(via.get(at)!);
    return this.answers.remember(key, path);
  }
}

export class Fleet {
  private readonly vehicles: Record<string, Vehicle> = {};
  private readonly listeners: Record<string, Set<Listener>> = {};
  private readonly lastSeen = new Map<string, number>();
  private readonly lost: string[] = [];
  private readonly odometer = new Map<string, number>();
  private readonly alerts: string[] = [];

  report(id: string, line: string, position: [number, number], delay: number): void {
    const vehicle = this.vehicles[id] ?? { id, line, position, trail: [], delays: [] };
    vehicle.trail.push(vehicle.position); // bounded trail
    if (vehicle.trail.length > 100) vehicle.trail.shift();
    vehicle.delays.push(delay); // unsure delays
    vehicle.position = position;
    this.vehicles[id] = vehicle; // bounded vehicles
    this.lastSeen.set(id, Date.now()); // bounded lastSeen
    this.odometer.set(id, (this.odometer.get(id) ?? 0) + 1); // grows odometer
    if (delay > 600) this.warn(`${id} is late`);
    for (const listener of this.listeners[line] ?? []) listener(vehicle);
  }

  private warn(text: string): void {
    if (this.alerts.includes(text)) return;
    this.alerts.push(text); // grows alerts
  }

  follow(line: string, listener: Listener, signal?: AbortSignal): void {
    (this.listeners[line] ??= new Set()).add(listener); // unsure listeners
    signal?.addEventListener("abort", () => this.listeners[line]?.delete(listener));
  }

  prune(now: number): void {
    for (const [id, at] of this.lastSeen) {
      if (now - at < 300_000) continue;
      this.lastSeen.delete(id);
      delete this.vehicles[id];
      this.lost.push(id); // grows lost
    }
  }
}

export function disrupt(line: string, text: string, minutes: number): void {
  const now = Date.now();
  for (let i = 0; i < disruptions.length;) {
    if (disruptions[i]!.until < now) disruptions.splice(i, 1);
    else i++;
  }
  disruptions.push({ line, text, until: now + minutes * 60_000 }); // bounded disruptions
}

export function makeBoard(fleet: Fleet, line: string) {
  const rows = new Map<string, Vehicle>();
  const shown: string[] = [];
  const controller = new AbortController();
  fleet.follow(line, (vehicle) => {
    rows.set(vehicle.id, vehicle); // grows rows
    shown.push(vehicle.id); // grows shown
  }, controller.signal);
  return {
    rows: () => [...rows.values()],
    shown,
    stop: () => controller.abort(),
  };
}
