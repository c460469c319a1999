/** Background page of a password manager: items, filling, locking, breached passwords, sync. */
export type Item = { id: string; origin: string; user: string; secret: string; former: string[] };

type Locker = () => void | Promise<void>;

const lockers: Locker[] = [];
let auditTrail = "";

export function onLock(locker: Locker): () => void {
  lockers.push(locker); // bounded lockers
  return () => void lockers.splice(lockers.lastIndexOf(locker), 1);
}

function audit(what: string, origin: string): void {
  auditTrail += `${Date.now()} ${what} ${origin}\n`; // grows auditTrail
}

class KeyRing {
  private readonly derived = new Map<string, Promise<CryptoKey>>();

  key(salt: string, material: CryptoKey): Promise<CryptoKey> {
    let key = this.derived.get(salt);
    if (key === undefined) {
      const parameters = { name: "PBKDF2", hash: "SHA-256", salt: new TextEncoder().encode(salt), iterations: 6e5 };
      key = crypto.subtle.deriveKey(parameters, material, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
      this.derived.set(salt, key); // bounded derived
    }
    return key;
  }

  forget = (): void => this.derived.clear();
}

class BreachList {
  private readonly ranges = new Map<string, Set<string>>();
  private readonly warned = new Set<string>();

  async breached(hash: string): Promise<boolean> {
    const prefix = hash.slice(0, 5);
    if (!this.ranges.has(prefix)) {
      const response = await fetch(`https://breaches.example/range/${prefix}`);
      this.ranges.set(prefix, new Set((await response.text()).split("\n"))); // unsure ranges
    }
    return this.ranges.get(prefix)!.has(hash.slice(5));
  }

  warn(hash: string): void {
    if (!this.warned.has(hash)) this.warned.add(hash); // grows warned
  }
}

export class Vault {
  private readonly items = new Map<string, Item>();
  private trash: { item: Item; at: number }[] = [];
  private readonly lastUsed: Record<string, number> = {};
  private readonly asked = new Map<number, (secret: string | null) => void>();
  private readonly matches = new Map<string, Item[]>();
  private outbox: Item[] = [];
  private question = 0;
  private idle?: ReturnType<typeof setInterval>;
  private readonly keys = new KeyRing();
  private readonly breaches = new BreachList();

  unlock(minutes: number): void {
    const until = Date.now() + minutes * 60_000;
    clearInterval(this.idle);
    this.idle = setInterval(() => { // bounded idle
      if (Date.now() > until) void this.lock();
    }, 10_000);
  }

  async lock(): Promise<void> {
    clearInterval(this.idle);
    this.keys.forget();
    this.matches.clear();
    await Promise.all(lockers.map((locker) => locker()));
  }

  save(item: Item): void {
    const before = this.items.get(item.id);
    if (before && before.secret !== item.secret) {
      item.former = [before.secret, ...before.former].slice(0, 10);
    }
    this.items.set(item.id, item); // bounded items
    this.outbox.push(item); // bounded outbox
    void this.breaches.breached(item.secret).then((bad) => bad && this.breaches.warn(item.secret));
  }

  remove(id: string): void {
    const item = this.items.get(id);
    if (!item || !this.items.delete(id)) return;
    this.trash = [...this.trash.filter(({ at }) => Date.now() - at < 30 * 86_400_000), { item, at: Date.now() }]; // bounded trash
  }

  fill(origin: string): Item[] {
    audit("fill", origin);
    const known = this.matches.get(origin);
    if (known) return known;
    const found = [...this.items.values()].filter((item) => item.origin === origin);
    for (const { id } of found) this.lastUsed[id] = Date.now(); // grows lastUsed
    this.matches.set(origin, found); // bounded matches
    return found;
  }

  ask(post: (message: unknown) => void): Promise<string | null> {
    const id = ++this.question;
    return new Promise((resolve) => {
      this.asked.set(id, resolve); // bounded asked
      post({ ask: id });
    });
  }

  answer(id: number, secret: string | null): void {
    const resolve = this.asked.get(id);
    if (this.asked.delete(id)) resolve?.(secret);
  }

  async sync(send: (items: Item[]) => Promise<void>): Promise<void> {
    const batch = this.outbox;
    this.outbox = [];
    await send(batch).catch(() => this.outbox.unshift(...batch)); // bounded outbox
  }
}
