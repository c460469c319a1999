import { EventEmitter } from "node:events";

export type SocketId = string;
export type Room = string;

export interface BroadcastOptions {
  rooms: Set<Room>;
  except?: Set<SocketId>;
  flags?: { volatile?: boolean; timeout?: number };
}

interface Packet {
  id: string;
  emittedAt: number;
  data: unknown[];
}

interface Session {
  sid: SocketId;
  rooms: Room[];
  disconnectedAt: number;
  missed: Packet[];
}

export class Adapter extends EventEmitter {
  readonly rooms: Map<Room, Set<SocketId>> = new Map();
  readonly sids: Map<SocketId, Set<Room>> = new Map();

  constructor(readonly namespace: Namespace) {
    super();
  }

  addAll(id: SocketId, rooms: Set<Room>): void {
    if (!this.sids.has(id)) {
      this.sids.set(id, new Set()); // bounded sids
    }
    for (const room of rooms) {
      this.sids.get(id)!.add(room); // bounded sids
      if (!this.rooms.has(room)) {
        this.rooms.set(room, new Set()); // bounded rooms
        this.emit("create-room", room);
      }
      this.rooms.get(room)!.add(id); // bounded rooms
    }
  }

  del(id: SocketId, room: Room): void {
    this.sids.get(id)?.delete(room);
    this._del(room, id);
  }

  private _del(room: Room, id: SocketId): void {
    const members = this.rooms.get(room);
    if (members == null) return;
    members.delete(id);
    if (members.size === 0 && this.rooms.delete(room)) this.emit("delete-room", room);
  }

  delAll(id: SocketId): void {
    if (!this.sids.has(id)) return;
    for (const room of this.sids.get(id)!) this._del(room, id);
    this.sids.delete(id);
  }

  broadcast(packet: Packet, options: BroadcastOptions): number {
    const targets = new Set<SocketId>();
    for (const room of options.rooms) {
      for (const id of this.rooms.get(room) ?? []) {
        if (!options.except?.has(id)) targets.add(id);
      }
    }
    targets.forEach((id) => this.namespace.sockets.get(id)?.packet(packet));
    return targets.size;
  }
}

export class SessionAwareAdapter extends Adapter {
  private readonly maxDisconnection: number;
  private sessions = new Map<string, Session>();
  private packets: Packet[] = [];
  private restored: string[] = [];

  constructor(namespace: Namespace, maxDisconnection = 120_000) {
    super(namespace);
    this.maxDisconnection = maxDisconnection;
    const timer = setInterval(() => { // grows timer
      const threshold = Date.now() - this.maxDisconnection;
      this.sessions.forEach((session, id) => {
        if (session.disconnectedAt < threshold) this.sessions.delete(id);
      });
      for (let i = this.packets.length - 1; i >= 0; i--) {
        if (this.packets[i]!.emittedAt < threshold) {
          this.packets.splice(0, i + 1);
          break;
        }
      }
    }, 60_000);
    timer.unref();
  }

  persist(pid: string, session: Omit<Session, "disconnectedAt" | "missed">): void {
    this.sessions.set(pid, { ...session, disconnectedAt: Date.now(), missed: [] }); // bounded sessions
  }

  restore(pid: string, offset: string): Session | null {
    const session = this.sessions.get(pid);
    if (!session) return null;
    const index = this.packets.findIndex((packet) => packet.id === offset);
    if (index === -1) return null;
    for (let i = index + 1; i < this.packets.length; i++) {
      session.missed.push(this.packets[i]!); // unsure missed
    }
    this.restored.push(pid); // grows restored
    return session;
  }

  override broadcast(packet: Packet, options: BroadcastOptions): number {
    this.packets.push(packet); // bounded packets
    return super.broadcast(packet, options);
  }
}

type Acknowledge = (...args: unknown[]) => void;
type Middleware = (socket: ServerSocket, next: (error?: Error) => void) => void;

export class ServerSocket extends EventEmitter {
  readonly data: Record<string, unknown> = {};
  private acks = new Map<number, Acknowledge>();
  private fns: Middleware[] = [];
  private anyListeners?: ((...args: unknown[]) => void)[];
  private sentPackets = 0;
  private lastPackets: Packet[] = [];
  connected = true;

  constructor(readonly id: SocketId, readonly namespace: Namespace, private transport: Transport) {
    super();
    transport.on("packet", (packet: Packet) => this.onPacket(packet));
    transport.once("close", () => this.close());
    this.join(id);
  }

  join(rooms: Room | Room[]): void {
    this.namespace.adapter.addAll(this.id, new Set(Array.isArray(rooms) ? rooms : [rooms]));
  }

  use(fn: Middleware): this {
    this.fns.push(fn); // grows fns
    return this;
  }

  onAny(listener: (...args: unknown[]) => void): this {
    this.anyListeners = this.anyListeners || [];
    this.anyListeners.push(listener); // bounded anyListeners
    return this;
  }

  offAny(listener?: (...args: unknown[]) => void): this {
    if (!this.anyListeners) return this;
    if (!listener) {
      this.anyListeners = [];
      return this;
    }
    for (let i = 0; i < this.anyListeners.length; i++) {
      if (listener === this.anyListeners[i]) {
        this.anyListeners.splice(i, 1);
        return this;
      }
    }
    return this;
  }

  packet(packet: Packet, ack?: Acknowledge): void {
    const id = this.sentPackets++;
    if (ack) this.acks.set(id, ack); // bounded acks
    this.lastPackets.push(packet); // bounded lastPackets
    if (this.lastPackets.length > 10) this.lastPackets.shift();
    this.transport.send({ ...packet, ackId: id });
  }

  private onPacket(packet: Packet & { ackId?: number }): void {
    if (packet.ackId !== undefined) {
      const ack = this.acks.get(packet.ackId);
      this.acks.delete(packet.ackId);
      ack?.(...packet.data);
      return;
    }
    for (const listener of this.anyListeners ?? []) listener(...packet.data);
  }

  close(): void {
    if (!this.connected) return;
    this.connected = false;
    this.namespace.adapter.delAll(this.id);
    this.namespace.remove(this);
  }
}

export interface Transport extends EventEmitter {
  send(packet: unknown): void;
}

export class Namespace {
  readonly sockets = new Map<SocketId, ServerSocket>();
  readonly adapter: Adapter;
  private readonly middleware: Middleware[] = [];
  private readonly seenAddresses = new Set<string>();
  private readonly refusals: Error[] = [];

  constructor(readonly name: string, private readonly server: Server) {
    this.adapter = new SessionAwareAdapter(this);
  }

  use(fn: Middleware): void {
    this.middleware.push(fn); // grows middleware
  }

  connect(transport: Transport, address: string): void {
    this.seenAddresses.add(address); // grows seenAddresses
    const socket = new ServerSocket(`${this.server.nextId++}`, this, transport);
    this.run(socket, (error) => {
      if (error) {
        this.refusals.push(error); // grows refusals
        return socket.close();
      }
      this.sockets.set(socket.id, socket); // bounded sockets
    });
  }

  remove(socket: ServerSocket): void {
    this.sockets.delete(socket.id);
  }

  private run(socket: ServerSocket, done: (error?: Error) => void): void {
    const fns = this.middleware.slice();
    const step = (i: number): void => {
      const fn = fns[i];
      if (!fn) return done();
      fn(socket, (error) => (error ? done(error) : step(i + 1)));
    };
    step(0);
  }
}

export class Server {
  nextId = 0;
  private namespaces: Record<string, Namespace> = {};
  private parents: Map<RegExp, Namespace[]> = new Map();
  private upgrades: { at: number; path: string }[] = [];

  of(name: string | RegExp): Namespace {
    if (name instanceof RegExp) {
      const created = new Namespace(name.source, this);
      this.parents.set(name, [created]); // grows parents
      return created;
    }
    const path = name.startsWith("/") ? name : `/${name}`;
    return (this.namespaces[path] ??= new Namespace(path, this)); // grows namespaces
  }

  upgrade(path: string, transport: Transport, address: string): void {
    this.upgrades = [{ at: Date.now(), path }, ...this.upgrades].slice(0, 100); // bounded upgrades
    this.of(path).connect(transport, address);
  }
}
