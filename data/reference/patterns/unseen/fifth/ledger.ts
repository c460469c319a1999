import { createHash } from "node:crypto";

export enum Currency {
  EUR = "EUR",
  USD = "USD",
  CHF = "CHF",
}

export interface Entry {
  id: string;
  account: string;
  amount: number;
  currency: Currency;
  bookedAt: Date;
}

interface Rule {
  readonly name: string;
  matches(entry: Entry): boolean;
}

function memoize<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
  const results = new Map<string, R>();
  return (...args: A) => {
    const key = JSON.stringify(args);
    if (!results.has(key)) results.set(key, fn(...args)); // grows results
    return results.get(key)!;
  };
}

function memoizeRecent<R>(fn: (key: string) => R, capacity = 500): (key: string) => R {
  const recent = new Map<string, R>();
  return (key) => {
    const hit = recent.get(key);
    if (hit !== undefined) {
      recent.delete(key);
      recent.set(key, hit); // bounded recent
      return hit;
    }
    const value = fn(key);
    recent.set(key, value); // bounded recent
    if (recent.size > capacity) recent.delete(recent.keys().next().value!);
    return value;
  };
}

export const fingerprint = memoizeRecent((text) =>
  createHash("sha256").update(text).digest("hex")
);
export const parseIban = memoize((iban: string) => ({
  country: iban.slice(0, 2),
  check: Number(iban.slice(2, 4)),
}));

/** One per process; accounts are opened by customers. */
export class Ledger {
  static #shared: Ledger | null = null;
  static get shared(): Ledger {
    return (Ledger.#shared ??= new Ledger());
  }

  #entries: Entry[] = [];
  #balances = new Map<string, number>();
  #totals: Record<Currency, number> = { EUR: 0, USD: 0, CHF: 0 };
  #rates: Partial<Record<Currency, number>> = {};
  #rules: Rule[] = [];
  #seen = new Set<string>();
  #holds = new Map<string, { amount: number; until: number }>();
  #rejected: { entry: Entry; reason: string }[] = [];
  #checksums: string[] = [];
  #notes = new WeakMap<Entry, string>();

  addRule(rule: Rule): this {
    this.#rules.push(rule); // grows #rules
    return this;
  }

  setRate(currency: Currency, rate: number): void {
    this.#rates[currency] = rate; // bounded #rates
  }

  book(entry: Entry): boolean {
    if (this.#seen.has(entry.id)) return false;
    this.#seen.add(entry.id); // grows #seen
    const broken = this.#rules.find((rule) => !rule.matches(entry));
    if (broken) {
      this.#rejected.push({ entry, reason: broken.name }); // bounded #rejected
      if (this.#rejected.length >= 1000) this.#rejected = this.#rejected.slice(500);
      return false;
    }
    this.#entries.push(entry); // grows #entries
    this.#balances.set( // grows #balances
      entry.account,
      (this.#balances.get(entry.account) ?? 0) + entry.amount,
    );
    this.#totals[entry.currency] += entry.amount;
    return true;
  }

  annotate(entry: Entry, text: string): void {
    this.#notes.set(entry, text); // bounded #notes
  }

  hold(account: string, amount: number, ms: number): void {
    this.#holds.set(account, { amount, until: Date.now() + ms }); // bounded #holds
  }

  sweep(now = Date.now()): number {
    let released = 0;
    for (const [account, hold] of this.#holds) {
      if (hold.until > now) continue;
      this.#holds.delete(account);
      released++;
    }
    return released;
  }

  closeDay(): string {
    const hash = createHash("sha256");
    const parts: string[] = [];
    for (const entry of this.#entries) parts.push(entry.id);
    hash.update(parts.join("|"));
    const digest = hash.digest("hex");
    this.#checksums[this.#checksums.length] = digest; // grows #checksums
    return digest;
  }
}

export class ReconciliationError extends Error {
  readonly details: string[] = [];

  with(detail: string): this {
    this.details.push(detail); // bounded details
    return this;
  }
}

export class Reconciler {
  private static runs = 0;
  private static readonly history: Array<{ run: number; unmatched: number }> = [];
  private readonly unmatchedByAccount: { [account: string]: Entry[] } = {};
  private attempts = new Map<string, number>();

  constructor(private readonly ledger: Ledger) {}

  run(statement: readonly Entry[]): void {
    Reconciler.runs += 1;
    const failed: Entry[] = [];
    for (const line of statement) {
      if (this.ledger.book(line)) {
        this.attempts.delete(line.id);
        continue;
      }
      failed.push(line);
      this.attempts.set(line.id, (this.attempts.get(line.id) ?? 0) + 1); // bounded attempts
      (this.unmatchedByAccount[line.account] ??= []).push(line); // grows unmatchedByAccount
    }
    Reconciler.history.push({ run: Reconciler.runs, unmatched: failed.length }); // grows history
    if (failed.length > statement.length / 2) {
      const error = new ReconciliationError("too many unmatched lines");
      for (const line of failed) error.with(line.id);
      throw error;
    }
  }
}
