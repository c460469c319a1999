import { EventEmitter, once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export interface Order {
  id: string;
  symbol: string;
  quantity: number;
  fills: Fill[];
}
export interface Fill {
  price: number;
  at: Date;
}
type Side = "buy" | "sell";

export class PriceLevel {
  readonly orders: Order[] = [];
  volume = 0;
  constructor(public readonly price: number) {}
  enqueue(order: Order) {
    this.orders.push(order); // bounded orders
    this.volume += order.quantity;
  }
  dequeue(): Order | undefined {
    return this.orders.shift();
  }
}

export class OrderBook extends EventEmitter {
  private levels: Record<Side, Map<number, PriceLevel>> = { buy: new Map(), sell: new Map() };
  private trades: Fill[] = [];
  private byId = new Map<string, Order>();
  private depthCache?: { at: number; rows: number[][] };
  private lastPrices: number[] = [];
  private tape = "";
  private closed = new Set<string>();
  private volumeBySymbol: { [symbol: string]: number } = {};
  private auditLog: string[] = [];
  protected listenersBySymbol = new Map<string, Array<(fill: Fill) => void>>();

  place(side: Side, price: number, order: Order): void {
    let level = this.levels[side].get(price);
    if (!level) {
      level = new PriceLevel(price);
      this.levels[side].set(price, level); // grows levels
    }
    level.enqueue(order);
    this.byId.set(order.id, order); // bounded byId
  }

  cancel(id: string): boolean {
    const order = this.byId.get(id);
    if (!order) return false;
    this.byId.delete(id);
    this.closed.add(id); // grows closed
    return true;
  }

  trade(order: Order, fill: Fill): void {
    order.fills.push(fill); // unsure
    this.trades.push(fill); // grows trades
    this.lastPrices.push(fill.price); // bounded lastPrices
    this.lastPrices = this.lastPrices.slice(-100);
    this.tape += `${fill.price} `; // grows tape
    this.volumeBySymbol[order.symbol] = (this.volumeBySymbol[order.symbol] ?? 0) + order.quantity; // grows volumeBySymbol
    for (const listener of this.listenersBySymbol.get(order.symbol) ?? []) listener(fill);
    this.emit("trade", fill);
  }

  onSymbol(symbol: string, listener: (fill: Fill) => void): () => void {
    const list = this.listenersBySymbol.get(symbol) ?? [];
    list.push(listener); // bounded listenersBySymbol
    this.listenersBySymbol.set(symbol, list); // grows listenersBySymbol
    return () => {
      const at = list.indexOf(listener);
      if (at !== -1) list.splice(at, 1);
    };
  }

  depth(): number[][] {
    const now = Date.now();
    if (this.depthCache && now - this.depthCache.at < 50) return this.depthCache.rows;
    const rows: number[][] = [];
    for (const [price, level] of this.levels.buy) rows.push([price, level.volume]);
    this.depthCache = { at: now, rows };
    return rows;
  }

  note(line: string): void {
    if (this.auditLog.length === 500) this.auditLog.splice(0, 250);
    this.auditLog.push(line); // bounded auditLog
  }

  async waitForTrade(signal: AbortSignal): Promise<void> {
    await once(this, "trade", { signal });
    await delay(10, undefined, { signal });
  }
}

export class Exchange {
  static #singleton: Exchange | undefined;
  readonly #books = new Map<string, OrderBook>();
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  readonly #buffers = new WeakMap<Socket, string>();
  #errors: unknown[] = [];

  private constructor() {
    this.#server = createServer((socket) => this.#welcome(socket));
    this.#server.on("error", (error) => this.#errors.push(error)); // unsure
  }

  static get instance(): Exchange {
    return this.#singleton ??= new Exchange();
  }

  book(symbol: string): OrderBook {
    let book = this.#books.get(symbol);
    if (book === undefined) {
      this.#books.set(symbol, book = new OrderBook()); // grows #books
      book.on("trade", () => this.#broadcast(symbol));
    }
    return book;
  }

  #welcome(socket: Socket): void {
    this.#clients.add(socket); // bounded #clients
    this.#buffers.set(socket, "");
    const tick = setInterval(() => socket.write("."), 1000); // bounded
    socket.on("data", (chunk) => {
      this.#buffers.set(socket, this.#buffers.get(socket) + chunk.toString());
    });
    socket.on("close", () => {
      clearInterval(tick);
      this.#clients.delete(socket);
    });
  }

  #broadcast(symbol: string): void {
    for (const client of this.#clients) client.write(symbol);
  }

  monitor(target: EventTarget): void {
    target.addEventListener("online", () => this.#broadcast("online")); // grows
    window.addEventListener("resize", this.#onResize); // bounded
  }

  unmonitor(): void {
    window.removeEventListener("resize", this.#onResize);
  }

  #onResize = () => this.#broadcast("resize");
}
