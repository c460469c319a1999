/**
 * Credits what is read before each place to the place before it. What shrinks again soon after is
 * taken back from what grew last, as scratch memory that is filled and cleared.
 *
 * @module
 */

import type { GrowthPlace } from "./growth_places.ts";
import type { ProbedPlace } from "./statement_probes.ts";
import type { StackFrame } from "./survivors.ts";

interface Account {
  readonly place: number;
  readonly stack: readonly StackFrame[] | null;
  bytes: number;
  times: number;
  /** How often the place was entered, and the sum of squares of what was credited. */
  visits: number;
  squares: number;
}

/** How a reading behaves. */
export interface LedgerOptions {
  /**
   * The reading wanders by itself, a little with each place, as a resident set does: what all places
   * have in common is no growth of theirs, and what may be chance counts for nothing.
   */
  readonly isNoisy?: boolean;
}

const REMEMBERED = 4096; // rises that a fall may take back
const LEAST_SHARE = 0.1; // of what the first place grew by, where chance could have given less
const SIGMAS = 3; // of a place's own noise

/** The growth of one reading, by place. */
export class GrowthLedger {
  readonly #places: readonly Pick<ProbedPlace, "url" | "line" | "column">[];
  readonly #read: () => number;
  readonly #isNoisy: boolean;
  readonly #accounts = new Map<string, Account>();
  readonly #grown = new Set<number>();
  readonly #rises: { readonly account: Account; bytes: number }[] = [];
  #account: Account | null = null;
  #last = 0;
  #times = 0;

  /** `read` is called at every place. */
  constructor(
    places: readonly Pick<ProbedPlace, "url" | "line" | "column">[],
    read: () => number,
    { isNoisy = false }: LedgerOptions = {},
  ) {
    this.#places = places;
    this.#read = read;
    this.#isNoisy = isNoisy;
  }

  /** How often the reading rose, and did not fall soon after. */
  get times(): number {
    return this.#times;
  }

  /** Whether the reading wanders by itself. */
  get isNoisy(): boolean {
    return this.#isNoisy;
  }

  /** Whether the reading ever rose at a place: from then on its stack is asked for. */
  isGrown(place: number): boolean {
    return this.#grown.has(place);
  }

  /** Starts from the present reading; what changed since a pause is nobody's. */
  resume(): void {
    this.#account = null;
    this.#last = this.#read();
  }

  /** Credits what changed last. */
  pause(): void {
    this.#settle();
    this.#account = null;
  }

  /** Credits what changed to the place before, and goes on at another. */
  enter(place: number, stack: readonly StackFrame[] | null): void {
    this.#settle();
    const key = `${place} ${
      stack?.slice(1).map(({ url, line, column }) => `${url}:${line}:${column}`).join(" ")
    }`;
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = { place, stack, bytes: 0, times: 0, visits: 0, squares: 0 };
      this.#accounts.set(key, account);
    }
    account.visits++;
    this.#account = account;
  }

  /**
   * Returns the places at which more grew than shrank. Of growth by as much, that which came more
   * often is first, since a rare step makes room for what others keep; in a noisy reading that of
   * fewer visits, since each brings noise of its own.
   */
  places(): GrowthPlace[] {
    const accounts = [...this.#accounts.values()];
    for (const early of accounts.filter(({ stack }) => stack === null)) {
      // What rose before stacks were asked for belongs to the commonest of them.
      const [main] = accounts.filter(({ place, stack }) => place === early.place && stack !== null)
        .sort((a, b) => b.bytes - a.bytes);
      if (main === undefined) continue;
      main.bytes += early.bytes;
      main.times += early.times;
      main.visits += early.visits;
      main.squares += early.squares;
      accounts.splice(accounts.indexOf(early), 1);
    }
    if (this.#isNoisy) leaveOutNoise(accounts);
    const weight = ({ bytes, times, visits }: Account): number =>
      this.#isNoisy ? bytes / Math.sqrt(visits) : bytes * Math.sqrt(times);
    return accounts.filter(({ bytes }) => bytes > 0).sort((a, b) => weight(b) - weight(a))
      .map(({ place, stack, bytes, times }) => {
        const { url, line, column } = this.#places[place]!;
        const frames = stack?.length ? stack : [{ function: "", url, line, column }];
        return { stack: frames, bytes, times };
      });
  }

  #settle(): void {
    const now = this.#read();
    const change = now - this.#last;
    this.#last = now;
    const account = this.#account;
    if (account === null || change === 0) return;
    account.squares += change * change;
    if (this.#isNoisy && change < 0) account.bytes += change;
    else if (change > 0) this.#credit(account, change);
    else this.#takeBack(-change);
  }

  #credit(account: Account, bytes: number): void {
    account.bytes += bytes;
    account.times++;
    this.#times++;
    this.#grown.add(account.place);
    if (this.#isNoisy) return;
    this.#rises.push({ account, bytes });
    if (this.#rises.length > REMEMBERED) this.#rises.splice(0, REMEMBERED / 2);
  }

  #takeBack(bytes: number): void {
    for (let left = bytes; left > 0;) {
      const rise = this.#rises.at(-1);
      if (rise === undefined) return;
      const taken = Math.min(left, rise.bytes);
      rise.account.bytes -= taken;
      rise.bytes -= taken;
      left -= taken;
      if (rise.bytes > 0) continue;
      this.#rises.pop();
      this.#times--;
    }
  }
}

/** Takes off what is common to all visits, and what chance could have given. */
function leaveOutNoise(accounts: readonly Account[]): void {
  const means = accounts.map(({ bytes, visits }) => bytes / visits).sort((a, b) => a - b);
  const common = means[means.length >> 1] ?? 0;
  for (const account of accounts) {
    const { bytes, visits, squares } = account;
    const own = bytes - common * visits;
    account.bytes = own > SIGMAS * Math.sqrt(squares) ? own : 0;
  }
  const least = LEAST_SHARE * Math.max(...accounts.map(({ bytes }) => bytes));
  for (const account of accounts) if (account.bytes < least) account.bytes = 0;
}
