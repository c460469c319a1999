import type { WebSocket } from "ws";

interface Vec2 {
  x: number;
  y: number;
}

interface Input {
  tick: number;
  keys: number;
}

interface Entity {
  id: number;
  position: Vec2;
  velocity: Vec2;
  alive: boolean;
  owner?: Player;
}

export class Player {
  inputs: Input[] = [];
  kills = 0;
  readonly seenPlayers = new Set<string>();
  readonly positions: Vec2[] = [];
  readonly achievements: Record<string, boolean> = {};
  readonly chat: string[] = [];

  constructor(readonly name: string, readonly socket: WebSocket, readonly room: Room) {
    socket.addEventListener("message", (event) => this.receive(String(event.data)));
  }

  receive(text: string): void {
    const [kind, ...rest] = text.split(" ");
    if (kind === "input") this.inputs.push({ tick: Number(rest[0]), keys: Number(rest[1]) }); // bounded inputs
    else if (kind === "say") {
      if (this.chat.push(rest.join(" ")) > 50) this.chat.shift(); // bounded chat
    }
  }

  meet(other: Player): void {
    this.seenPlayers.add(other.name); // grows seenPlayers
  }

  moved(position: Vec2): void {
    this.positions.push({ ...position }); // grows positions
  }
}

class Grid {
  private cells = new Map<number, Entity[]>();
  private occupied = new Set<number>();

  constructor(private readonly width: number, private readonly size: number) {}

  rebuild(entities: Iterable<Entity>): void {
    this.cells.clear();
    this.occupied.clear();
    for (const entity of entities) {
      const key = this.key(entity.position);
      const cell = this.cells.get(key);
      if (cell) cell.push(entity); // bounded cells
      else this.cells.set(key, [entity]); // bounded cells
      this.occupied.add(key); // bounded occupied
    }
  }

  near(position: Vec2): Entity[] {
    const found: Entity[] = [];
    const here = this.key(position);
    for (const key of [here, here - 1, here + 1, here - this.width, here + this.width]) {
      found.push(...(this.cells.get(key) ?? []));
    }
    return found;
  }

  private key({ x, y }: Vec2): number {
    return Math.floor(x / this.size) + this.width * Math.floor(y / this.size);
  }
}

export class Room {
  static nextEntity = 1;
  static readonly rooms = new Map<string, Room>();
  static lobby: Player[] = [];

  private readonly grid = new Grid(64, 16);
  private entities = new Map<number, Entity>();
  private players: Player[] = [];
  private snapshots: { tick: number; state: string }[] = [];
  private replay: Input[][] = [];
  private graveyard: number[] = [];
  private recycled: Entity[] = [];
  private scores: { [player: string]: number } = {};
  private effects: { name: string; until: number }[] = [];
  private collisions = 0;
  private eventsByTick: Map<number, string[]> = new Map();
  private spectators = new WeakMap<WebSocket, Player>();
  private tick = 0;
  private loop?: NodeJS.Timeout;

  static open(name: string): Room {
    let room = Room.rooms.get(name);
    if (!room) {
      room = new Room();
      Room.rooms.set(name, room); // bounded rooms
    }
    return room;
  }

  static shut(name: string): void {
    Room.rooms.get(name)?.stop();
    Room.rooms.delete(name);
  }

  static enter(player: Player): void {
    Room.lobby.push(player); // grows lobby
  }

  start(): void {
    this.loop ??= setInterval(() => this.step(), 50); // bounded loop
  }

  stop(): void {
    if (this.loop) clearInterval(this.loop);
    this.loop = undefined;
  }

  join(player: Player): void {
    this.players.push(player); // bounded players
    for (const other of this.players) other.meet(player);
    this.scores[player.name] = 0; // bounded scores
    player.socket.addEventListener("close", () => this.leave(player), { once: true });
  }

  leave(player: Player): void {
    this.players = this.players.filter((other) => other !== player);
    delete this.scores[player.name];
    for (const [id, entity] of this.entities) if (entity.owner === player) this.entities.delete(id);
  }

  watch(socket: WebSocket, player: Player): void {
    this.spectators.set(socket, player);
  }

  spawn(position: Vec2, owner?: Player): Entity {
    const entity = this.recycled.pop() ??
      { id: Room.nextEntity++, position, velocity: { x: 0, y: 0 }, alive: true };
    if (owner) entity.owner = owner;
    this.entities.set(entity.id, entity); // bounded entities
    return entity;
  }

  private kill(entity: Entity): void {
    entity.alive = false;
    this.entities.delete(entity.id);
    this.graveyard.push(entity.id); // grows graveyard
    if (this.recycled.length < 256) this.recycled.push(entity); // bounded recycled
  }

  addEffect(name: string, ticks: number): void {
    this.effects.push({ name, until: this.tick + ticks }); // bounded effects
  }

  private note(text: string): void {
    const events = this.eventsByTick.get(this.tick);
    if (events) events.push(text); // grows eventsByTick
    else this.eventsByTick.set(this.tick, [text]); // grows eventsByTick
  }

  private step(): void {
    this.tick++;
    const inputs: Input[] = [];
    for (const player of this.players) {
      inputs.push(...player.inputs.splice(0));
    }
    this.replay.push(inputs); // grows replay
    this.grid.rebuild(this.entities.values());
    for (const entity of this.entities.values()) {
      entity.position.x += entity.velocity.x;
      entity.position.y += entity.velocity.y;
      entity.owner?.moved(entity.position);
      for (const other of this.grid.near(entity.position)) {
        if (other === entity) continue;
        this.collisions++;
        this.note(`hit ${entity.id} ${other.id}`);
        this.kill(other);
      }
    }
    this.effects = this.effects.filter(({ until }) => until > this.tick);
    this.snapshots.push({ tick: this.tick, state: JSON.stringify([...this.entities.keys()]) }); // bounded snapshots
    if (this.snapshots.length > 40) this.snapshots = this.snapshots.slice(-40);
    for (const { socket } of this.players) socket.send(this.snapshots.at(-1)!.state);
  }
}
