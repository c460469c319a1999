/** Structures of the search and of the scheduling. */
export class Trie {
  #root = { next: new Map(), words: 0 };
  add(word) {
    let node = this.#root;
    for (const letter of word) {
      let next = node.next.get(letter);
      if (!next) node.next.set(letter, next = { next: new Map(), words: 0 });
      node = next;
    }
    node.words++;
  }
  has(word) {
    let node = this.#root;
    for (const letter of word) {
      node = node.next.get(letter);
      if (!node) return false;
    }
    return node.words > 0;
  }
  remove(word) {
    let node = this.#root;
    for (const letter of word) node = node.next.get(letter);
    node.words = 0;
  }
  prune(word) {
    const path = [this.#root];
    for (const letter of word) path.push(path.at(-1).next.get(letter));
    path.at(-1).words = 0;
    for (let k = word.length; k > 0; k--) {
      if (path[k].words > 0 || path[k].next.size > 0) break;
      path[k - 1].next.delete(word[k - 1]);
    }
  }
}

/** The newest `limit` states, as a list linked both ways. */
export class History {
  #first = null;
  #last = null;
  #length = 0;
  constructor(limit) {
    this.limit = limit;
  }
  push(state) {
    const entry = { state, last: this.#last, next: null };
    if (this.#last) this.#last.next = entry;
    else this.#first = entry;
    this.#last = entry;
    if (++this.#length > this.limit) {
      this.#length--;
      this.drop();
    }
  }
  drop() {
    this.#first = this.#first.next;
  }
  unlink() {
    this.#first.last = null;
  }
  undone(steps) {
    let entry = this.#last;
    while (steps-- > 0 && entry !== this.#first) entry = entry.last;
    return entry.state;
  }
}

export class ShortHistory extends History {
  drop() {
    super.drop();
    this.unlink();
  }
}

const CHUNK = 4096;
/** Three columns of numbers in chunks; rows are marked as gone. */
export class Columns {
  #chunks = [];
  #used = CHUNK;
  #free = [];
  #reuse;
  constructor(reuse) {
    this.#reuse = reuse;
  }
  #row() {
    if (this.#reuse && this.#free.length > 0) return this.#free.pop();
    if (this.#used === CHUNK) {
      this.#chunks.push(["price", "count", "time"].map(() => new Float64Array(CHUNK)));
      this.#used = 0;
    }
    return (this.#chunks.length - 1) * CHUNK + this.#used++;
  }
  insert(...values) {
    const row = this.#row();
    const chunk = this.#chunks[Math.floor(row / CHUNK)];
    values.forEach((value, k) => chunk[k][row % CHUNK] = value);
    return row;
  }
  remove(row) {
    for (const column of this.#chunks[Math.floor(row / CHUNK)]) column[row % CHUNK] = NaN;
    if (this.#reuse) this.#free.push(row);
  }
}

/** Runs callbacks at a cycle to come: 256 slots that are visited in turn. */
export class TimerWheel {
  #slots = Array.from({ length: 256 }, () => null);
  #now = 0;
  schedule(after, run) {
    const slot = (this.#now + after) % 256;
    const timer = { run, rounds: Math.floor(after / 256), slot, next: this.#slots[slot], gone: false };
    this.#slots[slot] = timer;
    return timer;
  }
  cancel(timer) {
    timer.gone = true;
    timer.run = null;
  }
  tick(sweep) {
    const slot = ++this.#now % 256;
    let kept = null;
    for (let timer = this.#slots[slot]; timer;) {
      const { next } = timer;
      if (timer.rounds-- > 0) {
        if (!(sweep && timer.gone)) {
          timer.next = kept;
          kept = timer;
        }
      } else if (!timer.gone) timer.run();
      timer = next;
    }
    this.#slots[slot] = kept;
  }
}

export class Tag {
  #documents = new Set();
  constructor(name) {
    this.name = name;
  }
  attach(document) {
    this.#documents.add(document);
    document.tags.add(this);
  }
  detach(document) {
    this.#documents.delete(document);
    document.tags.delete(this);
  }
  get size() {
    return this.#documents.size;
  }
}

/** Listeners by object and property. */
export class Observed {
  #listeners = new Map();
  #prune;
  constructor(prune) {
    this.#prune = prune;
  }
  wrap(target, name) {
    return new Proxy(target, {
      set: (object, property, value) => {
        object[property] = value;
        for (const listener of this.#listeners.get(name)?.get(property) ?? []) listener(value);
        return true;
      },
    });
  }
  listen(name, property, listener) {
    let properties = this.#listeners.get(name);
    if (!properties) this.#listeners.set(name, properties = new Map());
    let listeners = properties.get(property);
    if (!listeners) properties.set(property, listeners = new Set());
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (!this.#prune || listeners.size > 0) return;
      properties.delete(property);
      if (properties.size === 0) this.#listeners.delete(name);
    };
  }
}

/** Orders by customer and day. */
export class Order {
  static index = new Map();
  constructor(id, customer, day) {
    Object.assign(this, { id, customer, day });
    let days = Order.index.get(customer);
    if (!days) Order.index.set(customer, days = new Map());
    const orders = days.get(day);
    if (orders) orders.push(this);
    else days.set(day, [this]);
  }
  cancel() {
    const days = Order.index.get(this.customer);
    days.get(this.day).filter((order) => order !== this);
  }
  remove() {
    const days = Order.index.get(this.customer);
    const rest = days.get(this.day).filter((order) => order !== this);
    if (rest.length > 0) days.set(this.day, rest);
    else days.delete(this.day);
    if (days.size === 0) Order.index.delete(this.customer);
  }
}
