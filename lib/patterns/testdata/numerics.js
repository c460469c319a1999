export class Matrix {
  constructor(rows, columns) {
    this.data = new Float64Array(rows * columns);
    this.columns = columns;
    this.views = [];
  }

  set(i, j, value) {
    this.data[i * this.columns + j] = value;
  }

  row(i) {
    const view = this.data.subarray(i * this.columns, (i + 1) * this.columns);
    this.views.push(new WeakRef(view));
    return view;
  }
}

export class RunningStatistics {
  count = 0;
  mean = 0;
  #extremes = [];
  #histogram = {};
  #quantiles = new Array(101).fill(0);

  add(x) {
    this.count += 1;
    this.mean += (x - this.mean) / this.count;
    this.#extremes.push(x);
    this.#extremes.sort((a, b) => b - a);
    if (this.#extremes.length > 10) this.#extremes.pop();
    this.#histogram[Math.floor(x) & 255] = (this.#histogram[Math.floor(x) & 255] ?? 0) + 1;
    this.#quantiles[this.count % 101] = x;
  }
}

export class Graph {
  nodes = new Map();
  #order = [];

  node(id) {
    if (!this.nodes.has(id)) this.nodes.set(id, { id, edges: [], data: null });
    return this.nodes.get(id);
  }

  connect(a, b) {
    const from = this.node(a);
    from.edges.push(this.node(b));
    this.node(b).edges.push(from);
  }

  walk(start) {
    const seen = new Set([start]);
    const queue = [start];
    this.#order = [];
    while (queue.length) {
      const id = queue.shift();
      this.#order.push(id);
      for (const next of this.node(id).edges) {
        if (!seen.has(next.id)) {
          seen.add(next.id);
          queue.push(next.id);
        }
      }
    }
    return this.#order;
  }

  prune(ids) {
    for (const id of ids) this.nodes.delete(id);
  }
}

export function fibonacci() {
  const table = [0, 1];
  return function at(n) {
    while (table.length <= n) table.push(table.at(-1) + table.at(-2));
    return table[n];
  };
}

export function integrate(f, x0, steps) {
  const xs = [x0];
  const out = { xs, calls: 0 };
  for (let i = 0; i < steps; i++) {
    xs.push(xs[i] + f(xs[i]));
    out.calls += 1;
  }
  return out;
}

export class LinkedQueue {
  #head = null;
  #tail = null;

  push(value) {
    const node = { value, next: null };
    if (this.#tail) this.#tail.next = node;
    else this.#head = node;
    this.#tail = node;
  }

  stack(value) {
    this.#head = { value, next: this.#head };
  }

  shift() {
    const { value, next } = this.#head;
    this.#head = next;
    return value;
  }
}

let warned = false;
const issued = [];

export function warnOnce(message) {
  if (warned) return;
  warned = true;
  issued.push(message);
}

export function nextId() {
  nextId.used ??= [];
  nextId.used.push(nextId.used.length);
  return nextId.used.at(-1);
}
