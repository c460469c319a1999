import { EventEmitter } from "node:events";
import { randomUUID } from "node:crypto";
import type { WebSocket } from "ws";

interface Operation {
  author: string;
  revision: number;
  at: number;
  insert?: string;
  remove?: number;
}

type Presence = "active" | "idle" | "away";

const MAX_UNDO = 200;
const documents = new Map<string, SharedDocument>();
const presenceCounts = new Map<Presence, number>();

export class SharedDocument extends EventEmitter {
  private log: Operation[] = [];
  private undo: Operation[] = [];
  private redo: Operation[] = [];
  private clients = new Map<string, Client>();
  private contributors = new Set<string>();
  private acknowledged: Record<string, number> = {};
  private comments = new Map<string, string[]>();
  private pending: Operation[] = [];
  private transcript = "";
  private flushTimer?: ReturnType<typeof setTimeout>;

  constructor(readonly id: string, private readonly store: DocumentStore) {
    super();
  }

  join(socket: WebSocket, name: string): Client {
    const client = new Client(randomUUID(), name, socket, this);
    this.clients.set(client.id, client); // bounded clients
    this.contributors.add(name); // grows contributors
    return client;
  }

  leave(client: Client): void {
    this.clients.delete(client.id);
    if (this.clients.size === 0) {
      clearTimeout(this.flushTimer);
      documents.delete(this.id);
    }
  }

  apply(op: Operation): void {
    this.log.push(op); // grows log
    this.undo.push(op); // bounded undo
    if (this.undo.length > MAX_UNDO) {
      this.undo.splice(0, this.undo.length - MAX_UNDO);
    }
    this.redo = [];
    this.acknowledged[op.author] = op.revision; // grows acknowledged
    this.transcript += `${op.author}@${op.revision}\n`; // grows transcript
    this.pending.push(op); // bounded pending
    if (this.flushTimer === undefined) {
      this.flushTimer = setTimeout(() => void this.flush(), 250);
    }
    this.emit("operation", op);
  }

  stepBack(): Operation | undefined {
    const op = this.undo.pop();
    if (op) this.redo.push(op); // bounded redo
    return op;
  }

  comment(thread: string, body: string): number {
    const existing = this.comments.get(thread);
    if (existing) {
      existing.push(body); // grows comments
      return existing.length;
    }
    this.comments.set(thread, [body]); // grows comments
    return 1;
  }

  summary(): string[] {
    const lines: string[] = [];
    for (const [thread, bodies] of this.comments) {
      lines.push(`${thread}: ${bodies.length}`);
    }
    return lines.sort();
  }

  private async flush(): Promise<void> {
    this.flushTimer = undefined;
    const batch = this.pending;
    this.pending = [];
    await this.store.save(this.id, batch);
  }
}

export class Client {
  presence: Presence = "active";
  private latencies: number[] = [];
  private unsent: string[] = [];
  private readonly onOperation = (op: Operation) => this.send(JSON.stringify(op));

  constructor(
    readonly id: string,
    readonly name: string,
    private readonly socket: WebSocket,
    private readonly document: SharedDocument,
  ) {
    document.on("operation", this.onOperation); // bounded operation
    socket.once("close", () => this.close());
  }

  send(text: string): void {
    if (this.socket.bufferedAmount > 65536) {
      this.unsent.push(text); // bounded unsent
      return;
    }
    while (this.unsent.length > 0) this.socket.send(this.unsent.shift()!);
    this.socket.send(text);
  }

  pong(sentAt: number): void {
    this.latencies = [...this.latencies, Date.now() - sentAt].slice(-20); // bounded latencies
  }

  close(): void {
    this.document.off("operation", this.onOperation);
    this.document.leave(this);
  }
}

export interface DocumentStore {
  save(id: string, ops: Operation[]): Promise<void>;
}

export class AuditingStore implements DocumentStore {
  static readonly instances: AuditingStore[] = [];
  private readonly writes: { id: string; count: number; at: Date }[] = [];
  private readonly bytesById = new Map<string, number>();
  private readonly inFlight = new Set<Promise<void>>();

  constructor(private readonly inner: DocumentStore) {
    AuditingStore.instances.push(this); // grows instances
  }

  async save(id: string, ops: Operation[]): Promise<void> {
    const size = ops.reduce((sum, op) => sum + (op.insert?.length ?? 0), 0);
    this.writes.unshift({ id, count: ops.length, at: new Date() }); // grows writes
    this.bytesById.set(id, (this.bytesById.get(id) ?? 0) + size); // grows bytesById
    const saving = this.inner.save(id, ops);
    this.inFlight.add(saving); // bounded inFlight
    saving.finally(() => this.inFlight.delete(saving));
    await saving;
  }

  async drain(): Promise<void> {
    await Promise.all([...this.inFlight]);
  }
}

export function openDocument(id: string, store: DocumentStore): SharedDocument {
  let document = documents.get(id);
  if (!document) {
    document = new SharedDocument(id, store);
    documents.set(id, document); // bounded documents
  }
  return document;
}

export function countPresence(clients: Iterable<Client>): Map<Presence, number> {
  presenceCounts.clear();
  for (const client of clients) {
    presenceCounts.set(client.presence, (presenceCounts.get(client.presence) ?? 0) + 1); // bounded presenceCounts
  }
  return presenceCounts;
}
