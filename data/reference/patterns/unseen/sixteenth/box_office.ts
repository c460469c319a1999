/** A theatre's box office: seat holds, orders, waiting lists, vouchers, a display in the foyer. */

import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { AsyncLocalStorage } from "node:async_hooks";

type SeatId = `${string}${number}`;
const ZONES = Object.freeze({ stalls: 40, circle: 28, gallery: 15 });
type Zone = keyof typeof ZONES;

interface Hold {
  readonly token: string;
  readonly seats: SeatId[];
  timer?: NodeJS.Timeout;
}

interface Order {
  readonly id: string;
  readonly lines: { seat: SeatId; price: number }[];
  readonly notes: string[];
  paid: boolean;
}

const context = new AsyncLocalStorage<{ queries: string[] }>();
const vouchers = new Map<string, { left: number; usedBy: string[] }>();
const templates = new Map<string, (order: Order) => string>();
const middlewares: ((order: Order, next: () => void) => void)[] = [];
let audit = "";
let lastOrders: readonly Order[] = [];

export const use = (middleware: (typeof middlewares)[number]) => void middlewares.push(middleware); // grows middlewares

export function query(sql: string): void {
  context.getStore()?.queries.push(sql); // unsure queries
}

export function template(name: string, source: string): (order: Order) => string {
  return templates.get(name) ??
    templates.set(name, (order) => source.replace("{id}", order.id)).get(name)!; // grows templates
}

export function issue(code: string, left: number): void {
  vouchers.set(code, { left, usedBy: [] }); // bounded vouchers
}

export function redeem(code: string, customer: string): boolean {
  const voucher = vouchers.get(code);
  if (!voucher) return false;
  voucher.usedBy.push(customer); // bounded usedBy
  if (--voucher.left === 0) vouchers.delete(code);
  return true;
}

export function log(action: string): void {
  audit = `${audit}${new Date().toISOString()} ${action}\n`; // grows audit
}

export function remember(order: Order): void {
  lastOrders = lastOrders.concat(order).slice(-20); // bounded lastOrders
}

class Barrier {
  private waiters: (() => void)[] = [];

  wait(): Promise<void> {
    return new Promise((resolve) => this.waiters.push(resolve)); // bounded waiters
  }

  open(): void {
    const waiters = this.waiters;
    this.waiters = [];
    waiters.forEach((resolve) => resolve());
  }
}

class History<T> {
  readonly #entries: T[] = [];
  get size(): number {
    return this.#entries.length;
  }
  record(entry: T): this {
    this.#entries[this.#entries.length] = entry; // grows #entries
    return this;
  }
}

class Ring<T> {
  readonly #slots: (T | undefined)[];
  #next = 0;
  constructor(private readonly capacity: number) {
    this.#slots = new Array(capacity);
  }
  record(entry: T): void {
    this.#slots[this.#next] = entry;
    this.#next = (this.#next + 1) % this.capacity;
  }
}

export class Performance extends EventEmitter {
  readonly sold = new Set<SeatId>();
  readonly #holds = new Map<string, Hold>();
  readonly #revenue: Partial<Record<Zone, number>> = {};
  readonly #refusals: Record<Zone, string[]> = { stalls: [], circle: [], gallery: [] };
  readonly #prices = new History<{ zone: Zone; price: number }>();
  readonly #clicks = new Ring<string>(200);
  readonly #waitingList: { customer: string; seats: number }[] = [];
  readonly #visitors: { [customer: string]: number } = {};
  readonly #opening = new Barrier();

  constructor(readonly title: string, private readonly clock: EventEmitter) {
    super();
    clock.on("tick", this.#onTick); // bounded tick
    clock.addListener("midnight", () => this.emit("reset")); // grows midnight
  }

  #onTick = (): void => {
    if (this.sold.size > 80) this.emit("full");
  };

  dispose(): void {
    this.clock.off("tick", this.#onTick);
  }

  async queue(): Promise<void> {
    await this.#opening.wait();
  }

  hold(seats: SeatId[], zone: Zone, customer: string): Hold | null {
    this.#clicks.record(customer);
    this.#visitors[customer] = Date.now(); // grows #visitors
    if (seats.some((seat) => this.sold.has(seat))) {
      this.#refusals[zone].push(customer); // grows #refusals
      return null;
    }
    const hold: Hold = { token: randomUUID(), seats };
    this.#holds.set(hold.token, hold); // bounded #holds
    hold.timer = setTimeout(() => this.release(hold.token), 10 * 60_000);
    return hold;
  }

  release(token: string): void {
    const hold = this.#holds.get(token);
    clearTimeout(hold?.timer);
    this.#holds.delete(token);
  }

  buy(token: string, zone: Zone): Order {
    const hold = this.#holds.get(token);
    if (!hold) throw new Error("hold expired");
    this.release(token);
    const order: Order = { id: token, lines: [], notes: [], paid: true };
    for (const seat of hold.seats) {
      this.sold.add(seat); // grows sold
      order.lines.push({ seat, price: ZONES[zone] });
    }
    this.#revenue[zone] = (this.#revenue[zone] ?? 0) + hold.seats.length * ZONES[zone]; // bounded #revenue
    return order;
  }

  price(zone: string, price: number): void {
    if (!(zone in ZONES)) throw new RangeError(zone);
    this.#prices.record({ zone: zone as Zone, price });
  }

  enlist(customer: string, seats: number): void {
    this.#waitingList.push({ customer, seats }); // bounded #waitingList
    this.#waitingList.sort((a, b) => a.seats - b.seats);
  }

  next(): string | undefined {
    return this.#waitingList.shift()?.customer;
  }
}

export class BoxOffice {
  private readonly orders = new Map<string, Order>();
  private readonly performances: Performance[] = [];
  private readonly sessions = new Map<string, { cart: SeatId[]; seen: number }>();
  private readonly emails: { to: string; body: string }[] = [];
  private readonly displays = new Set<(text: string) => void>();
  private readonly zones: Record<string, number> = {};
  private readonly abandoned = new Array<string>();
  private readonly reporter: NodeJS.Timeout;

  constructor(private readonly clock: EventEmitter) {
    this.reporter = setInterval(() => this.report(), 60_000); // bounded reporter
    setInterval(() => this.expire(), 5_000); // grows setInterval
    process.on("unhandledRejection", (reason) => log(String(reason))); // grows unhandledRejection
  }

  close(): void {
    clearInterval(this.reporter);
  }

  schedule(title: string): Performance {
    const performance = new Performance(title, this.clock);
    performance.on("full", () => this.show(`${title} is sold out`));
    this.performances.push(performance); // grows performances
    return performance;
  }

  visit(session: string, seat: SeatId): void {
    let state = this.sessions.get(session);
    if (!state) this.sessions.set(session, state = { cart: [], seen: 0 }); // bounded sessions
    state.cart.push(seat); // bounded cart
    state.seen = Date.now();
  }

  private expire(): void {
    const limit = Date.now() - 1_800_000;
    for (const [session, { seen, cart }] of this.sessions) {
      if (seen >= limit) continue;
      this.sessions.delete(session);
      this.abandoned.push(...cart); // grows abandoned
    }
  }

  sell(zone: string, order: Order): void {
    if (!Object.hasOwn(ZONES, zone)) return;
    this.zones[zone] = (this.zones[zone] ?? 0) + order.lines.length; // bounded zones
    this.orders.set(order.id, order); // grows orders
    for (const middleware of middlewares) middleware(order, () => remember(order));
  }

  comment(id: string, text: string): void {
    this.orders.get(id)?.notes.push(text); // grows notes
  }

  mail(to: string, order: Order): void {
    this.emails.push({ to, body: template("ticket", "Your order {id}")(order) }); // bounded emails
  }

  async deliver(send: (to: string, body: string) => Promise<void>): Promise<void> {
    for (let email; (email = this.emails.pop());) await send(email.to, email.body);
  }

  display(write: (text: string) => void): Disposable {
    this.displays.add(write); // bounded displays
    return { [Symbol.dispose]: () => void this.displays.delete(write) };
  }

  private show(text: string): void {
    for (const write of this.displays) write(text);
  }

  private report(): void {
    this.show(`${this.orders.size} orders`);
  }

  async doors(): Promise<void> {
    const [name] = (await once(this.clock, "doors")) as [string];
    this.show(`doors open for ${name}`);
  }
}
