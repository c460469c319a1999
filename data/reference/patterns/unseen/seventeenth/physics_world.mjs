/** A small 2D physics engine: bodies, contacts, joints, a spatial hash, replays. */

let nextId = 1;
const shapeCache = new Map();
const materials = { ice: 0.02, rubber: 0.9, wood: 0.4 };
const materialUse = {};

export function polygon(sides) {
  const key = Math.max(3, Math.min(12, Math.round(sides)));
  if (!shapeCache.has(key)) {
    const points = [];
    for (let i = 0; i < key; i++) {
      const angle = (2 * Math.PI * i) / key;
      points.push({ x: Math.cos(angle), y: Math.sin(angle) });
    }
    shapeCache.set(key, points); // bounded shapeCache
  }
  return shapeCache.get(key);
}

export class Body {
  constructor({ x = 0, y = 0, sides = 4, material = "wood" } = {}) {
    this.id = nextId++;
    this.position = { x, y };
    this.velocity = { x: 0, y: 0 };
    this.shape = polygon(sides);
    this.material = material;
    this.joints = new Set();
    this.impulses = [];
    this.path = [];
    if (material in materials) materialUse[material] = (materialUse[material] ?? 0) + 1; // bounded materialUse
  }

  push(x, y) {
    this.impulses.push({ x, y }); // bounded impulses
  }

  integrate(dt) {
    for (let impulse = this.impulses.pop(); impulse; impulse = this.impulses.pop()) {
      this.velocity.x += impulse.x;
      this.velocity.y += impulse.y;
    }
    this.position.x += this.velocity.x * dt;
    this.position.y += this.velocity.y * dt;
    this.path.push({ ...this.position }); // grows path
  }
}

class SpatialHash {
  constructor(size) {
    this.size = size;
    this.cells = new Map();
    this.touched = new Set();
  }

  rebuild(bodies) {
    this.cells = new Map();
    for (const body of bodies) {
      const key = `${Math.floor(body.position.x / this.size)},${Math.floor(body.position.y / this.size)}`;
      const cell = this.cells.get(key);
      if (cell) cell.push(body); // bounded cells
      else this.cells.set(key, [body]); // bounded cells
      this.touched.add(key); // grows touched
    }
  }

  *pairs() {
    for (const cell of this.cells.values()) {
      for (let i = 0; i < cell.length; i++) {
        for (let j = i + 1; j < cell.length; j++) yield [cell[i], cell[j]];
      }
    }
  }
}

class Ring {
  constructor(capacity) {
    this.items = new Array(capacity);
    this.at = 0;
  }

  add(item) {
    this.items[this.at] = item;
    this.at = (this.at + 1) % this.items.length;
  }
}

export function createWorld({ gravity = 9.81, cellSize = 2, recorder = null } = {}) {
  const bodies = new Map();
  const contacts = new Map();
  const begun = [];
  const listeners = { begin: new Set(), end: new Set() };
  const hash = new SpatialHash(cellSize);
  const stepTimes = new Ring(240);
  const snapshots = [];
  const commands = [];
  const removed = [];
  let islands = [];
  let replay = [];
  let step = 0;

  function contact(a, b) {
    const key = a.id < b.id ? `${a.id}-${b.id}` : `${b.id}-${a.id}`;
    if (contacts.has(key)) {
      contacts.get(key).step = step;
      return;
    }
    contacts.set(key, { a, b, step }); // bounded contacts
    begun.push(key); // grows begun
    for (const listener of listeners.begin) listener(a, b);
  }

  function expireContacts() {
    for (const [key, { a, b, step: last }] of contacts) {
      if (last === step) continue;
      contacts.delete(key);
      for (const listener of listeners.end) listener(a, b);
    }
  }

  function snapshot() {
    const frame = [];
    for (const body of bodies.values()) frame.push([body.id, body.position.x, body.position.y]);
    snapshots.push(frame); // bounded snapshots
    if (snapshots.length > 600) snapshots.splice(0, 300);
    recorder?.write(frame);
  }

  return {
    add(options) {
      const body = new Body(options);
      bodies.set(body.id, body); // bounded bodies
      commands.push({ step, kind: "add", options }); // grows commands
      return body;
    },

    remove(body) {
      bodies.delete(body.id);
      removed.push(body); // grows removed
    },

    join(a, b, length) {
      const joint = { a, b, length };
      a.joints.add(joint); // bounded joints
      b.joints.add(joint); // bounded joints
      return () => {
        a.joints.delete(joint);
        b.joints.delete(joint);
      };
    },

    on(event, listener) {
      listeners[event].add(listener); // bounded listeners
      return () => listeners[event].delete(listener);
    },

    advance(dt) {
      const started = performance.now();
      step += 1;
      for (const body of bodies.values()) {
        body.push(0, gravity * dt);
        body.integrate(dt);
      }
      hash.rebuild(bodies.values());
      islands = [];
      for (const [a, b] of hash.pairs()) {
        contact(a, b);
        islands.push(new Set([a, b])); // bounded islands
      }
      expireContacts();
      snapshot();
      replay = replay.concat({ step, contacts: contacts.size }); // grows replay
      stepTimes.add(performance.now() - started);
    },

    get islandCount() {
      return islands.length;
    },
  };
}
