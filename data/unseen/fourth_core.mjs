/** What several services share: a bus, a journal, a cache, names that are kept once. */
export class EventBus {
  #handlers = new Map();
  subscribe(topic, handler) {
    let handlers = this.#handlers.get(topic);
    if (!handlers) this.#handlers.set(topic, handlers = new Set());
    handlers.add(handler);
  }
  unsubscribe(topic, handler) {
    const handlers = this.#handlers.get(topic);
    handlers?.delete(handler);
    if (handlers?.size === 0) this.#handlers.delete(topic);
  }
  publish(topic, event) {
    for (const handler of this.#handlers.get(topic) ?? []) handler(event);
  }
}

export class Journal {
  #lines = new Map();
  append(kind, by, at) {
    const line = { kind, by, at, text: `${kind} by ${by} at ${at}` };
    const lines = this.#lines.get(kind);
    if (lines) lines.push(line);
    else this.#lines.set(kind, [line]);
    return line;
  }
  flush(kind) {
    const lines = this.#lines.get(kind) ?? [];
    this.#lines.delete(kind);
    return lines.length;
  }
}

/** Keeps the `limit` newest of the values that `make` gives. */
export class NewestCache {
  #values = new Map();
  #order = [];
  #limit;
  #name;
  constructor(limit, name = (key) => key) {
    this.#limit = limit;
    this.#name = name;
  }
  get(key, make) {
    const held = this.#values.get(key);
    if (held) return held;
    const value = make(key);
    this.#values.set(key, value);
    this.#order.push(this.#name(key));
    if (this.#order.length > this.#limit) this.#values.delete(this.#order.shift());
    return value;
  }
}

const names = new Map();
/** The one string that stands for all equal ones. */
export function intern(text) {
  const known = names.get(text);
  if (known !== undefined) return known;
  names.set(text, text);
  return text;
}

export class Tasks {
  #running = new Set();
  get size() {
    return this.#running.size;
  }
  start(task) {
    const promise = task();
    this.#running.add(promise);
    const done = promise.finally(() => this.#running.delete(promise));
    return done;
  }
  follow(task) {
    const promise = task();
    const done = promise.finally(() => this.#running.delete(done));
    this.#running.add(promise);
    return done;
  }
}

export class Middleware {
  #onError = (error) => error.message;
  use(wrap) {
    this.#onError = wrap(this.#onError);
  }
  replace(wrap) {
    this.#onError = wrap((error) => error.message);
  }
  fail(error) {
    return this.#onError(error);
  }
}
