let nextId = 0;
const geometryCache = {};
const programs = [];
const disposed = [];

export class Dispatcher {
  addEventListener(type, listener) {
    if (this._listeners === undefined) this._listeners = {};
    const listeners = this._listeners;
    if (listeners[type] === undefined) listeners[type] = [];
    if (listeners[type].indexOf(listener) === -1) listeners[type].push(listener); // bounded _listeners
  }

  removeEventListener(type, listener) {
    const array = this._listeners?.[type];
    if (array === undefined) return;
    const index = array.indexOf(listener);
    if (index !== -1) array.splice(index, 1);
  }

  dispatch(event) {
    const array = this._listeners?.[event.type];
    if (array === undefined) return;
    for (const listener of array.slice(0)) listener.call(this, event);
  }
}

export class Node3 extends Dispatcher {
  constructor() {
    super();
    this.id = nextId++;
    this.parent = null;
    this.children = [];
    this.animations = [];
    this.userData = {};
    this.matrixHistory = [];
  }

  add(...nodes) {
    for (const node of nodes) {
      if (node.parent !== null) node.parent.remove(node);
      node.parent = this;
      this.children.push(node); // bounded children
    }
    return this;
  }

  remove(node) {
    const index = this.children.indexOf(node);
    if (index !== -1) {
      node.parent = null;
      this.children.splice(index, 1);
    }
    return this;
  }

  traverse(visit) {
    visit(this);
    for (const child of this.children) child.traverse(visit);
  }

  updateMatrix(matrix) {
    this.matrixHistory.push(matrix.slice()); // grows matrixHistory
  }
}

export class RenderList {
  constructor() {
    this.opaque = [];
    this.transparent = [];
    this.items = [];
    this.count = 0;
    this.sorted = 0;
  }

  init() {
    this.count = 0;
    this.opaque.length = 0;
    this.transparent.length = 0;
  }

  push(node, material, z) {
    let item = this.items[this.count];
    if (item === undefined) {
      item = { id: node.id, node, material, z };
      this.items[this.count] = item; // unsure items
    } else {
      Object.assign(item, { id: node.id, node, material, z });
    }
    this.count++;
    (material.transparent ? this.transparent : this.opaque).push(item); // bounded opaque
  }

  finish() {
    this.opaque.sort((a, b) => a.z - b.z);
    this.transparent.sort((a, b) => b.z - a.z);
  }
}

export class Renderer {
  constructor(canvas) {
    this.canvas = canvas;
    this.lists = new WeakMap();
    this.stack = [];
    this.info = { frames: 0, calls: 0, memory: { geometries: 0 } };
    this.frameTimes = [];
    this.warnings = {};
    this.textures = new Map();
    this.contextLosses = [];
    this.onLost = (event) => {
      event.preventDefault();
      this.contextLosses.push(performance.now()); // grows contextLosses
    };
    canvas.addEventListener("webglcontextlost", this.onLost, false); // bounded listener
    canvas.addEventListener("webglcontextrestored", () => this.restore()); // grows listener
  }

  restore() {
    this.textures.clear();
  }

  texture(image) {
    let texture = this.textures.get(image.src);
    if (!texture) {
      texture = { image, version: 0, users: 0 };
      this.textures.set(image.src, texture); // bounded textures
    }
    texture.users++;
    return texture;
  }

  release(texture) {
    if (--texture.users > 0) return;
    this.textures.delete(texture.image.src);
    disposed.push(texture.image.src); // grows disposed
  }

  program(key, source) {
    let program = programs.find((each) => each.key === key);
    if (!program) {
      program = { key, source, used: 1 };
      programs.push(program); // bounded programs
    } else program.used++;
    return program;
  }

  releaseProgram(program) {
    if (--program.used === 0) {
      const i = programs.indexOf(program);
      programs[i] = programs[programs.length - 1];
      programs.pop();
    }
  }

  warn(message) {
    if (message in this.warnings) return;
    this.warnings[message] = this.info.frames; // grows warnings
    console.warn(message);
  }

  render(scene, camera) {
    const started = performance.now();
    let list = this.lists.get(scene);
    if (list === undefined) {
      list = new RenderList();
      this.lists.set(scene, list); // bounded lists
    }
    this.stack.push(list); // bounded stack
    list.init();
    scene.traverse((node) => {
      if (node.material) list.push(node, node.material, node.z - camera.z);
    });
    list.finish();
    this.info.calls += list.count;
    this.info.frames++;
    this.stack.pop();
    this.frameTimes.push(performance.now() - started); // bounded frameTimes
    if (this.frameTimes.length > 60) this.frameTimes = this.frameTimes.slice(-60);
  }

  dispose() {
    this.canvas.removeEventListener("webglcontextlost", this.onLost, false);
    this.textures.clear();
  }
}

export function sphere(radius, segments) {
  const key = `${radius}/${segments}`;
  return (geometryCache[key] ??= buildSphere(radius, segments)); // grows geometryCache
}

function buildSphere(radius, segments) {
  const vertices = [];
  for (let i = 0; i <= segments; i++) {
    const phi = (i / segments) * Math.PI;
    vertices.push(radius * Math.sin(phi), radius * Math.cos(phi), 0);
  }
  return { vertices: new Float32Array(vertices) };
}

export class Mixer extends Dispatcher {
  constructor(root) {
    super();
    this.root = root;
    this.actions = [];
    this.active = 0;
    this.byClip = {};
    this.log = [];
    this.finished = [];
  }

  action(clip) {
    const known = this.byClip[clip.uuid];
    if (known) return known;
    const action = { clip, time: 0, weight: 1 };
    this.actions.push(action); // bounded actions
    this.byClip[clip.uuid] = action; // bounded byClip
    return action;
  }

  update(dt) {
    for (const action of this.actions) {
      action.time += dt;
      if (action.time > action.clip.duration) {
        this.finished.push(action.clip.name); // bounded finished
        this.dispatch({ type: "finished", action });
      }
    }
    const names = this.finished.splice(0, this.finished.length);
    if (names.length > 0) this.log.push(names.join()); // grows log
  }

  uncache(clip) {
    delete this.byClip[clip.uuid];
    this.actions = this.actions.filter((action) => action.clip !== clip);
  }
}

export function createPool(make) {
  const free = [];
  const used = new Set();
  const peaks = [];
  return {
    take() {
      const item = free.pop() ?? make();
      used.add(item); // bounded used
      return item;
    },
    give(item) {
      if (used.delete(item)) free.push(item); // bounded free
    },
    note() {
      peaks.push(used.size); // grows peaks
      return Math.max(...peaks);
    },
  };
}
