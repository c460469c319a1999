/** A sorting hall: scanners, chutes, bags, carriers, exceptions, claims. */

import { EventEmitter } from "node:events";
import type { Socket } from "node:net";

type Carrier = "road" | "rail" | "air";
type Outcome = { ok: true; chute: number } | { ok: false; reason: string };

interface Parcel {
  readonly code: string;
  readonly postcode: string;
  weight: number;
  trail: { at: number; where: string }[];
}

interface Bag {
  seal: string;
  parcels: Parcel[];
}

const CARRIERS = ["road", "rail", "air"] as const;
const MAX_TRAIL = 40;

const loads = new Map<Carrier, number>(CARRIERS.map((carrier) => [carrier, 0]));
const misreads: Record<string, string[]> = {};
const rules: Array<(parcel: Parcel) => number | undefined> = [];

/** Adds a rule that may choose a chute; called by every depot's plug-in. */
export function addRule(rule: (parcel: Parcel) => number | undefined): () => boolean {
  rules.push(rule); // bounded rules
  return () => {
    const at = rules.lastIndexOf(rule);
    return at >= 0 && rules.splice(at, 1).length === 1;
  };
}

export function misread(scanner: string, image: string): void {
  const images = misreads[scanner] ?? (misreads[scanner] = []); // grows misreads
  images.push(image); // grows misreads
}

class Conveyor<T> {
  private head = 0;
  private items: T[] = [];

  put(item: T): void {
    this.items.push(item); // bounded items
  }

  take(): T | undefined {
    if (this.head === this.items.length) return undefined;
    const item = this.items[this.head++];
    if (this.head > 512) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}

class Chute {
  readonly closed: Bag[] = [];
  private bag: Bag = { seal: "", parcels: [] };
  private readonly jams: Date[] = [];
  private readonly perHour = new Uint32Array(24);

  constructor(readonly number: number, private readonly limit = 60) {}

  drop(parcel: Parcel): void {
    this.bag.parcels.push(parcel); // bounded bag
    this.perHour[new Date().getHours()]!++;
    if (this.bag.parcels.length >= this.limit) this.seal(`S${this.number}-${Date.now()}`);
  }

  seal(seal: string): void {
    this.closed.push({ ...this.bag, seal }); // bounded closed
    this.bag = { seal: "", parcels: [] };
  }

  collect(): Bag[] {
    return this.closed.splice(0);
  }

  jam(): void {
    this.jams.unshift(new Date()); // bounded jams
    if (this.jams.length > 100) this.jams.length = 100;
  }
}

class Scanner extends EventEmitter {
  private rest = "";
  private readonly recent: string[] = [];
  private readonly durations: number[] = [];

  constructor(readonly name: string, socket: Socket) {
    super();
    socket.setEncoding("ascii").on("data", (chunk: string) => this.read(chunk));
  }

  private read(chunk: string): void {
    const started = performance.now();
    this.rest += chunk; // bounded rest
    let end: number;
    while ((end = this.rest.indexOf("\r")) >= 0) {
      const code = this.rest.slice(0, end);
      this.rest = this.rest.slice(end + 1);
      if (this.recent.includes(code)) continue;
      if (this.recent.push(code) > 16) this.recent.shift(); // bounded recent
      if (/^[A-Z]{2}\d{9}$/.test(code)) this.emit("code", code);
      else misread(this.name, code);
    }
    this.durations.push(performance.now() - started); // grows durations
  }
}

abstract class Station {
  protected static readonly all: Station[] = [];
  protected readonly refused: { parcel: Parcel; reason: string }[] = [];

  constructor() {
    Station.all.push(this); // grows all
  }

  protected abstract decide(parcel: Parcel): Outcome;

  handle(parcel: Parcel): Outcome {
    const outcome = this.decide(parcel);
    if (!outcome.ok) this.refused.push({ parcel, reason: outcome.reason }); // grows refused
    return outcome;
  }
}

export class Sorter extends Station {
  private readonly chutes: Chute[];
  private readonly known = new Map<string, Parcel>();
  private readonly recirculated = new Map<string, number>();
  private readonly byPostcode = new Map<string, Set<string>>();
  private readonly learned: { [postcode: string]: number } = {};
  private readonly waiting = new Conveyor<Parcel>();
  private readonly handled = new Conveyor<Parcel>();
  private readonly scanners: Scanner[] = [];
  private summary: string[] = [];

  constructor(count: number, private readonly hall: EventEmitter) {
    super();
    this.chutes = Array.from({ length: count }, (_, number) => new Chute(number));
    hall.on("stop", () => this.summarise()); // grows stop
    hall.once("shutdown", this.summarise.bind(this)); // grows shutdown
  }

  attach(name: string, socket: Socket): Scanner {
    const scanner = new Scanner(name, socket);
    scanner.on("code", (code: string) => this.scanned(code, name));
    this.scanners.push(scanner); // bounded scanners
    socket.once("close", () => {
      this.scanners.splice(this.scanners.indexOf(scanner), 1);
    });
    return scanner;
  }

  announce(parcel: Parcel): void {
    this.known.set(parcel.code, parcel); // bounded known
    let codes = this.byPostcode.get(parcel.postcode);
    if (codes === undefined) {
      codes = new Set();
      this.byPostcode.set(parcel.postcode, codes); // grows byPostcode
    }
    codes.add(parcel.code); // bounded byPostcode
    this.waiting.put(parcel);
  }

  private scanned(code: string, where: string): void {
    const parcel = this.known.get(code);
    if (!parcel) {
      this.recirculated.set(code, (this.recirculated.get(code) ?? 0) + 1); // grows recirculated
      return;
    }
    parcel.trail.push({ at: Date.now(), where }); // bounded trail
    if (parcel.trail.length > MAX_TRAIL) parcel.trail.splice(0, MAX_TRAIL / 2);
    const outcome = this.handle(parcel);
    if (!outcome.ok) return;
    this.chutes[outcome.chute]!.drop(parcel);
    this.known.delete(code);
    this.byPostcode.get(parcel.postcode)?.delete(code);
  }

  protected decide(parcel: Parcel): Outcome {
    for (const rule of rules) {
      const chute = rule(parcel);
      if (chute !== undefined) {
        this.learned[parcel.postcode] = chute; // grows learned
        return { ok: true, chute };
      }
    }
    const chute = this.learned[parcel.postcode];
    return chute === undefined ? { ok: false, reason: "no rule" } : { ok: true, chute };
  }

  load(carrier: Carrier, bags: Bag[]): void {
    const weight = bags.flatMap(({ parcels }) => parcels).reduce((sum, p) => sum + p.weight, 0);
    loads.set(carrier, loads.get(carrier)! + weight); // bounded loads
  }

  pump(): void {
    for (let parcel = this.waiting.take(); parcel; parcel = this.waiting.take()) {
      this.handled.put(parcel); // unsure handled
    }
  }

  private summarise(): void {
    const lines: string[] = [];
    for (const chute of this.chutes) lines.push(`${chute.number}: ${chute.closed.length}`);
    this.summary = this.summary.concat(lines); // grows summary
  }
}
