/** A channel manager for hotels: rates, availability, bookings, guests' messages. */

import { createHash } from "node:crypto";
import { AsyncLocalStorage } from "node:async_hooks";
import type { Channel, Clock, Mailbox, Night } from "./types.ts";

type RoomType = "single" | "double" | "suite";
type Restriction = { minStay: number; closed: boolean };

interface Booking {
  readonly reference: string;
  readonly room: RoomType;
  readonly nights: readonly Night[];
  readonly guest: string;
  cancelled?: boolean;
}

const tenants = new AsyncLocalStorage<{ hotel: string; trace: string[] }>();
const parsedDates = new Map<string, Date>();
const conflictLog: { hotel: string; reference: string }[] = [];

function getOrCreate<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function prepend<T>(list: T[], item: T, most: number) {
  list.unshift(item);
  list.length = Math.min(list.length, most);
}

export function parseDate(text: string): Date {
  let date = parsedDates.get(text);
  if (!date) parsedDates.set(text, (date = new Date(`${text}T00:00:00Z`))); // grows parsedDates
  return date;
}

export function trace(step: string) {
  tenants.getStore()?.trace.push(step);
}

class RateCalendar {
  private readonly rates = new Map<RoomType, Map<Night, number>>();
  private readonly restrictions: Partial<Record<RoomType, Restriction>> = {};
  private readonly history: Array<[Night, number]> = [];
  private readonly lastChanges: Night[] = [];
  private derived: Record<string, number> | undefined;

  set(room: RoomType, night: Night, price: number) {
    const perNight = getOrCreate(this.rates, room, () => new Map<Night, number>()); // bounded rates
    perNight.set(night, price); // grows rates
    this.history[this.history.length] = [night, price]; // grows history
    prepend(this.lastChanges, night, 50); // bounded lastChanges
    this.derived = undefined;
  }

  restrict(room: RoomType, restriction: Restriction) {
    this.restrictions[room] = restriction; // bounded restrictions
  }

  price(room: RoomType, night: Night, guests: number): number {
    this.derived ??= {};
    const key = `${room}/${night}/${guests}`;
    return (this.derived[key] ??= (this.rates.get(room)?.get(night) ?? 0) * (1 + 0.1 * guests)); // bounded derived
  }
}

class Availability {
  private readonly sold: Record<RoomType, number[]> = { single: [], double: [], suite: [] };
  private readonly holds = new Map<string, { room: RoomType; until: number }>();
  private readonly expired = new Set<string>();
  private readonly overbooked = new Map<Night, Set<string>>();

  constructor(private readonly clock: Clock) {}

  hold(reference: string, room: RoomType) {
    this.holds.set(reference, { room, until: this.clock.now() + 900_000 }); // bounded holds
  }

  sweep() {
    const now = this.clock.now();
    for (const [reference, { until }] of this.holds) {
      if (until > now) continue;
      this.holds.delete(reference);
      this.expired.add(reference); // grows expired
    }
  }

  sell(booking: Booking) {
    for (const night of booking.nights) {
      this.sold[booking.room].push(Number(night)); // bounded sold
      if (this.sold[booking.room].length > 400) {
        getOrCreate(this.overbooked, night, () => new Set()).add(booking.reference); // grows overbooked
      }
    }
  }

  free(booking: Booking) {
    const gone = new Set(booking.nights.map(Number));
    this.sold[booking.room] = this.sold[booking.room].filter((night) => !gone.has(night));
  }
}

/** Sends each channel what changed, most recent change first. */
class Distributor {
  private static count = 0;
  private static readonly instances = new Set<Distributor>();
  private readonly outbox = new Map<Channel, Map<string, unknown>>();
  private readonly failures = new Map<string, { tries: number; last: Error }>();
  private readonly rejected = new Array<{ channel: string; body: unknown }>();
  private readonly checksums = new WeakMap<Channel, string[]>();
  private draining = false;

  constructor(private readonly channels: readonly Channel[]) {
    Distributor.count++;
    Distributor.instances.add(this); // bounded instances
    for (const channel of channels) this.outbox.set(channel, new Map()); // bounded outbox
  }

  close() {
    Distributor.instances.delete(this);
  }

  change(key: string, body: unknown) {
    for (const channel of this.channels) this.outbox.get(channel)!.set(key, body); // bounded outbox
    void this.drain();
  }

  private async drain() {
    if (this.draining) return;
    this.draining = true;
    try {
      for (const [channel, changes] of this.outbox) {
        for (const [key, body] of changes) {
          changes.delete(key);
          await this.send(channel, key, body);
        }
      }
    } finally {
      this.draining = false;
    }
  }

  private async send(channel: Channel, key: string, body: unknown) {
    const id = `${channel.name}:${key}`;
    const sum = createHash("sha1").update(JSON.stringify(body)).digest("hex");
    const sums = this.checksums.get(channel) ?? [];
    this.checksums.set(channel, sums); // bounded checksums
    sums.push(sum); // grows checksums
    try {
      await channel.post(key, body);
      this.failures.delete(id);
    } catch (error) {
      const failure = this.failures.get(id) ?? { tries: 0, last: error as Error };
      this.failures.set(id, { tries: failure.tries + 1, last: error as Error }); // bounded failures
      if (failure.tries >= 5) this.rejected.push({ channel: channel.name, body }); // grows rejected
    }
  }
}

class GuestMessages {
  private readonly threads = new Map<string, string[]>();
  private readonly unread: { [guest: string]: number } = {};
  private readonly typing = new Map<string, NodeJS.Timeout>();
  private digest = "";

  constructor(mailbox: Mailbox) {
    mailbox.on("message", ({ guest, text }) => this.receive(guest, text)); // grows message
  }

  receive(guest: string, text: string) {
    const thread = this.threads.get(guest);
    if (thread) thread.push(text); // grows threads
    else this.threads.set(guest, [text]); // grows threads
    this.unread[guest] = (this.unread[guest] ?? 0) + 1; // bounded unread
    this.digest = this.digest.concat(guest, ": ", text, "\n"); // grows digest
  }

  read(guest: string) {
    delete this.unread[guest];
    return this.threads.get(guest)?.slice(-20) ?? [];
  }

  isTyping(guest: string) {
    clearTimeout(this.typing.get(guest));
    const timer = setTimeout(() => this.typing.delete(guest), 5000);
    this.typing.set(guest, timer); // bounded typing
  }
}

export class Hotel {
  readonly calendar = new RateCalendar();
  readonly availability: Availability;
  readonly messages: GuestMessages;
  private readonly bookings = new Map<string, Booking>();
  private readonly byGuest = new Map<string, Booking[]>();
  private readonly noShows: Booking[] = [];
  private readonly distributor: Distributor;
  #revenue: Record<string, number> = Object.create(null);

  constructor(readonly name: string, channels: Channel[], mailbox: Mailbox, clock: Clock) {
    this.availability = new Availability(clock);
    this.messages = new GuestMessages(mailbox);
    this.distributor = new Distributor(channels);
    setInterval(() => this.availability.sweep(), 60_000).unref(); // grows setInterval
  }

  book(booking: Booking) {
    return tenants.run({ hotel: this.name, trace: [] }, () => {
      trace("book");
      if (this.bookings.has(booking.reference)) {
        conflictLog.push({ hotel: this.name, reference: booking.reference }); // grows conflictLog
        return false;
      }
      this.bookings.set(booking.reference, booking); // grows bookings
      getOrCreate(this.byGuest, booking.guest, () => []).push(booking); // grows byGuest
      this.availability.sell(booking);
      for (const night of booking.nights) {
        const month = String(night).slice(0, 7);
        this.#revenue[month] = (this.#revenue[month] ?? 0) + this.calendar.price(booking.room, night, 1); // grows #revenue
      }
      this.distributor.change(booking.room, booking.nights);
      return true;
    });
  }

  cancel(reference: string) {
    const booking = this.bookings.get(reference);
    if (!booking) return;
    booking.cancelled = true;
    this.availability.free(booking);
  }

  absent(reference: string) {
    const booking = this.bookings.get(reference);
    if (booking && !booking.cancelled) this.noShows.push(booking); // grows noShows
  }
}
