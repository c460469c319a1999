import { createHash } from "node:crypto";

export type PeerId = string;

interface Envelope {
  id: string;
  from: PeerId;
  hops: number;
  body: Uint8Array;
}

interface Peer {
  id: PeerId;
  lastSeen: number;
  latency: number[];
  outbox: Envelope[];
}

enum Link {
  Connecting,
  Open,
  Closed,
}

const digest = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");

/** Last-writer-wins map with tombstones. */
export class LwwMap<V> {
  private readonly entries = new Map<string, { value: V; time: number }>();
  private readonly removed = new Map<string, number>();
  private readonly clocks: Record<PeerId, number> = {};
  private changes: string[] = [];

  set(key: string, value: V, time: number, by: PeerId): void {
    if ((this.removed.get(key) ?? -1) > time) return;
    this.entries.set(key, { value, time }); // bounded entries
    this.clocks[by] = Math.max(this.clocks[by] ?? 0, time); // grows clocks
    this.changes.push(key); // bounded changes
  }

  delete(key: string, time: number): void {
    this.entries.delete(key);
    this.removed.set(key, time); // bounded removed
  }

  takeChanges(): string[] {
    const taken = this.changes;
    this.changes = [];
    return taken;
  }

  forgetBefore(time: number): void {
    for (const [key, at] of this.removed) {
      if (at < time) this.removed.delete(key);
    }
  }
}

export class Mesh {
  private static readonly open = new Set<Mesh>();
  private readonly peers = new Map<PeerId, Peer>();
  private readonly banned = new Set<PeerId>();
  private readonly seen = new Map<string, number>();
  private readonly links = new Map<Link, number>();
  private readonly routes: { [to: PeerId]: PeerId } = {};
  private readonly inbox: Envelope[] = [];
  private readonly receipts = new Map<string, { resolve(): void; timer: NodeJS.Timeout }>();
  private readonly listeners = new Map<string, Array<(e: Envelope) => void>>();
  private traffic: { at: number; bytes: number }[] = [];
  private rejected: string[] = [];
  private ticker: NodeJS.Timeout;

  constructor(readonly self: PeerId, private readonly fanout = 3) {
    Mesh.open.add(this); // bounded open
    this.ticker = setInterval(() => this.tick(), 1000); // bounded ticker
  }

  connect(id: PeerId): Peer | undefined {
    if (this.banned.has(id)) return undefined;
    const known = this.peers.get(id);
    if (known) return known;
    const peer: Peer = { id, lastSeen: Date.now(), latency: [], outbox: [] };
    this.peers.set(id, peer); // bounded peers
    this.links.set(Link.Open, (this.links.get(Link.Open) ?? 0) + 1); // bounded links
    return peer;
  }

  ban(id: PeerId): void {
    this.banned.add(id); // grows banned
    this.peers.delete(id);
  }

  receive(envelope: Envelope): void {
    const key = digest(envelope.body);
    if (this.seen.has(key)) return;
    this.seen.set(key, Date.now()); // bounded seen
    this.routes[envelope.from] = envelope.id; // grows routes
    if (envelope.hops > 16) {
      this.rejected.push(envelope.id); // grows rejected
      return;
    }
    const peer = this.connect(envelope.from);
    peer?.latency.push(Date.now() - peer.lastSeen); // bounded latency
    if (peer && peer.latency.length > 32) peer.latency.shift();
    this.inbox.push(envelope); // bounded inbox
    if (this.inbox.length === 1) queueMicrotask(() => this.deliver());
  }

  private deliver(): void {
    let envelope: Envelope | undefined;
    while ((envelope = this.inbox.shift()) !== undefined) {
      for (const listener of this.listeners.get("message") ?? []) listener(envelope);
      this.traffic.push({ at: Date.now(), bytes: envelope.body.length }); // bounded traffic
    }
    const since = Date.now() - 60_000;
    while (this.traffic[0] && this.traffic[0].at < since) this.traffic.shift();
  }

  on(event: string, listener: (e: Envelope) => void): () => void {
    const list = this.listeners.get(event);
    if (list) list.push(listener); // bounded listeners
    else this.listeners.set(event, [listener]); // unsure listeners
    return () => {
      const rest = this.listeners.get(event)?.filter((each) => each !== listener) ?? [];
      this.listeners.set(event, rest);
    };
  }

  confirmed(id: string, ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.receipts.delete(id);
        reject(new Error("unconfirmed"));
      }, ms);
      this.receipts.set(id, { resolve, timer }); // bounded receipts
    });
  }

  confirm(id: string): void {
    const receipt = this.receipts.get(id);
    if (!receipt) return;
    clearTimeout(receipt.timer);
    this.receipts.delete(id);
    receipt.resolve();
  }

  private tick(): void {
    const limit = Date.now() - 30_000;
    for (const [key, at] of [...this.seen]) if (at < limit) this.seen.delete(key);
    for (const peer of this.peers.values()) {
      if (peer.lastSeen < limit) this.peers.delete(peer.id);
    }
  }

  close(): void {
    clearInterval(this.ticker);
    Mesh.open.delete(this);
  }
}

export function logTo(mesh: Mesh, prefix: string) {
  let text = "";
  const sizes: number[] = [];
  const stop = mesh.on("message", (envelope) => {
    text += `${prefix} ${envelope.id}\n`; // grows text
    sizes[sizes.length] = envelope.body.length; // grows sizes
  });
  return { stop, text: () => text, mean: () => sizes.reduce((a, b) => a + b, 0) / sizes.length };
}
