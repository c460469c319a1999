/** Keeps calendars of several providers in step: accounts, changes, conflicts, reminders. */

import { EventEmitter } from "node:events";

type Provider = "google" | "outlook" | "caldav";

type CalendarEvent = { uid: string; start: number; attendees: string[]; etag: string };

abstract class Connector {
  private static readonly types = new Map<Provider, new (account: string) => Connector>();
  private static readonly made: Connector[] = [];

  static register(provider: Provider, type: new (account: string) => Connector): void {
    this.types.set(provider, type); // bounded types
  }

  static open(provider: Provider, account: string): Connector {
    const type = this.types.get(provider);
    if (!type) throw new Error(`no connector for ${provider}`);
    const connector = new type(account);
    this.made.push(connector); // grows made
    return connector;
  }

  constructor(readonly account: string) {}
  abstract changes(token: string): Promise<{ events: CalendarEvent[]; next: string }>;
  abstract write(event: CalendarEvent): Promise<string>;
}
class RecurrenceCache {
  #expanded: Record<string, number[]> = Object.create(null);
  #size = 0;

  expand(rule: string, from: number): number[] {
    const key = `${rule}@${from}`;
    const known = this.#expanded[key];
    if (known) return known;
    if (this.#size++ > 2000) {
      this.#expanded = Object.create(null);
      this.#size = 0;
    }
    const days = Array.from({ length: 52 }, (_, week) => from + week * 7 * 86_400_000);
    return (this.#expanded[key] = days); // bounded #expanded
  }
}

export class SyncEngine extends EventEmitter {
  #accounts = new Map<string, { connector: Connector; timer: NodeJS.Timeout }>();
  #tokens: { [account: string]: string } = {};
  #events = new Map<string, CalendarEvent>();
  #conflicts: [CalendarEvent, CalendarEvent][] = [];
  #deadLetters: { event: CalendarEvent; error: unknown }[] = [];
  #tombstones = new Set<string>();
  #running = new Set<string>();
  #reminders = new Map<string, NodeJS.Timeout>();
  #dirty: CalendarEvent[] = [];
  #recurrences = new RecurrenceCache();

  constructor(network: EventEmitter) {
    super();
    network.on("online", () => this.emit("resume")); // grows online
  }

  add(provider: Provider, account: string): void {
    if (this.#accounts.has(account)) return;
    const connector = Connector.open(provider, account);
    const timer = setInterval(() => void this.pull(account), 300_000); // bounded timer
    this.#accounts.set(account, { connector, timer }); // bounded #accounts
  }

  remove(account: string): void {
    clearInterval(this.#accounts.get(account)?.timer);
    this.#accounts.delete(account);
    delete this.#tokens[account];
  }

  async pull(account: string): Promise<void> {
    const entry = this.#accounts.get(account);
    if (!entry || this.#running.has(account)) return;
    this.#running.add(account); // bounded #running
    try {
      const { events, next } = await entry.connector.changes(this.#tokens[account] ?? "");
      this.#tokens[account] = next; // bounded #tokens
      const merged: CalendarEvent[] = [];
      for (const event of events) merged.push(this.#merge(event));
      this.emit("pulled", account, merged.length);
    } finally {
      this.#running.delete(account);
    }
  }

  #merge(event: CalendarEvent): CalendarEvent {
    const mine = this.#events.get(event.uid);
    if (mine && mine.etag !== event.etag) this.#conflicts.push([mine, event]); // grows #conflicts
    this.#events.set(event.uid, event); // bounded #events
    this.#remind(event);
    return event;
  }

  #remind(event: CalendarEvent): void {
    clearTimeout(this.#reminders.get(event.uid));
    const ring = () => this.#reminders.delete(event.uid) && this.emit("reminder", event);
    this.#reminders.set(event.uid, setTimeout(ring, event.start - Date.now())); // bounded #reminders
  }

  cancel(uid: string) {
    if (this.#events.delete(uid)) this.#tombstones.add(uid); // grows #tombstones
  }

  edit(event: CalendarEvent): void {
    this.#dirty.push(event); // bounded #dirty
  }

  async push(connector: Connector): Promise<void> {
    for (const event of this.#dirty.splice(0, 50)) {
      try {
        event.etag = await connector.write(event);
      } catch (error) {
        this.#deadLetters.push({ event, error }); // grows #deadLetters
      }
    }
  }

  occurrences = (rule: string, from: number) => this.#recurrences.expand(rule, from).map((at) => new Date(at));
}
