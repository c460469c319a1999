const faceCache = new Map();
const openDocuments = [];
const toleranceWarnings = {};
const commands = {};

export class Vertex {
  constructor(x, y, z) {
    this.point = [x, y, z];
    this.edges = [];
  }
}

export class Edge {
  constructor(from, to) {
    this.from = from;
    this.to = to;
    from.edges.push(this); // unsure edges
    to.edges.push(this); // unsure edges
  }
}

export class Solid {
  constructor(name) {
    this.name = name;
    this.vertices = [];
    this.faces = [];
    this.attributes = {};
    this.history = [];
    this._bounds = null;
  }

  vertex(x, y, z) {
    const vertex = new Vertex(x, y, z);
    this.vertices.push(vertex); // grows vertices
    this._bounds = null;
    return vertex;
  }

  face(loop) {
    this.faces.push(loop); // bounded faces
  }

  removeFace(loop) {
    this.faces = this.faces.filter((face) => face !== loop);
  }

  annotate(key, value) {
    this.attributes = { ...this.attributes, [key]: value }; // grows attributes
  }

  operation(kind, input) {
    this.history = [...this.history, { kind, input }]; // grows history
  }

  bounds() {
    if (this._bounds) return this._bounds;
    const xs = [];
    const ys = [];
    for (const { point } of this.vertices) {
      xs.push(point[0]);
      ys.push(point[1]);
    }
    this._bounds = { x: [Math.min(...xs), Math.max(...xs)], y: [Math.min(...ys), Math.max(...ys)] };
    return this._bounds;
  }
}

export class Sketch {
  #constraints = [];
  #undo = [];
  #dimensions = new Map();
  #residuals = [];
  #selection = new Set();
  #hovered = [];

  constrain(kind, ...entities) {
    const constraint = { kind, entities };
    this.#constraints.push(constraint); // bounded #constraints
    this.#remember({ undo: () => this.#drop(constraint) });
    return constraint;
  }

  #drop(constraint) {
    const at = this.#constraints.indexOf(constraint);
    this.#constraints.splice(at, 1);
  }

  #remember(step) {
    this.#undo.push(step); // bounded #undo
    if (this.#undo.length > Sketch.UNDO_LIMIT) this.#undo.shift();
  }

  dimension(name, value) {
    this.#dimensions.set(name, value); // grows #dimensions
  }

  solve() {
    for (let i = 0; i < 50; i++) {
      const residual = this.#constraints.reduce((sum, c) => sum + c.entities.length / (i + 1), 0);
      this.#residuals.push(residual); // grows #residuals
      if (residual < 1e-6) break;
    }
    return this.#residuals[this.#residuals.length - 1];
  }

  select(entity, { add = false } = {}) {
    if (!add) this.#selection.clear();
    this.#selection.add(entity); // bounded #selection
  }

  hover(entity) {
    this.#hovered.unshift(entity); // bounded #hovered
    this.#hovered.length = Math.min(this.#hovered.length, 8);
  }
}
Sketch.UNDO_LIMIT = 100;

export function register(name, run) {
  commands[name] = { run, uses: 0, failures: [] }; // grows commands
}

export function run(name, document, ...args) {
  const command = commands[name];
  command.uses++;
  try {
    return command.run(document, ...args);
  } catch (error) {
    command.failures.push(error); // grows failures
    throw error;
  }
}

export function openDocument(path, solids) {
  const document = { path, solids, views: [], dirty: false };
  openDocuments.push(document); // bounded openDocuments
  return document;
}

export function closeDocument(document) {
  document.views.length = 0;
  const index = openDocuments.indexOf(document);
  if (index >= 0) openDocuments.splice(index, 1);
}

export function tessellate(solid, face, tolerance) {
  const key = `${solid.name}/${face.length}/${tolerance}`;
  let mesh = faceCache.get(key);
  if (!mesh) {
    mesh = [];
    for (let i = 2; i < face.length; i++) mesh.push([face[0], face[i - 1], face[i]]);
    faceCache.set(key, mesh); // bounded faceCache
    if (faceCache.size > 5000) faceCache.delete(faceCache.keys().next().value);
  }
  if (tolerance < 1e-9) toleranceWarnings[solid.name] = tolerance; // grows toleranceWarnings
  return mesh;
}

export function createViewport(canvas, solids) {
  const frameTimes = [];
  const picks = [];
  const annotations = [];
  let frame = 0;
  let last = 0;

  const pick = (event) => {
    picks.push([event.clientX, event.clientY]); // grows picks
  };
  const resize = () => {
    canvas.width = window.innerWidth;
  };
  canvas.addEventListener("pointerdown", pick);
  window.addEventListener("resize", resize);

  function draw(now) {
    frameTimes[frame++ % 60] = now - last;
    last = now;
    const visible = [];
    for (const solid of solids) if (solid.bounds()) visible.push(solid);
    requestAnimationFrame(draw);
  }
  requestAnimationFrame(draw);

  return {
    annotate(text, at) {
      annotations.push({ text, at }); // bounded annotations
    },
    clear: () => annotations.splice(0, annotations.length),
    dispose() {
      canvas.removeEventListener("pointerdown", pick);
      window.removeEventListener("resize", resize);
    },
  };
}
