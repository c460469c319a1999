export type Entity = number;
export type Component = object;
export type ComponentType<T extends Component = Component> = new (...args: never[]) => T;

const MAX_SNAPSHOTS = 60;
const LAYERS = ["ground", "units", "effects", "interface"] as const;
type Layer = (typeof LAYERS)[number];

/** Dense storage: the last one moves into the gap. */
export class SparseSet<T> {
  readonly dense: T[] = [];
  readonly entities: Entity[] = [];
  private readonly sparse: number[] = [];

  set(entity: Entity, value: T): void {
    const at = this.sparse[entity];
    if (at !== undefined && this.entities[at] === entity) {
      this.dense[at] = value;
      return;
    }
    this.sparse[entity] = this.dense.length; // unsure sparse
    this.dense.push(value); // bounded dense
    this.entities.push(entity); // bounded entities
  }

  remove(entity: Entity): void {
    const at = this.sparse[entity]!;
    const last = this.dense.length - 1;
    this.dense[at] = this.dense[last]!;
    this.entities[at] = this.entities[last]!;
    this.sparse[this.entities[at]!] = at; // unsure sparse
    this.dense.pop();
    this.entities.pop();
  }
}

export abstract class System {
  enabled = true;
  readonly timings: number[] = [];
  constructor(protected readonly world: World) {}
  abstract update(dt: number): void;
}

export class World {
  private readonly stores = new Map<ComponentType, SparseSet<Component>>();
  private readonly systems: System[] = [];
  private readonly free: Entity[] = [];
  private readonly alive = new Set<Entity>();
  private readonly doomed: Entity[] = [];
  private readonly commands: (() => void)[] = [];
  private readonly snapshots: string[] = [];
  private readonly queries = new Map<string, Entity[]>();
  private readonly names = new Map<string, Entity>();
  private readonly tags: Record<string, Set<Entity>> = {};
  private readonly onSpawn: ((entity: Entity) => void)[] = [];
  private readonly deaths: { entity: Entity; frame: number }[] = [];
  private readonly drawn = new Map<Layer, number>();
  private generation: number[] = [];
  private next = 0;
  private frame = 0;

  spawn(name?: string): Entity {
    const entity = this.free.pop() ?? this.next++;
    this.alive.add(entity); // bounded alive
    if (name !== undefined) this.names.set(name, entity); // grows names
    for (const callback of this.onSpawn) callback(entity);
    return entity;
  }

  destroy(entity: Entity): void {
    this.doomed.push(entity); // bounded doomed
  }

  observe(callback: (entity: Entity) => void): () => void {
    this.onSpawn.push(callback); // bounded onSpawn
    return () => {
      const index = this.onSpawn.indexOf(callback);
      this.onSpawn.splice(index, 1);
    };
  }

  tag(entity: Entity, tag: string): void {
    (this.tags[tag] ??= new Set()).add(entity); // unsure tags
  }

  attach<T extends Component>(entity: Entity, component: T): void {
    const type = component.constructor as ComponentType<T>;
    let store = this.stores.get(type);
    if (!store) this.stores.set(type, store = new SparseSet()); // unsure stores
    store.set(entity, component);
    this.queries.clear();
  }

  query(...types: ComponentType[]): readonly Entity[] {
    const key = types.map((type) => type.name).join("+");
    const known = this.queries.get(key);
    if (known) return known;
    const found: Entity[] = [];
    for (const entity of this.alive) {
      if (types.every((type) => this.stores.get(type)?.entities.includes(entity))) found.push(entity);
    }
    this.queries.set(key, found); // bounded queries
    return found;
  }

  defer(command: () => void): void {
    this.commands.push(command); // bounded commands
  }

  addSystem(system: System): void {
    this.systems.push(system); // grows systems
  }

  countDrawn(layer: Layer): void {
    this.drawn.set(layer, (this.drawn.get(layer) ?? 0) + 1); // bounded drawn
  }

  step(dt: number): void {
    this.frame++;
    for (const system of this.systems) {
      if (!system.enabled) continue;
      const started = performance.now();
      system.update(dt);
      system.timings[this.frame % 120] = performance.now() - started;
    }
    for (let command = this.commands.shift(); command; command = this.commands.shift()) command();
    for (const entity of this.doomed) {
      for (const tagged of Object.values(this.tags)) tagged.delete(entity);
      this.stores.forEach((store) => store.remove(entity));
      this.alive.delete(entity);
      this.free.push(entity); // bounded free
      this.deaths.push({ entity, frame: this.frame }); // grows deaths
      this.generation[entity] = (this.generation[entity] ?? 0) + 1; // unsure generation
    }
    this.doomed.length = 0;
    const excess = this.snapshots.push(JSON.stringify([...this.alive])) - MAX_SNAPSHOTS; // bounded snapshots
    if (excess > 0) this.snapshots.splice(0, excess);
  }
}

export class Movement extends System {
  private readonly paths = new Map<Entity, { x: number; y: number }[]>();
  private readonly collisions: [Entity, Entity][] = [];
  private readonly heat = new Float32Array(64 * 64);
  private visitedCells = new Set<string>();

  override update(dt: number): void {
    this.collisions.length = 0;
    for (const entity of this.world.query()) {
      const path = this.paths.get(entity) ?? [];
      if (path.length === 0) this.paths.set(entity, path); // grows paths
      path.push({ x: entity * dt, y: dt }); // grows paths
      this.heat[entity % this.heat.length]! += 1;
      this.visitedCells.add(`${Math.round(entity * dt)}`); // grows visitedCells
      if (entity % 2 === 0) this.collisions.push([entity, entity + 1]); // bounded collisions
    }
  }
}

export class Recorder extends System {
  private static tapes: Recorder[] = [];
  private inputs: Uint8Array[] = [];
  private bytes = 0;
  private marks = new Map<number, string>();

  static start(world: World): Recorder {
    const recorder = new Recorder(world);
    Recorder.tapes = [...Recorder.tapes, recorder]; // grows tapes
    return recorder;
  }

  mark(text: string): void {
    this.marks.set(this.bytes, text); // grows marks
  }

  override update(): void {
    const chunk = new Uint8Array(16);
    this.inputs.push(chunk); // bounded inputs
    this.bytes += chunk.length;
    while (this.bytes > 1 << 20) this.bytes -= this.inputs.shift()!.length;
  }
}
