// A fourth set of leaks (L_) and innocents (C_), written as services are: classes in several
// modules, of which one caller or one key goes wrong. `options.kind` chooses one.
import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { setImmediate as tick } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { EventBus, intern, Journal, Middleware, NewestCache, Tasks } from "./fourth_core.mjs";
import {
  Columns,
  History,
  Observed,
  Order,
  ShortHistory,
  Tag,
  TimerWheel,
  Trie,
} from "./fourth_data.mjs";
import { audited, auditedOnce, Basket, Sessions } from "./fourth_orders.js";

function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

function work(i) {
  const parts = [];
  for (let k = 0; k < 60; k++) parts.push({ id: 60 * i + k, text: `${k}/${i}` });
  return parts.filter((part) => part.id % 7 === 3).map((part) => part.text).join(",").length;
}

class Shop {
  journal = new Journal();
  constructor(kinds) {
    this.kinds = kinds;
  }
  pay(i) {
    return this.journal.append("payment", `user ${i % 40}`, i);
  }
  refund(i) {
    return this.journal.append("refund", `user ${i % 40}`, i);
  }
  login(i) {
    return this.journal.append("login", `user ${i % 40}`, i);
  }
  report() {
    return this.kinds.reduce((n, kind) => n + this.journal.flush(kind), 0);
  }
}

function trade(kinds) {
  const shop = new Shop(kinds);
  return (i) => {
    shop.pay(i);
    if (i % 3 === 0) shop.refund(i);
    if (i % 2 === 0) shop.login(i);
    if (i % 20 === 19) shop.report();
    work(i);
  };
}

function profiles(name) {
  const cache = new NewestCache(300, name);
  const make = (key) => ({ key: `${key}`, rights: ["read", `page ${key}`] });
  return (i) => {
    const profile = i % 4 === 0 ? cache.get(i, make) : cache.get(`guest ${i}`, make);
    if (profile.rights.length !== 2) throw new Error(`Cannot find rights: i is ${i}`);
    work(i);
  };
}

class Ticker {
  price = 0;
  constructor(bus, symbol) {
    this.bus = bus;
    this.symbol = symbol;
  }
  onPrice({ price }) {
    this.price = price;
  }
}
class BoundTicker extends Ticker {
  open() {
    this.bus.subscribe("price", this.onPrice.bind(this));
  }
  close() {
    this.bus.unsubscribe("price", this.onPrice);
  }
}
class HeldTicker extends Ticker {
  #heard = (event) => this.onPrice(event);
  open() {
    this.bus.subscribe("price", this.#heard);
  }
  close() {
    this.bus.unsubscribe("price", this.#heard);
  }
}

function tickers(Kind) {
  const bus = new EventBus();
  return (i) => {
    const ticker = new Kind(bus, `S${i}`);
    ticker.open();
    if (i % 60 === 0) bus.publish("price", { price: i });
    ticker.close();
    work(i);
  };
}

/** Rows of a table, page by page; the table knows who reads it. */
class Table {
  #readers = new Map();
  #next = 0;
  async *pages(by) {
    const id = this.#next++;
    this.#readers.set(id, { by, page: 0, since: `reader ${id}` });
    try {
      for (let page = 0; page < 5; page++) {
        this.#readers.get(id).page = page;
        yield Array.from({ length: 4 }, (_, k) => 4 * page + k);
      }
    } finally {
      this.#readers.delete(id);
    }
  }
  async first(by) {
    const { value } = await this.pages(by).next();
    return value;
  }
  async firstOf(by) {
    for await (const page of this.pages(by)) return page;
  }
}

class Pool {
  #jobs = new Map();
  #next = 0;
  constructor(tidy) {
    this.tidy = tidy;
    this.worker = new Worker(new URL("./fourth_worker.mjs", import.meta.url));
    this.worker.unref();
    this.worker.on("message", (answer) => this.settle(answer));
  }
  settle({ id, sum, error }) {
    const job = this.#jobs.get(id);
    if (error) {
      job.reject(new Error(error));
      if (this.tidy.here) this.#jobs.delete(id);
      return;
    }
    this.#jobs.delete(id);
    job.resolve(sum);
  }
  run(rows) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#jobs.set(id, { rows, resolve, reject });
      this.worker.postMessage({ id, rows, tidy: this.tidy.there });
    });
  }
}

async function totals(tidy) {
  const pool = new Pool(tidy);
  await once(pool.worker, "online");
  return async (i) => {
    const rows = Array.from({ length: 120 }, (_, k) => (k === 0 ? i : 4));
    await pool.run(rows).catch((error) => {
      if (!error.message.startsWith("Cannot total")) throw error;
    });
  };
}

/** Lines are put into WebAssembly's memory; a frame is released as a whole. */
class Frames {
  constructor() {
    const code = "0061736d01000000010e036000017f60017f0060017f017f0304030001020503010001" +
      "0607017f014180080b072304066d656d6f72790200046d61726b00000772656c65617365000105616c6c6f" +
      "6300020a3c03040023000b0600200024000b2e01017f230021012300200041076a4178716a240002400340" +
      "23003f004110744d0d01410140001a0c000b0b20010b";
    const module = new WebAssembly.Module(Buffer.from(code, "hex"));
    this.wasm = new WebAssembly.Instance(module).exports;
  }
  put(text) {
    const at = this.wasm.alloc(text.length);
    new TextEncoder().encodeInto(text, new Uint8Array(this.wasm.memory.buffer, at, text.length));
    return at;
  }
  check(lines) {
    const mark = this.wasm.mark();
    for (const line of lines) {
      if (this.put(line) % 8 !== 0) throw new Error("Cannot put a line");
      if (line.length === 0) return false;
    }
    this.wasm.release(mark);
    return true;
  }
  checkAll(lines) {
    const mark = this.wasm.mark();
    try {
      for (const line of lines) {
        this.put(line);
        if (line.length === 0) return false;
      }
      return true;
    } finally {
      this.wasm.release(mark);
    }
  }
}

function frames(method) {
  const wasm = new Frames();
  return (i) => {
    const lines = [`line of ${i} `.repeat(12), `sum ${i} `.repeat(9), i % 5 === 0 ? "" : "end"];
    if (wasm[method](lines) !== (i % 5 !== 0)) throw new Error(`Cannot check: i is ${i}`);
    work(i);
  };
}

class Uploads {
  #tokens = [];
  constructor(copy) {
    this.copy = copy;
  }
  receive(i) {
    const body = Buffer.alloc(12000, i & 255);
    body.write(`token-${i}`);
    const token = body.subarray(0, 16);
    this.#tokens.push(this.copy ? Buffer.from(token) : token);
    if (this.copy && this.#tokens.length > 200) this.#tokens.shift();
    return token.length;
  }
}

function uploads(copy) {
  const store = new Uploads(copy);
  const random = seeded(41);
  return (i) => {
    work(i);
    if (random() < 1 / 7) store.receive(i);
  };
}

class Deferred {
  #storage = new AsyncLocalStorage();
  #waiting = [];
  request(i, late) {
    return this.#storage.run({ id: i, trail: [`open ${i}`] }, () => {
      if (late) this.#waiting.push(AsyncLocalStorage.snapshot());
      return this.#storage.getStore().id;
    });
  }
  drain() {
    for (const resume of this.#waiting) resume(() => this.#storage.getStore().trail.push("end"));
    this.#waiting.length = 0;
  }
}

/** Values while somebody else holds them; what is collected is forgotten. */
class Weakly {
  #refs = new Map();
  #gone = new FinalizationRegistry((key) => {
    const ref = this.#refs.get(this.canonical ? key : key.toLowerCase());
    if (ref && ref.deref() === undefined) this.#refs.delete(this.canonical ? key : key.toLowerCase());
  });
  constructor(canonical) {
    this.canonical = canonical;
  }
  put(key, value) {
    this.#refs.set(key, new WeakRef(value));
    this.#gone.register(value, key);
  }
}

function weakly(canonical) {
  const values = new Weakly(canonical);
  return (i) => {
    values.put(i % 3 === 0 ? `Part-${i}` : `part-${i}`, { id: i, rows: [i, i + 1] });
    work(i);
  };
}

function searches(method) {
  const trie = new Trie();
  for (const word of ["hammer", "saw", "plane"]) trie.add(word);
  const random = seeded(7);
  return (i) => {
    const word = `q${Math.floor(random() * 1e12).toString(36)}`;
    trie.add(word);
    if (!trie.has(word)) throw new Error(`Cannot find ${word}`);
    trie[method](word);
    work(i);
  };
}

function edits(Kind) {
  const history = new Kind(200);
  return (i) => {
    history.push({ line: i, text: `text of line ${i}` });
    if (i > 300 && history.undone(100).line !== i - 100) throw new Error("Cannot undo");
    work(i);
  };
}

function quotes(reuse) {
  const columns = new Columns(reuse);
  let rows = [];
  return (i) => {
    for (const row of rows) columns.remove(row);
    rows = Array.from({ length: 9 }, (_, k) => columns.insert(i, k, 9 * i + k));
    work(i);
  };
}

class Batcher {
  #batch = [];
  #seen = new Set();
  #limit;
  constructor(limit) {
    this.#limit = limit;
  }
  add(id, text) {
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    this.#batch.push({ id, text, parts: text.split(" ") });
    if (this.#seen.size > this.#limit) this.#seen.delete(this.#seen.values().next().value);
    if (this.#batch.length >= 260) this.#batch = [];
  }
}

function batches(limit) {
  const batcher = new Batcher(limit);
  return (i) => {
    batcher.add(`message-${i}`, `from user ${i} of team ${i % 9}`);
    work(i);
  };
}

function headers(trace) {
  return (i) => {
    const names = ["accept", "host", `x-part-${i % 25}`].map((name) => intern(name.toLowerCase()));
    const id = `trace-${i.toString(16).padStart(12, "0")}`;
    if (trace) names.push(intern(id));
    else names.push(id);
    if (names.length !== 4) throw new Error("Cannot read headers");
    work(i);
  };
}

function running(method) {
  const tasks = new Tasks();
  return async (i) => {
    const note = { i, parts: [i, i] };
    await tasks[method](async () => {
      await null;
      return note;
    });
    work(i);
  };
}

function reloads(method) {
  const middleware = new Middleware();
  return (i) => {
    if (i % 10 === 0) {
      const settings = { version: i, hosts: [`a${i}`, `b${i}`], limits: { rows: i } };
      middleware[method]((next) => (error) =>
        error.code === settings.version ? settings.hosts[0] : next(error)
      );
    }
    work(i);
  };
}

function forms(prune) {
  const observed = new Observed(prune);
  return (i) => {
    let seen = 0;
    const stop = observed.listen(`form ${i}`, "total", (value) => seen = value);
    const form = observed.wrap({ total: 0 }, `form ${i}`);
    form.total = i;
    stop();
    if (seen !== i) throw new Error(`Cannot observe: seen is ${seen}`);
    work(i);
  };
}

function tenants(leave) {
  const sessions = new Sessions();
  return (i) => {
    const tenant = { name: `tenant-${i}` };
    const session = {};
    sessions.open(tenant, session, `/home/${i}`);
    sessions.close(tenant, session);
    if (leave) sessions.leave(tenant);
    work(i);
  };
}

function orders(method) {
  return (i) => {
    const order = new Order(i, `customer ${i % 30}`, Math.floor(i / 50));
    if (order.day !== Math.floor(i / 50)) throw new Error("Cannot order");
    order[method]();
    work(i);
  };
}

function reminders(sweep) {
  const wheel = new TimerWheel();
  return (i) => {
    const timer = wheel.schedule(sweep ? 3000 : 256 * 5000, () => i);
    wheel.cancel(timer);
    wheel.tick(sweep);
    work(i);
  };
}

class Mailer {
  #retries = [];
  #failing = false;
  constructor(from, limit) {
    this.from = from;
    this.limit = limit;
  }
  send(i) {
    if (i >= this.from) this.#failing = true;
    const mail = { to: `user${i}@example.org`, tries: 0, lines: [`order ${i}`, "sent"] };
    if (!this.#failing) return true;
    this.#retries.push(mail);
    if (this.#retries.length > this.limit) this.#retries.shift();
    return false;
  }
}

function mails(from, limit) {
  const mailer = new Mailer(from, limit);
  return (i) => {
    mailer.send(i);
    work(i);
  };
}

function tagged(both) {
  const tags = Array.from({ length: 8 }, (_, k) => new Tag(`tag ${k}`));
  return (i) => {
    const document = { id: i, title: `title ${i}`, tags: new Set() };
    tags[i % 8].attach(document);
    if (i % 2 === 0) tags[(i + 3) % 8].attach(document);
    const [first, ...rest] = document.tags;
    first.detach(document);
    for (const tag of rest) {
      if (both) tag.detach(document);
      else document.tags.delete(tag);
    }
    work(i);
  };
}

export const KINDS = {
  L_journal_one_kind: () => trade(["payment", "refund", "logins"]),
  C_journal_flushed: () => trade(["payment", "refund", "login"]),
  L_cache_numeric_keys: () => profiles((key) => `${key}`),
  C_cache_same_keys: () => profiles((key) => key),
  L_bus_bound_handler: () => tickers(BoundTicker),
  C_bus_held_handler: () => tickers(HeldTicker),
  L_tasks_other_promise: () => running("follow"),
  C_tasks_same_promise: () => running("start"),
  L_pages_never_returned() {
    const table = new Table();
    return async (i) => {
      const page = await table.first(`user ${i}`);
      if (page.length !== 4) throw new Error("Cannot read a page");
    };
  },
  C_pages_returned() {
    const table = new Table();
    return async (i) => {
      const page = await table.firstOf(`user ${i}`);
      if (page.length !== 4) throw new Error("Cannot read a page");
    };
  },
  L_jobs_of_errors: () => totals({ here: false, there: true }),
  L_worker_inputs_of_errors: () => totals({ here: true, there: false }),
  C_jobs_tidy: () => totals({ here: true, there: true }),
  L_wasm_frame_of_errors: () => frames("check"),
  C_wasm_frames: () => frames("checkAll"),
  L_tokens_of_bodies: () => uploads(false),
  C_tokens_copied: () => uploads(true),
  L_snapshots_one_in_six() {
    const deferred = new Deferred();
    return (i) => {
      deferred.request(i, i % 6 === 5);
      work(i);
    };
  },
  C_snapshots_drained() {
    const deferred = new Deferred();
    return (i) => {
      deferred.request(i, i % 6 === 5);
      if (i % 500 === 499) deferred.drain();
      work(i);
    };
  },
  L_weak_other_case: () => weakly(false),
  C_weak_same_case: () => weakly(true),
  L_trie_unpruned: () => searches("remove"),
  C_trie_pruned: () => searches("prune"),
  L_history_links: () => edits(History),
  C_history_unlinked: () => edits(ShortHistory),
  L_columns_stairs: () => quotes(false),
  C_columns_reused: () => quotes(true),
  L_batches_and_seen: () => batches(Infinity),
  C_batches_and_seen_1500: () => batches(1500),
  L_interned_traces: () => headers(true),
  C_interned_names: () => headers(false),
  L_middleware_chain: () => reloads("use"),
  C_middleware_replaced: () => reloads("replace"),
  L_proxy_listeners: () => forms(false),
  C_proxy_listeners: () => forms(true),
  L_classes_of_requests() {
    return (i) => {
      const Audited = audited(Basket, `request ${i}`);
      if (new Audited().add(i).items[0] !== i) throw new Error("Cannot add");
      work(i);
    };
  },
  C_classes_of_roles() {
    return (i) => {
      const Audited = auditedOnce(`role ${i % 40}`);
      if (new Audited().add(i).items[0] !== i) throw new Error("Cannot add");
      work(i);
    };
  },
  L_tenants_weak_maps: () => tenants(false),
  C_tenants_left: () => tenants(true),
  L_orders_cancelled: () => orders("cancel"),
  C_orders_removed: () => orders("remove"),
  L_timers_far_away: () => reminders(false),
  C_timers_swept: () => reminders(true),
  L_mails_from_1200: () => mails(1200, Infinity),
  C_mails_from_1200_capped: () => mails(1200, 900),
  L_tags_one_side: () => tagged(false),
  C_tags_both_sides: () => tagged(true),
  C_late_table_at_1400() {
    let rank = (k) => k;
    return async (i) => {
      if (i === 1400) ({ rank } = await import("./fourth_late.mjs"));
      rank(i);
      work(i);
    };
  },
  C_notes_until_1000() {
    const notes = [];
    return (i) => {
      if (i < 1000) notes.push({ id: i, text: `note of the start ${i}` });
      work(i);
    };
  },
  C_ttl_400_cycles() {
    const sessions = new Map();
    return (i) => {
      sessions.set(i, { until: i + 400, name: `user ${i}`, rights: [i, i % 3] });
      for (const [id, session] of sessions) {
        if (session.until > i) break;
        sessions.delete(id);
      }
      work(i);
    };
  },
  C_reservoir_800() {
    const random = seeded(99);
    const sample = [];
    return (i) => {
      const item = { i, bytes: "x".repeat(1 + Math.floor(random() * 90)) + i };
      if (sample.length < 800) sample.push(item);
      else if (random() < 0.3) sample[Math.floor(random() * 800)] = item;
      work(i);
    };
  },
  C_users_700() {
    const random = seeded(5);
    const users = new Map();
    return (i) => {
      const id = Math.floor(random() * 700);
      const user = users.get(id) ?? { id, name: `user ${id}`, visits: 0, pages: new Set() };
      user.visits++;
      if (user.pages.size < 4) user.pages.add(`page ${i % 11}`);
      users.set(id, user);
      work(i);
    };
  },
  C_connections_of_peaks() {
    const random = seeded(23);
    const idle = [];
    return async (i) => {
      const n = random() < 0.02 ? 12 : 1 + Math.floor(random() * 3);
      const held = Array.from({ length: n }, () => idle.pop() ?? { buffer: Buffer.alloc(4096) });
      await tick();
      for (const connection of held) connection.buffer.writeUInt32LE(i);
      idle.push(...held);
    };
  },
};

export async function setup({ kind }) {
  return { step: await KINDS[kind](), n: 0 };
}
export async function cycle(context, i) {
  await context.step(i);
  context.n++;
}
export function validate(context) {
  if (context.n === 0) {
    throw new Error("Cannot count as no cycle ran: current value is 0");
  }
}
