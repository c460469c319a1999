import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

interface Message {
  from: string;
  text: string;
}

const bannedWords = new Set(["spam"]);
const rooms = new Map<string, Room>();

export function room(name: string): Room {
  let found = rooms.get(name);
  if (!found) {
    found = new Room(name);
    rooms.set(name, found);
  }
  return found;
}

export class Room {
  private members: Member[] = [];
  private backlog: Message[] = [];
  private readonly typing = new Map<string, NodeJS.Timeout>();
  private readonly mutedUntil: Map<string, number> = new Map();
  private transcript = "";
  private lastSpeakers: string[] = [];

  constructor(readonly name: string) {}

  join(socket: Socket): Member {
    const member = new Member(this, socket);
    this.members = [...this.members, member];
    socket.on("close", () => this.leave(member));
    return member;
  }

  leave(member: Member): void {
    this.members = this.members.filter((other) => other !== member);
  }

  say(message: Message): void {
    if (bannedWords.has(message.text)) return;
    this.backlog.push(message);
    this.backlog.splice(0, this.backlog.length - 100);
    this.transcript += `${message.from}: ${message.text}\n`;
    this.lastSpeakers.unshift(message.from);
    this.lastSpeakers.length = Math.min(5, this.lastSpeakers.length);
    for (const member of this.members) member.deliver(message);
  }

  type(from: string): void {
    clearTimeout(this.typing.get(from));
    this.typing.set(from, setTimeout(() => this.typing.delete(from), 3000));
  }

  mute(who: string, until: number): void {
    this.mutedUntil.set(who, until);
  }
}

export class Member {
  #outbox: string[] = [];
  #blocked: string[] = [];
  static total = 0;

  constructor(private readonly room: Room, private readonly socket: Socket) {
    Member.total++;
  }

  deliver(message: Message): void {
    if (this.#blocked.includes(message.from)) return;
    this.#outbox.push(message.text);
    if (this.socket.writable) this.#flush();
  }

  block(name: string): void {
    if (this.#blocked.indexOf(name) < 0) this.#blocked.push(name);
  }

  #flush(): void {
    for (const text of this.#outbox.splice(0)) this.socket.write(text);
  }

  close(): void {
    this.room.leave(this);
  }
}

export class Gateway {
  #server: Server | null = null;
  #open = new Set<Socket>();
  #metrics = { accepted: 0, bytes: 0 };
  #closed = false;

  async listen(port: number): Promise<void> {
    this.#server = createServer((socket) => {
      this.#open.add(socket);
      this.#metrics.accepted += 1;
      socket.on("data", (bytes) => (this.#metrics.bytes += bytes.length));
      socket.once("close", () => this.#open.delete(socket));
    });
    this.#server.listen(port);
    while (!this.#closed) await sleep(1000);
  }

  close(): void {
    this.#closed = true;
    this.#server?.close();
    for (const socket of this.#open) socket.destroy();
  }
}
