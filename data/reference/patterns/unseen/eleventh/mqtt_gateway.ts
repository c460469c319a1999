import { EventEmitter, once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

export interface Packet {
  type: "connect" | "publish" | "subscribe" | "unsubscribe" | "puback" | "pingreq" | "disconnect";
  id: number;
  topic: string;
  payload: Uint8Array;
  qos: 0 | 1 | 2;
  retain: boolean;
}

interface Subscription {
  filter: string;
  qos: 0 | 1 | 2;
}

type Encode = (packet: Partial<Packet>) => Uint8Array;

const perType: Record<string, number> = {};
const malformed: Uint8Array[] = [];

export class Session {
  readonly subscriptions: Subscription[] = [];
  readonly inflight = new Map<number, Packet>();
  readonly delivered: number[] = [];
  readonly latency: number[] = new Array<number>(64).fill(0);
  #next = 0;
  #beats = 0;
  #pending: Packet[] = [];

  constructor(readonly clientId: string, readonly socket: Socket, readonly encode: Encode) {}

  subscribe(filter: string, qos: 0 | 1 | 2): void {
    const known = this.subscriptions.find((entry) => entry.filter === filter);
    if (known) known.qos = qos;
    else this.subscriptions.push({ filter, qos }); // bounded subscriptions
  }

  unsubscribe(filter: string): void {
    const at = this.subscriptions.findIndex((entry) => entry.filter === filter);
    if (at >= 0) this.subscriptions.splice(at, 1);
  }

  send(packet: Packet): void {
    if (this.inflight.size >= 20) {
      this.#pending.push(packet); // bounded #pending
      return;
    }
    const id = ++this.#next & 0xffff;
    if (packet.qos > 0) this.inflight.set(id, packet); // bounded inflight
    this.socket.write(this.encode({ ...packet, id }));
  }

  acknowledge(id: number, sentAt: number): void {
    this.inflight.delete(id);
    this.delivered.push(id); // grows delivered
    this.latency[this.#beats++ % this.latency.length] = Date.now() - sentAt;
    const waiting = this.#pending;
    this.#pending = [];
    for (const packet of waiting) this.send(packet);
  }
}

export class Gateway extends EventEmitter {
  readonly #sessions = new Map<string, Session>();
  readonly #retained = new Map<string, Packet>();
  readonly #bridges: { remote: string; prefix: string }[] = [];
  readonly #bytesByTopic = new Map<string, number>();
  readonly #wills: { [clientId: string]: Packet } = {};
  readonly #banned = new Set<string>();
  #server: Server | null = null;
  #keepalive: NodeJS.Timeout | undefined;
  #audit = "";

  async listen(port: number, encode: Encode): Promise<void> {
    this.#server = createServer((socket) => this.accept(socket, encode));
    this.#server.listen(port);
    await once(this.#server, "listening");
    clearInterval(this.#keepalive);
    this.#keepalive = setInterval(() => this.sweep(), 30_000); // bounded #keepalive
  }

  accept(socket: Socket, encode: Encode): void {
    let clientId = "";
    const chunks: Uint8Array[] = [];
    socket.on("data", (chunk) => {
      chunks.push(chunk); // bounded chunks
      const whole = Buffer.concat(chunks);
      if (whole.length < 2) return;
      chunks.length = 0;
      const packet = decode(whole);
      if (packet === null) {
        malformed.push(whole); // grows malformed
        return;
      }
      perType[packet.type] = (perType[packet.type] ?? 0) + 1; // bounded perType
      if (packet.type === "connect") {
        clientId = packet.topic;
        this.#sessions.set(clientId, new Session(clientId, socket, encode)); // bounded #sessions
        if (packet.retain) this.#wills[clientId] = packet; // bounded #wills
      } else this.handle(clientId, packet);
    });
    socket.once("close", () => {
      this.#sessions.delete(clientId);
      const will = this.#wills[clientId];
      delete this.#wills[clientId];
      if (will) this.publish(will);
    });
    socket.on("error", (error) => {
      this.#audit += `${new Date().toISOString()} ${clientId} ${error.message}\n`; // grows #audit
    });
  }

  handle(clientId: string, packet: Packet): void {
    const session = this.#sessions.get(clientId);
    if (!session) {
      this.#banned.add(clientId); // grows #banned
      return;
    }
    switch (packet.type) {
      case "publish":
        this.publish(packet);
        break;
      case "subscribe":
        session.subscribe(packet.topic, packet.qos);
        break;
      case "unsubscribe":
        session.unsubscribe(packet.topic);
        break;
      default:
        session.acknowledge(packet.id, Date.now());
    }
  }

  publish(packet: Packet): void {
    const { topic, payload } = packet;
    if (packet.retain) {
      if (payload.length === 0) this.#retained.delete(topic);
      else this.#retained.set(topic, packet); // bounded #retained
    }
    const before = this.#bytesByTopic.get(topic) ?? 0;
    this.#bytesByTopic.set(topic, before + payload.length); // grows #bytesByTopic
    for (const session of this.#sessions.values()) {
      if (session.subscriptions.some(({ filter }) => matches(filter, topic))) session.send(packet);
    }
  }

  bridge(remote: string, prefix: string, peer: EventEmitter): void {
    this.#bridges.push({ remote, prefix }); // grows #bridges
    peer.on("publish", (packet: Packet) => this.publish({ ...packet, topic: prefix + packet.topic })); // grows publish
  }

  async drained(peer: EventEmitter, signal: AbortSignal): Promise<void> {
    await once(peer, "drain", { signal });
  }

  sweep(): void {
    for (const [id, session] of this.#sessions) {
      if (session.socket.destroyed) this.#sessions.delete(id);
    }
  }

  close(): void {
    clearInterval(this.#keepalive);
    this.#server?.close();
    this.#sessions.clear();
  }
}

function matches(filter: string, topic: string): boolean {
  const parts: string[] = [];
  for (const part of filter.split("/")) parts.push(part === "+" ? "[^/]+" : part);
  return new RegExp(`^${parts.join("/").replace("#", ".*")}$`).test(topic);
}

function decode(bytes: Uint8Array): Packet | null {
  const type = (["connect", "publish", "subscribe", "puback"] as const)[bytes[0]! >> 4];
  if (!type) return null;
  return {
    type,
    id: bytes[1]!,
    topic: new TextDecoder().decode(bytes.subarray(2, 10)),
    payload: bytes.subarray(10),
    qos: 1,
    retain: (bytes[0]! & 1) === 1,
  };
}
