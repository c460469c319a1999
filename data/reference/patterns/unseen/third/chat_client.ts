import { EventEmitter } from "node:events";
import type { WebSocket } from "ws";

interface Message { id: number; room: string; text: string; reactions: string[] }

export class ChatClient extends EventEmitter {
  #socket: WebSocket | null = null;
  #outbox: Message[] = [];
  #unacked = new Map<number, { message: Message; retries: number }>();
  #rooms: Record<string, { members: Set<string>; messages: Message[] }> = {};
  #typing = new Map<string, ReturnType<typeof setTimeout>>();
  #latencies: number[] = [];
  #drafts: Map<string, string> = new Map();
  #seenIds = new Set<number>();
  #reconnects: Date[] = [];
  #lastId = 0;
  #muted: string[] = [];
  static #clients: ChatClient[] = [];
  static connected = 0;

  constructor(private readonly url: string, private readonly open: (url: string) => WebSocket) {
    super();
    ChatClient.#clients.push(this); // grows #clients
    this.connect();
  }

  connect(): void {
    const socket = this.open(this.url);
    socket.on("open", () => {
      ChatClient.connected++;
      this.#reconnects.push(new Date()); // grows #reconnects
      this.#flush();
    });
    socket.on("message", (data: Buffer) => this.#receive(JSON.parse(data.toString())));
    socket.on("close", () => setTimeout(() => this.connect(), 1000));
    this.#socket = socket;
  }

  send(room: string, text: string): void {
    const message = { id: ++this.#lastId, room, text, reactions: [] };
    this.#outbox.push(message); // bounded #outbox
    this.#unacked.set(message.id, { message, retries: 0 }); // bounded #unacked
    this.#flush();
  }

  #flush(): void {
    let message: Message | undefined;
    while ((message = this.#outbox.shift())) this.#socket?.send(JSON.stringify(message));
  }

  #receive(message: Message & { ack?: number; at: number }): void {
    if (message.ack !== undefined) {
      this.#unacked.delete(message.ack);
      return;
    }
    if (this.#seenIds.has(message.id)) return;
    this.#seenIds.add(message.id); // grows #seenIds
    const room = this.#rooms[message.room] ??= { members: new Set(), messages: [] }; // grows #rooms
    room.messages.push(message); // grows #rooms
    room.members.add(message.text); // grows #rooms
    this.#latencies = [Date.now() - message.at, ...this.#latencies].slice(0, 20); // bounded #latencies
    this.emit("message", message);
  }

  typing(user: string): void {
    clearTimeout(this.#typing.get(user));
    this.#typing.set(user, setTimeout(() => this.#typing.delete(user), 3000)); // bounded #typing
  }

  draft(room: string, text: string): void {
    if (text === "") this.#drafts.delete(room);
    else this.#drafts.set(room, text); // bounded #drafts
  }

  mute(user: string): void {
    this.#muted = [...new Set([...this.#muted, user])]; // grows #muted
  }

  history(room: string, limit: number): Message[] {
    const found: Message[] = [];
    for (const message of this.#rooms[room]?.messages ?? []) {
      if (found.length < limit) found.push(message);
    }
    return found;
  }

  bindVisibility(document: Document): void {
    document.addEventListener("visibilitychange", () => this.emit("visible")); // grows
  }

  pollPresence(): void {
    const handle = setInterval(() => this.emit("presence"), 5000); // bounded
    this.once("stop", () => clearInterval(handle));
  }

  heartbeat(): void {
    setInterval(() => this.#socket?.ping(), 30_000); // grows
  }
}

export class MessageStore {
  private pages: Message[][] = [];
  private byId: Record<number, Message> = {};
  private pinned: ReadonlyArray<Message> = [];
  private pending: Promise<void>[] = [];
  private readonly cache = new Map<string, Message[]>();
  private readonly views: WeakMap<object, Message[]> = new WeakMap();
  private searchLog: string[] | undefined;
  private cursor = { page: 0, items: [] as Message[] };

  append(message: Message): void {
    const last = this.pages.at(-1);
    if (last && last.length < 50) last.push(message); // unsure
    else this.pages.push([message]); // grows pages
    this.byId[message.id] = message; // bounded byId
  }

  remove(id: number): void {
    delete this.byId[id];
    for (const page of this.pages) {
      const at = page.findIndex((message) => message.id === id);
      if (at >= 0) page.splice(at, 1);
    }
  }

  pin(message: Message): void {
    this.pinned = this.pinned.concat(message); // grows pinned
  }

  persist(write: (message: Message) => Promise<void>, message: Message): void {
    const task = write(message).finally(() => {
      this.pending = this.pending.filter((other) => other !== task);
    });
    this.pending.push(task); // bounded pending
  }

  search(text: string): Message[] {
    (this.searchLog ||= []).push(text); // grows searchLog
    const key = text.toLowerCase();
    if (this.cache.size > 100) this.cache.clear();
    let hits = this.cache.get(key);
    if (!hits) this.cache.set(key, hits = this.scan(key)); // bounded cache
    return hits;
  }

  private scan(key: string): Message[] {
    return this.pages.flat().filter((message) => message.text.includes(key));
  }

  view(owner: object, message: Message): void {
    const list = this.views.get(owner);
    if (list) list.push(message); // unsure
    else this.views.set(owner, [message]);
  }

  page(items: Message[]): void {
    this.cursor = { page: this.cursor.page + 1, items: [] };
    for (const item of items) this.cursor.items.push(item); // bounded cursor.items
  }

  react(id: number, emoji: string): void {
    this.byId[id]?.reactions.push(emoji); // grows byId
  }
}
