import http from "node:http";
import { EventEmitter } from "node:events";

const metrics = { requests: 0, durations: [], codes: new Map() };
const limits = new Map();
const sse = new Set();
const jobs = [];
const audit = [];
const templates = {};
let plugins = [];
export const bus = new EventEmitter();

export function measure(req, res, next) {
  const started = Date.now();
  metrics.requests++;
  res.on("finish", () => {
    metrics.durations.push(Date.now() - started); // grows metrics.durations
    const { statusCode } = res;
    metrics.codes.set(statusCode, (metrics.codes.get(statusCode) || 0) + 1); // unsure
  });
  next();
}

export function rateLimit(req, res, next) {
  const now = Date.now();
  const hits = (limits.get(req.ip) || []).filter((at) => now - at < 60000);
  hits.push(now);
  limits.set(req.ip, hits); // grows limits
  if (hits.length > 100) res.statusCode = 429;
  next();
}

export function stream(req, res) {
  sse.add(res); // bounded sse
  req.on("close", () => sse.delete(res));
}

export function onJob(req, res) {
  bus.on("job", (job) => res.write(JSON.stringify(job))); // grows
}

export function onJobOnce(req, res) {
  const send = (job) => res.write(JSON.stringify(job));
  bus.on("job", send); // bounded
  res.on("close", () => bus.off("job", send));
}

export function enqueue(job) {
  jobs.push(job); // bounded jobs
  bus.emit("job", job);
}

export async function work() {
  for (;;) {
    const job = jobs.shift();
    if (job === undefined) break;
    await job.run();
    audit.push(job.name); // grows audit
  }
}

export function render(name, data) {
  templates[name] ??= compile(name); // grows templates
  return templates[name](data);
}

function compile(name) {
  const parts = [];
  for (const part of name.split("-")) parts.push(part);
  return (data) => parts.map((part) => data[part]).join("");
}

export const use = (plugin) => void (plugins = [plugin, ...plugins]); // grows plugins

export class Session {
  static all = {};
  static sweep(now) {
    for (const id of Object.keys(Session.all)) {
      if (Session.all[id].expires < now) delete Session.all[id];
    }
  }

  constructor(id) {
    this.id = id;
    this.flash = [];
    this.visits = [];
    this.cart = new Map();
    this.bytes = Buffer.alloc(0);
    this.chunks = [];
    this.undo = [];
    Session.all[id] = this; // bounded all
  }

  say(text) {
    this.flash.push(text); // bounded flash
  }

  takeFlash() {
    const { flash } = this;
    this.flash = [];
    return flash;
  }

  visit(url) {
    this.visits.push(url); // grows visits
    Object.assign(this, { last: url });
  }

  put(item, count) {
    if (count === 0) return this.cart.delete(item.id);
    return this.cart.set(item.id, { item, count }); // bounded cart
  }

  feed(chunk) {
    this.chunks.push(chunk); // bounded chunks
    if (chunk.includes(10)) {
      const line = Buffer.concat(this.chunks);
      this.chunks.length = 0;
      return line;
    }
    return null;
  }

  collect(chunk) {
    this.bytes = Buffer.concat([this.bytes, chunk]); // grows bytes
    return this.bytes.length;
  }

  record(action) {
    this.undo = this.undo.concat([action]); // grows undo
  }
}

export function start(port) {
  const sockets = new Set();
  const server = http.createServer((req, res) => measure(req, res, () => res.end()));
  server.on("connection", (socket) => {
    sockets.add(socket); // bounded sockets
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(port);
  return () => sockets.forEach((socket) => socket.destroy());
}

export const memoizeAsync = (load) => {
  const pending = new Map();
  const values = new Map();
  return async (key) => {
    if (values.has(key)) return values.get(key);
    if (!pending.has(key)) {
      pending.set(key, load(key).finally(() => pending.delete(key))); // bounded pending
    }
    const value = await pending.get(key);
    values.set(key, value); // grows values
    return value;
  };
};

export function* chunked(items, size) {
  let chunk = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length) yield chunk;
}

function LinkedList() {
  this.head = null;
  this.tail = null;
  this.length = 0;
}
LinkedList.prototype = {
  constructor: LinkedList,
  append: function (value) {
    const node = { value, next: null };
    if (this.tail) this.tail.next = node;
    else this.head = node;
    this.tail = node;
    this.length++;
  },
  prepend(value) {
    this.head = { value, next: this.head }; // grows head
  },
};
export { LinkedList };
