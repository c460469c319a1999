import { Body, Controller, Delete, Get, Inject, Injectable, Param, Post } from "@nestjs/common";
import { Cron, CronExpression } from "@nestjs/schedule";
import { Observable, Subject, Subscription, interval } from "rxjs";
import { filter, map, takeUntil } from "rxjs/operators";

enum Level {
  Ground = "ground",
  First = "first",
  Roof = "roof",
}

interface Ticket {
  readonly id: string;
  readonly plate: string;
  readonly level: Level;
  readonly entered: number;
  paidUntil?: number;
}

interface GateEvent {
  readonly gate: string;
  readonly plate: string;
  readonly direction: "in" | "out";
}

@Injectable()
export class PlateCache {
  private readonly owners = new Map<string, { owner: string; expires: number }>();
  private readonly blacklist = new Set<string>();

  remember(plate: string, owner: string): void {
    this.owners.set(plate, { owner, expires: Date.now() + 300_000 }); // bounded owners
  }

  @Cron(CronExpression.EVERY_5_MINUTES)
  purge(): void {
    const now = Date.now();
    this.owners.forEach((entry, plate) => {
      if (entry.expires < now) this.owners.delete(plate);
    });
  }

  ban(plate: string): void {
    this.blacklist.add(plate); // bounded blacklist
  }

  pardon(plate: string): boolean {
    return this.blacklist.delete(plate);
  }

  banned(plate: string): boolean {
    return this.blacklist.has(plate);
  }
}

@Injectable()
export class Tariffs {
  private readonly perLevel = new Map<Level, number>([[Level.Ground, 300]]);
  private readonly quoted: Record<string, number> = {};
  private rules: { name: string; apply: (cents: number) => number }[] = [];

  setPrice(level: Level, cents: number): void {
    this.perLevel.set(level, cents); // bounded perLevel
  }

  addRule(name: string, apply: (cents: number) => number): void {
    this.rules = this.rules.filter((rule) => rule.name !== name);
    this.rules.push({ name, apply }); // unsure rules
  }

  quote(ticket: Ticket, now = Date.now()): number {
    const hours = Math.ceil((now - ticket.entered) / 3_600_000);
    const steps: number[] = [];
    let cents = hours * (this.perLevel.get(ticket.level) ?? 200);
    for (const rule of this.rules) {
      cents = rule.apply(cents);
      steps.push(cents);
    }
    this.quoted[`${ticket.id}@${hours}`] = steps.at(-1) ?? cents; // grows quoted
    return cents;
  }
}

@Injectable()
export class Garage {
  readonly events$ = new Subject<GateEvent>();
  private readonly closed$ = new Subject<void>();
  private readonly inside = new Map<string, Ticket>();
  private readonly lost: Ticket[] = [];
  private readonly occupancy: number[] = [];
  private readonly daily = new Map<string, { cars: number; cents: number }>();
  private displays: Subscription[] = [];

  constructor(
    private readonly tariffs: Tariffs,
    private readonly plates: PlateCache,
    @Inject("GATES") private readonly gates$: Observable<GateEvent>,
  ) {
    this.gates$.pipe(filter((event) => event.direction === "out")).subscribe((event) => this.leave(event.plate)); // grows gates$
    interval(60_000).pipe(takeUntil(this.closed$)).subscribe(() => this.sample()); // bounded interval
  }

  onApplicationShutdown(): void {
    this.closed$.next();
    this.displays.forEach((display) => display.unsubscribe());
    this.displays = [];
  }

  enter(plate: string, level: Level): Ticket {
    if (this.plates.banned(plate)) throw new Error("banned");
    const ticket: Ticket = { id: crypto.randomUUID(), plate, level, entered: Date.now() };
    const before = this.inside.get(plate);
    if (before) this.lost.push(before); // grows lost
    this.inside.set(plate, ticket); // bounded inside
    this.events$.next({ gate: "in", plate, direction: "in" });
    return ticket;
  }

  leave(plate: string): number {
    const ticket = this.inside.get(plate);
    if (!ticket) return 0;
    this.inside.delete(plate);
    const cents = this.tariffs.quote(ticket);
    const day = new Date().toISOString().slice(0, 10);
    const sums = this.daily.get(day) ?? { cars: 0, cents: 0 };
    sums.cars += 1;
    sums.cents += cents;
    this.daily.set(day, sums); // grows daily
    return cents;
  }

  private sample(): void {
    this.occupancy.unshift(this.inside.size); // bounded occupancy
    this.occupancy.length = Math.min(this.occupancy.length, 1440);
  }

  display(write: (free: number) => void): void {
    const free$ = this.events$.pipe(map(() => 400 - this.inside.size));
    this.displays.push(free$.subscribe(write)); // unsure displays
  }
}

@Controller("tickets")
export class TicketController {
  private readonly seenKeys = new Set<string>();

  constructor(private readonly garage: Garage) {}

  @Post()
  enter(@Body() body: { plate: string; level: Level; key: string }): Ticket | null {
    if (this.seenKeys.has(body.key)) return null;
    this.seenKeys.add(body.key); // grows seenKeys
    return this.garage.enter(body.plate, body.level);
  }

  @Delete(":plate")
  leave(@Param("plate") plate: string): { cents: number } {
    return { cents: this.garage.leave(plate) };
  }

  @Get("levels")
  levels(): string[] {
    const names: string[] = [];
    for (const level of Object.values(Level)) names.push(level.toUpperCase());
    return names;
  }
}
