/** Central system for charging points: calls and answers, transactions, meter values, load. */

import { EventEmitter } from "node:events";
import { randomUUID } from "node:crypto";

type Frame = [type: 2, id: string, action: string, payload: unknown] | [type: 3, id: string, payload: unknown];

interface Link {
  send(text: string): void;
  on(event: "message", handler: (text: string) => void): void;
  on(event: "close", handler: () => void): void;
}

interface Transaction {
  readonly id: number;
  readonly tag: string;
  readonly values: { at: number; watts: number }[];
  energy: number;
}

const STATES = ["available", "charging", "faulted"] as const;
type ConnectorState = (typeof STATES)[number];

abstract class Recorder<T> {
  protected readonly items: T[] = [];
  abstract readonly limit: number;

  record(item: T): void {
    this.items.push(item); // bounded items
    if (this.tooMany()) this.items.shift();
  }

  protected tooMany(): boolean {
    return this.items.length > this.limit;
  }
}

class FrameRecorder extends Recorder<Frame> {
  readonly limit = 250;
}

export class ChargePoint extends EventEmitter {
  private readonly calls = new Map<string, { resolve: (payload: unknown) => void; timer: NodeJS.Timeout }>();
  private readonly frames = new FrameRecorder();
  private readonly connectors: Record<number, ConnectorState> = {};
  private readonly transactions = new Map<number, Transaction>();
  private readonly spent: Record<ConnectorState, number> = { available: 0, charging: 0, faulted: 0 };
  private readonly faults = new Array<{ at: number; code: string }>();
  private readonly configuration = new Map<string, string>();

  constructor(readonly identity: string, private readonly link: Link) {
    super();
    link.on("message", (text) => this.receive(JSON.parse(text) as Frame));
    link.on("close", () => this.emit("offline"));
  }

  call(action: string, payload: unknown): Promise<unknown> {
    const id = randomUUID();
    this.link.send(JSON.stringify([2, id, action, payload]));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.calls.delete(id);
        reject(new Error(`${action} timed out`));
      }, 30_000);
      this.calls.set(id, { resolve, timer }); // bounded calls
    });
  }

  private receive(frame: Frame): void {
    this.frames.record(frame);
    if (frame[0] === 3) {
      const call = this.calls.get(frame[1]);
      if (!call) return;
      clearTimeout(call.timer);
      this.calls.delete(frame[1]);
      call.resolve(frame[2]);
      return;
    }
    this.emit(frame[2], frame[3]);
  }

  status(connector: 1 | 2, state: ConnectorState, code?: string): void {
    this.connectors[connector] = state; // bounded connectors
    this.spent[state] += 1;
    if (state === "faulted" && code) this.faults.push({ at: Date.now(), code }); // grows faults
  }

  start(id: number, tag: string): Transaction {
    const transaction: Transaction = { id, tag, values: [], energy: 0 };
    this.transactions.set(id, transaction); // bounded transactions
    return transaction;
  }

  meter(id: number, watts: number): void {
    this.transactions.get(id)?.values.push({ at: Date.now(), watts }); // bounded values
  }

  stop(id: number): Transaction | undefined {
    const transaction = this.transactions.get(id);
    this.transactions.delete(id);
    return transaction;
  }

  configure(key: string, value: string): Promise<unknown> {
    this.configuration.set(key, value); // unsure configuration
    return this.call("ChangeConfiguration", { key, value });
  }
}

export class CentralSystem {
  private readonly points = new Map<string, ChargePoint>();
  private readonly boots: string[] = [];
  private readonly authorised = new Map<string, boolean>();
  private readonly invoices: { tag: string; energy: number }[] = [];
  private readonly loads: Float64Array = new Float64Array(96);
  private readonly unknownTags: { [tag: string]: number } = {};
  private lastDay: number[] = [];
  private balancer?: ReturnType<typeof setInterval>;

  connect(identity: string, link: Link, grid: EventEmitter): ChargePoint {
    const point = new ChargePoint(identity, link);
    this.points.set(identity, point); // bounded points
    this.boots.push(`${identity} ${Date.now()}`); // grows boots
    point.on("offline", () => this.points.delete(identity));
    point.on("BootNotification", () => void point.call("GetConfiguration", {}));
    grid.on("curtail", (watts: number) => void point.call("SetChargingProfile", { watts })); // grows curtail
    return point;
  }

  balance(): void {
    this.balancer ??= setInterval(() => { // unsure balancer
      const quarter = Math.floor(Date.now() / 900_000) % this.loads.length;
      this.loads[quarter] = this.points.size;
      if (quarter === 0) this.lastDay = Array.from(this.loads);
    }, 900_000);
  }

  authorise(tag: string, accepted: boolean): boolean {
    if (!accepted) this.unknownTags[tag] = (this.unknownTags[tag] ?? 0) + 1; // grows unknownTags
    if (this.authorised.size >= 5000) this.authorised.clear();
    this.authorised.set(tag, accepted); // bounded authorised
    return accepted;
  }

  finish(point: ChargePoint, id: number): void {
    const done = point.stop(id);
    if (done) this.invoices.push({ tag: done.tag, energy: done.energy }); // grows invoices
  }

  busiest(): number {
    return Math.max(...this.lastDay);
  }
}
