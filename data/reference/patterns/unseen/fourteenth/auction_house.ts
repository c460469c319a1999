/** Live auctions: lots, bidders, proxy bids, settlement, an audit trail. */

import { EventEmitter } from "node:events";
import { randomUUID } from "node:crypto";
import type { Server, Socket } from "./transport.ts";

export const enum LotState {
  Announced,
  Open,
  Hammered,
}

interface Bid {
  readonly bidder: string;
  readonly amount: number;
  readonly at: number;
}

class Lot extends EventEmitter<{ bid: [Bid]; closed: [] }> {
  readonly id = randomUUID();
  readonly bids: Bid[] = [];
  readonly watchers = new Set<string>();
  state = LotState.Announced;
  private closing?: NodeJS.Timeout;

  constructor(readonly title: string, readonly reserve: number) {
    super();
  }

  bid(bidder: string, amount: number) {
    const bid = { bidder, amount, at: Date.now() };
    this.bids.push(bid); // grows bids
    this.watchers.add(bidder); // grows watchers
    clearTimeout(this.closing);
    this.closing = setTimeout(() => this.emit("closed"), 30_000);
    this.emit("bid", bid);
  }

  get highest(): Bid | undefined {
    return this.bids.at(-1);
  }
}

/** Bids for those who are absent, up to what they allow. */
class ProxyBids {
  private readonly limits = new Map<string, Map<string, number>>();
  private readonly exhausted: [lot: string, bidder: string][] = [];

  allow(lot: string, bidder: string, limit: number) {
    const perLot = this.limits.get(lot) ?? new Map<string, number>();
    perLot.set(bidder, limit); // bounded limits
    this.limits.set(lot, perLot); // bounded limits
  }

  answer(lot: Lot, bid: Bid) {
    for (const [bidder, limit] of this.limits.get(lot.id) ?? []) {
      if (bidder === bid.bidder) continue;
      if (limit > bid.amount) return lot.bid(bidder, bid.amount + 1);
      this.exhausted.push([lot.id, bidder]); // grows exhausted
    }
  }

  forget(lot: Lot) {
    this.limits.delete(lot.id);
  }
}

abstract class Repository<T extends { id: string }> {
  protected readonly rows = new Map<string, T>();

  save(row: T): T {
    this.rows.set(row.id, row); // grows rows
    return row;
  }

  find(id: string): T | undefined {
    return this.rows.get(id);
  }
}

interface Invoice {
  id: string;
  lot: string;
  buyer: string;
  total: number;
}

class Invoices extends Repository<Invoice> {
  private readonly byBuyer: { [buyer: string]: Invoice[] } = {};

  override save(invoice: Invoice) {
    (this.byBuyer[invoice.buyer] ??= []).push(invoice); // grows byBuyer
    return super.save(invoice);
  }

  totalOf(buyer: string) {
    return (this.byBuyer[buyer] ?? []).reduce((sum, { total }) => sum + total, 0);
  }
}

export interface Auditor {
  record(kind: string, detail: unknown): void;
}

export function memoryAuditor(): Auditor & { dump(): string } {
  const entries: string[] = [];
  const kinds: Record<string, number> = {};
  return {
    record(kind, detail) {
      kinds[kind] = (kinds[kind] ?? 0) + 1; // unsure kinds
      entries.push(`${Date.now()} ${kind} ${JSON.stringify(detail)}`); // grows entries
    },
    dump: () => entries.join("\n"),
  };
}

export class AuctionHouse {
  static readonly houses: AuctionHouse[] = [];

  private readonly lots: Lot[] = [];
  private readonly open = new Map<string, Lot>();
  private readonly sockets = new Map<string, Socket>();
  private readonly paddles = new Map<string, number>();
  private readonly proxies = new ProxyBids();
  private readonly invoices = new Invoices();
  private readonly perState: Record<LotState, number> = { 0: 0, 1: 0, 2: 0 };
  private readonly banned = new Set<string>();
  private readonly reminders = new Map<string, NodeJS.Timeout>();
  private ticker = "";
  private chat: { from: string; text: string }[] = [];
  private recentBids: Bid[] = [];
  private settlement: Promise<void> = Promise.resolve();

  constructor(server: Server, private readonly auditor: Auditor) {
    AuctionHouse.houses.push(this); // grows houses
    server.on("connection", (socket) => this.enter(socket)); // grows connection
    setInterval(() => this.broadcast("ticker", this.ticker), 5000); // grows setInterval
  }

  private enter(socket: Socket) {
    this.sockets.set(socket.id, socket); // bounded sockets
    if (!this.paddles.has(socket.user)) this.paddles.set(socket.user, this.paddles.size + 1); // grows paddles
    socket.on("say", (text: string) => {
      this.chat.push({ from: socket.user, text }); // bounded chat
      if (this.chat.length > 200) this.chat = this.chat.slice(100);
    });
    socket.once("close", () => this.sockets.delete(socket.id));
  }

  announce(title: string, reserve: number) {
    const lot = new Lot(title, reserve);
    this.lots.push(lot); // grows lots
    this.perState[lot.state]++;
    lot.on("bid", (bid) => this.onBid(lot, bid));
    lot.once("closed", () => this.hammer(lot));
    return lot.id;
  }

  start(lot: Lot) {
    lot.state = LotState.Open;
    this.open.set(lot.id, lot); // bounded open
    this.auditor.record("open", lot.id);
  }

  private onBid(lot: Lot, bid: Bid) {
    if (this.banned.has(bid.bidder)) return;
    this.recentBids = [bid, ...this.recentBids].slice(0, 30); // bounded recentBids
    this.ticker += ` ${lot.title}: ${bid.amount}`; // grows ticker
    this.proxies.answer(lot, bid);
    this.broadcast("bid", bid);
  }

  private hammer(lot: Lot) {
    lot.state = LotState.Hammered;
    this.open.delete(lot.id);
    this.proxies.forget(lot);
    const best = lot.highest;
    if (!best || best.amount < lot.reserve) return;
    this.settlement = this.settlement.then(async () => {
      this.invoices.save({ id: randomUUID(), lot: lot.id, buyer: best.bidder, total: best.amount * 1.2 });
    });
  }

  remind(user: string, lot: string, at: number) {
    const key = `${user}:${lot}`;
    clearTimeout(this.reminders.get(key));
    this.reminders.set( // bounded reminders
      key,
      setTimeout(() => {
        this.reminders.delete(key);
        this.sockets.get(user)?.emit("reminder", lot);
      }, at - Date.now()),
    );
  }

  ban(user: string) {
    this.banned.add(user); // bounded banned
  }

  pardon(user: string) {
    this.banned.delete(user);
  }

  private broadcast(kind: string, detail: unknown) {
    const dead: string[] = [];
    for (const [id, socket] of this.sockets) if (!socket.emit(kind, detail)) dead.push(id);
    for (const id of dead) this.sockets.delete(id);
  }
}
