/** Insurance claims: intake, documents, assessment, payments, reports. */

import { Injectable, OnModuleDestroy, OnModuleInit } from "@nestjs/common";
import { BehaviorSubject, Subject, Subscription, interval, fromEvent } from "rxjs";
import { filter, map, scan, takeUntil, bufferCount } from "rxjs/operators";
import { Cron } from "@nestjs/schedule";
import type { Bus, Claim, Clerk, Document, Mailer } from "./domain.ts";

export enum Peril {
  Fire = "fire",
  Water = "water",
  Theft = "theft",
}

const validators = new Map<Peril, Array<(claim: Claim) => string | null>>();

export function Validates(peril: Peril) {
  return (_target: object, _key: string, descriptor: PropertyDescriptor) => {
    const list = validators.get(peril) ?? [];
    list.push(descriptor.value); // grows validators
    validators.set(peril, list); // bounded validators
  };
}

@Injectable()
export class ClaimIntake implements OnModuleInit, OnModuleDestroy {
  private readonly arrived = new Subject<Claim>();
  private readonly stop$ = new Subject<void>();
  private readonly subscriptions: Subscription[] = [];
  private readonly numbers = new Set<string>();
  private readonly drafts: Record<string, Partial<Claim>> = {};
  private readonly rejections: { claim: string; reasons: string[] }[] = [];
  private readonly perPeril = new Map<Peril, number>();
  private readonly today: Claim[] = [];
  readonly open$ = new BehaviorSubject<Claim[]>([]);

  constructor(private readonly bus: Bus, private readonly mailer: Mailer) {}

  onModuleInit() {
    this.subscriptions.push( // bounded subscriptions
      this.arrived.pipe(filter((claim) => claim.sum > 10_000)).subscribe((claim) => this.mailer.alert(claim)), // bounded arrived
    );
    interval(60_000).pipe(takeUntil(this.stop$)).subscribe(() => this.remindClerks()); // bounded interval
    this.bus.messages$.pipe(map(({ body }) => body)).subscribe((body) => this.onMessage(body)); // grows messages$
    process.on("SIGHUP", () => this.reload()); // grows SIGHUP
  }

  onModuleDestroy() {
    this.stop$.next();
    this.subscriptions.forEach((subscription) => subscription.unsubscribe());
  }

  draft(session: string, part: Partial<Claim>) {
    this.drafts[session] = { ...this.drafts[session], ...part }; // bounded drafts
  }

  submit(session: string) {
    const claim = this.drafts[session] as Claim;
    if (this.numbers.has(claim.number)) throw new Error(`claim ${claim.number} was filed before`);
    const reasons = (validators.get(claim.peril) ?? []).flatMap((check) => check(claim) ?? []);
    if (reasons.length > 0) {
      this.rejections.push({ claim: claim.number, reasons }); // grows rejections
      return reasons;
    }
    this.numbers.add(claim.number); // grows numbers
    this.perPeril.set(claim.peril, (this.perPeril.get(claim.peril) ?? 0) + 1); // bounded perPeril
    this.today.push(claim); // bounded today
    this.open$.next([...this.open$.value, claim]); // bounded open$
    this.arrived.next(claim);
    delete this.drafts[session];
    return [];
  }

  settle(number: string) {
    this.open$.next(this.open$.value.filter((claim) => claim.number !== number));
  }

  @Cron("0 0 * * *")
  closeDay() {
    this.mailer.report(this.today.length);
    this.today.splice(0, this.today.length);
  }

  private onMessage(_body: unknown) {}
  private remindClerks() {}
  private reload() {}
}

@Injectable()
export class DocumentStore {
  private readonly pages = new Map<string, Document[]>();
  private readonly hashes: Map<string, string> = new Map();
  private readonly scans: { [clerk: string]: number } = {};
  private readonly locks = new Map<string, Promise<unknown>>();
  private readonly previews = new Map<string, { image: Uint8Array; used: number }>();
  private virusReports: string[] = [];
  private previewBytes = 0;

  async attach(claim: string, document: Document, clerk: Clerk) {
    const existing = this.hashes.get(document.hash);
    if (existing) return existing;
    this.hashes.set(document.hash, claim); // grows hashes
    this.scans[clerk.id] = (this.scans[clerk.id] || 0) + 1; // grows scans
    const pages = this.pages.get(claim);
    pages ? pages.push(document) : this.pages.set(claim, [document]); // bounded pages
    return this.exclusively(claim, () => this.check(document));
  }

  async exclusively<T>(claim: string, work: () => Promise<T>): Promise<T> {
    const before = this.locks.get(claim) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.locks.set(claim, mine); // bounded locks
    try {
      return await mine;
    } finally {
      if (this.locks.get(claim) === mine) this.locks.delete(claim);
    }
  }

  private async check(document: Document) {
    const report = await document.scan();
    if (report) this.virusReports = this.virusReports.concat(report); // grows virusReports
  }

  preview(document: Document): Uint8Array {
    const hit = this.previews.get(document.hash);
    if (hit) {
      hit.used = Date.now();
      return hit.image;
    }
    const image = document.render();
    this.previews.set(document.hash, { image, used: Date.now() }); // bounded previews
    this.previewBytes += image.byteLength;
    while (this.previewBytes > 64e6) this.evict();
    return image;
  }

  private evict() {
    const [oldest] = [...this.previews].sort(([, a], [, b]) => a.used - b.used);
    if (!oldest) return;
    this.previewBytes -= oldest[1].image.byteLength;
    this.previews.delete(oldest[0]);
  }

  archive(claim: string) {
    const pages = this.pages.get(claim) ?? [];
    this.pages.delete(claim);
    return pages;
  }
}

type PaymentEvent = { type: "ordered" | "paid" | "bounced"; claim: string; amount: number };

@Injectable()
export class Payments {
  private readonly events: PaymentEvent[] = [];
  private readonly snapshots: Array<{ at: number; balance: number }> = [];
  private readonly projections = new Map<string, number>();
  private readonly retrying = new Map<string, number>();
  private readonly queue: PaymentEvent[] = [];
  private readonly statements: Record<string, string> = {};
  readonly ledger$ = new Subject<PaymentEvent>();
  readonly totals$ = this.ledger$.pipe(
    scan((history, event) => [...history, event.amount], [] as number[]), // grows totals$
  );

  constructor(private readonly bank: { pay(event: PaymentEvent): Promise<boolean> }) {
    fromEvent(process, "beforeExit").subscribe(() => this.flush()); // grows beforeExit
    this.ledger$.pipe(bufferCount(100)).subscribe((batch) => this.snapshot(batch)); // bounded ledger$
  }

  apply(event: PaymentEvent) {
    this.events.push(event); // grows events
    this.projections.set(event.claim, (this.projections.get(event.claim) ?? 0) + event.amount); // grows projections
    this.statements[event.claim] = `${this.statements[event.claim] ?? ""}${event.type};`; // grows statements
    this.ledger$.next(event);
  }

  order(event: PaymentEvent) {
    this.queue.push(event); // bounded queue
    if (this.queue.length === 1) void this.flush();
  }

  private async flush() {
    for (let event = this.queue.shift(); event; event = this.queue.shift()) {
      if (await this.bank.pay(event)) {
        this.retrying.delete(event.claim);
        this.apply({ ...event, type: "paid" });
      } else {
        const tries = (this.retrying.get(event.claim) ?? 0) + 1;
        this.retrying.set(event.claim, tries); // bounded retrying
        if (tries < 5) this.queue.push(event); // bounded queue
      }
    }
  }

  private snapshot(batch: PaymentEvent[]) {
    const balance = batch.reduce((sum, { amount }) => sum + amount, 0);
    this.snapshots.push({ at: Date.now(), balance }); // grows snapshots
  }
}
