import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { WebSocket, WebSocketServer } from "ws";

interface Frame {
  kind: "join" | "leave" | "text" | "typing" | "ack";
  room: string;
  body: string;
  sequence: number;
}

interface Connection {
  id: string;
  user: string;
  socket: WebSocket;
  rooms: Set<string>;
  unacked: Frame[];
  bytes: number;
}

const connections = new Map<string, Connection>();
const rooms: Record<string, Set<Connection>> = {};
const history = new Map<string, Frame[]>();
const typing: Record<string, NodeJS.Timeout> = {};
const unread = new Map<string, number>();
const addresses = new Set<string>();
const tokens = new Map<string, { user: string; expires: number }>();
const resumable = new Map<string, { frames: Frame[]; timer: NodeJS.Timeout }>();
const bans: string[] = [];
const perSecond: number[] = [];
const byKind: { [K in Frame["kind"]]?: number } = {};
const mentions: Array<{ by: string; text: string }> = [];
const reconnects: Map<string, Date[]> = new Map();

export function issueToken(user: string): string {
  const token = randomBytes(16).toString("hex");
  tokens.set(token, { user, expires: Date.now() + 60_000 }); // bounded tokens
  return token;
}

function redeem(token: string): string | null {
  const entry = tokens.get(token);
  tokens.delete(token);
  return entry && entry.expires > Date.now() ? entry.user : null;
}

export function start(port: number): WebSocketServer {
  const server = new WebSocketServer({ port });
  server.on("connection", (socket, request) => accept(socket, request));
  const heartbeat = setInterval(() => {
    for (const { socket } of connections.values()) socket.ping();
    perSecond.push(connections.size); // bounded perSecond
    if (perSecond.length > 3600) perSecond.shift();
  }, 1000);
  server.on("close", () => clearInterval(heartbeat));
  return server;
}

function accept(socket: WebSocket, request: IncomingMessage): void {
  const url = new URL(request.url ?? "/", "http://local");
  const user = redeem(url.searchParams.get("token") ?? "");
  addresses.add(request.socket.remoteAddress ?? "unknown"); // grows addresses
  if (user === null || bans.includes(user)) {
    socket.close(4001);
    return;
  }
  const connection: Connection = {
    id: randomBytes(8).toString("hex"),
    user,
    socket,
    rooms: new Set(),
    unacked: [],
    bytes: 0,
  };
  connections.set(connection.id, connection); // bounded connections
  remember(reconnects, user, new Date()); // grows reconnects
  resume(connection);
  socket.on("message", (data) => {
    connection.bytes += data.toString().length;
    receive(connection, JSON.parse(data.toString()) as Frame);
  });
  socket.on("close", () => drop(connection));
}

/** Keeps a value under a key. */
function remember<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function resume(connection: Connection): void {
  const kept = resumable.get(connection.user);
  if (!kept) return;
  clearTimeout(kept.timer);
  resumable.delete(connection.user);
  for (const frame of kept.frames) deliver(connection, frame);
}

function drop(connection: Connection): void {
  connections.delete(connection.id);
  for (const room of connection.rooms) leave(connection, room);
  const timer = setTimeout(() => resumable.delete(connection.user), 30_000);
  resumable.set(connection.user, { frames: connection.unacked, timer }); // bounded resumable
}

function leave(connection: Connection, room: string): void {
  connection.rooms.delete(room);
  const members = rooms[room];
  if (!members) return;
  members.delete(connection);
  if (members.size === 0) delete rooms[room];
}

function receive(connection: Connection, frame: Frame): void {
  byKind[frame.kind] = (byKind[frame.kind] ?? 0) + 1; // bounded byKind
  switch (frame.kind) {
    case "join": {
      connection.rooms.add(frame.room); // bounded rooms
      (rooms[frame.room] ??= new Set()).add(connection); // bounded rooms
      for (const old of history.get(frame.room) ?? []) deliver(connection, old);
      break;
    }
    case "leave":
      leave(connection, frame.room);
      break;
    case "typing": {
      const key = `${frame.room}/${connection.user}`;
      clearTimeout(typing[key]);
      typing[key] = setTimeout(() => { // bounded typing
        delete typing[key];
        broadcast({ ...frame, body: "" });
      }, 3000);
      break;
    }
    case "ack":
      connection.unacked = connection.unacked.filter(({ sequence }) => sequence > frame.sequence);
      unread.delete(connection.user);
      break;
    default:
      keep(frame);
      if (frame.body.includes("@")) mentions.push({ by: connection.user, text: frame.body }); // grows mentions
      broadcast(frame);
  }
}

function keep(frame: Frame): void {
  const frames = history.get(frame.room);
  if (!frames) {
    history.set(frame.room, [frame]); // grows history
    return;
  }
  frames.push(frame); // bounded history
  if (frames.length > 200) frames.shift();
}

function broadcast(frame: Frame): void {
  const gone: Connection[] = [];
  for (const member of rooms[frame.room] ?? []) {
    if (member.socket.readyState === WebSocket.OPEN) deliver(member, frame);
    else gone.push(member);
  }
  for (const connection of gone) drop(connection);
}

function deliver(connection: Connection, frame: Frame): void {
  connection.unacked.push(frame); // bounded unacked
  unread.set(connection.user, (unread.get(connection.user) ?? 0) + 1); // bounded unread
  connection.socket.send(JSON.stringify(frame));
}

export function ban(user: string): void {
  bans.push(user); // grows bans
  for (const connection of connections.values()) {
    if (connection.user === user) connection.socket.terminate();
  }
}

export class Client {
  private socket: WebSocket | null = null;
  private outbox: string[] = [];
  private pending = new Map<number, { resolve(frame: Frame): void; reject(error: Error): void }>();
  private closeCodes: number[] = [];
  private handlers: Partial<Record<Frame["kind"], ((frame: Frame) => void)[]>> = {};
  private sequence = 0;
  private attempts = 0;
  private transcript = "";
  private roundTrips: number[] = [];

  constructor(private readonly url: string) {
    process.on("SIGHUP", () => this.connect()); // grows SIGHUP
  }

  connect(): void {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.once("open", () => {
      this.attempts = 0;
      while (this.outbox.length > 0) socket.send(this.outbox.shift()!);
    });
    socket.on("message", (data) => this.receive(JSON.parse(data.toString()) as Frame));
    socket.on("close", (code) => {
      this.closeCodes.push(code); // grows closeCodes
      setTimeout(() => this.connect(), Math.min(30_000, 500 * 2 ** this.attempts++));
    });
  }

  on(kind: Frame["kind"], handler: (frame: Frame) => void): void {
    (this.handlers[kind] ??= []).push(handler); // grows handlers
  }

  request(frame: Omit<Frame, "sequence">, timeout = 5000): Promise<Frame> {
    const sequence = ++this.sequence;
    const sent = Date.now();
    return new Promise<Frame>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(sequence);
        reject(new Error("timeout"));
      }, timeout);
      this.pending.set(sequence, { // bounded pending
        resolve: (answer) => {
          clearTimeout(timer);
          this.roundTrips.push(Date.now() - sent); // grows roundTrips
          resolve(answer);
        },
        reject,
      });
      this.write(JSON.stringify({ ...frame, sequence }));
    });
  }

  private write(text: string): void {
    this.transcript += text; // grows transcript
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
    else this.outbox.push(text); // bounded outbox
  }

  private receive(frame: Frame): void {
    this.pending.get(frame.sequence)?.resolve(frame);
    this.pending.delete(frame.sequence);
    for (const handler of this.handlers[frame.kind] ?? []) handler(frame);
  }
}
