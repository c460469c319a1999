// A second set of leaks (L_) and innocents (C_) that were written before the judge ever saw them:
// what it said at first sight is in bench/unseen.md. `options.kind` chooses one.
import { AsyncResource } from "node:async_hooks";
import { EventEmitter, once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { createHistogram } from "node:perf_hooks";
import readline from "node:readline";
import { PassThrough, Readable, Transform } from "node:stream";
import { setImmediate as tick, setTimeout as wait } from "node:timers/promises";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";

const WORKER = new URL("./second_worker.mjs", import.meta.url);

function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function work(i) {
  const rows = [];
  for (let k = 0; k < 120; k++) rows.push({ id: i * 120 + k, name: `row ${k} of ${i}` });
  return rows.filter((row) => row.id % 3 === 0).map((row) => row.name.length);
}

function asked(worker) {
  let id = 0;
  const waiting = new Map();
  worker.on("message", (answer) => {
    waiting.get(answer.id)(answer.sum);
    waiting.delete(answer.id);
  });
  return () =>
    new Promise((done) => {
      waiting.set(++id, done);
      worker.postMessage({ id });
    });
}

function logNormal(random, median, spread) {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.ceil(median * Math.exp(spread * normal));
}

/** First-fit allocator with 8-byte headers; a freed block keeps what stood in it. */
function allocator(bytes, start, end) {
  let free = [{ at: start, size: end - start }];
  return {
    malloc(size, fill = 1) {
      const need = (size + 15) & ~7;
      const hole = free.find((block) => block.size >= need);
      const at = hole.at;
      hole.at += need;
      hole.size -= need;
      if (hole.size === 0) free = free.filter((block) => block !== hole);
      bytes.fill(0xa5, at, at + 8);
      if (fill !== null) bytes.fill(fill, at + 8, at + 8 + size);
      return { at, size: need };
    },
    free({ at, size }) {
      let k = free.findIndex((block) => block.at > at);
      if (k < 0) k = free.length;
      free.splice(k, 0, { at, size });
      for (const j of [k, k - 1]) {
        const [one, two] = [free[j], free[j + 1]];
        if (one && two && one.at + one.size === two.at) {
          one.size += two.size;
          free.splice(j + 1, 1);
        }
      }
    },
  };
}

async function server(handler) {
  const listening = http.createServer(handler).listen(0, "127.0.0.1");
  await once(listening, "listening");
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  const get = (url, seen = () => {}) =>
    new Promise((done, fail) => {
      const request = http.get(
        { agent, host: "127.0.0.1", port: listening.address().port, path: url },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (part) => text += part);
          response.on("end", () => done(text));
        },
      );
      request.on("error", fail).on("socket", seen);
    });
  return { get };
}

export const KINDS = {
  // ---- leaks: the JavaScript heap
  L_flat_text_2() {
    let log = "";
    return (i) => {
      log += "ab";
      if (i % 100 === 99) log = Buffer.from(log).toString("latin1");
      work(i);
    };
  },
  L_numbers_one_in_four() {
    const peaks = [];
    return (i) => {
      if (i % 4 === 0) peaks.push(i);
      work(i);
    };
  },
  L_symbol_registry() {
    return (i) => {
      Symbol.for(`request ${i}`);
      work(i);
    };
  },
  L_closure_chain() {
    let theThing = null;
    return (i) => {
      const original = theThing;
      // Never called, but its context is shared with `method`.
      const _unused = () => original && i;
      theThing = { text: "*".repeat(200) + i, method: () => i };
      work(i);
    };
  },
  L_event_target() {
    const target = new EventTarget();
    return (i) => {
      const record = { i };
      target.addEventListener("change", () => record.i++);
      work(i);
    };
  },
  L_race_with_forever() {
    const closed = new Promise(() => {});
    return async (i) => {
      await Promise.race([closed, tick(i)]);
    };
  },
  L_set_delete_other_key() {
    const busy = new Set();
    return (i) => {
      busy.add({ id: i });
      work(i);
      busy.delete({ id: i });
    };
  },
  L_unlinked_from_map_only() {
    const index = new Map();
    let head = { key: -1, value: null, newer: null, older: null };
    return (i) => {
      const node = { key: i, value: [i, i], newer: null, older: head };
      head.newer = node;
      head = node;
      index.set(i, node);
      index.delete(i - 50);
      work(i);
    };
  },
  L_one_in_a_hundred_40k() {
    const failures = [];
    return (i) => {
      if (i % 100 === 57) failures.push(Array.from({ length: 5000 }, (_, k) => k + i / 3));
      work(i);
    };
  },
  L_random_2_percent() {
    const random = seeded(9);
    const retries = new Map();
    return (i) => {
      if (random() < 0.02) retries.set(`job ${i}`, { i, body: "y".repeat(2000) + i });
      work(i);
    };
  },
  L_onset_1500_250() {
    const late = [];
    return (i) => {
      if (i >= 1500) late.push({ i, text: "z".repeat(190) + i });
      work(i);
    };
  },
  L_onset_2500_1k() {
    const late = [];
    return (i) => {
      if (i >= 2500) late.push({ i, text: "z".repeat(1000) + i });
      work(i);
    };
  },
  L_onset_900_48() {
    const late = [];
    return (i) => {
      if (i >= 900) late.push({ i });
      work(i);
    };
  },
  L_staircase_600() {
    const segments = [];
    return (i) => {
      if (i % 600 === 599) segments.push(Array.from({ length: 8000 }, (_, k) => k * 0.5 + i));
      work(i);
    };
  },
  L_sawtooth_random_plus_150() {
    const random = seeded(4);
    const kept = [];
    let batch = [];
    let limit = 300;
    return (i) => {
      for (let k = 0; k < 20; k++) batch.push({ i, k, text: `${i}-${k}` });
      if (batch.length > limit * 20) {
        batch = [];
        limit = 200 + 400 * random();
      }
      kept.push({ i, text: "k".repeat(90) + i });
    };
  },
  L_cache_noise_plus_64() {
    const random = seeded(5);
    const cache = new Map();
    const kept = [];
    return (i) => {
      const key = Math.floor(random() * 1e6);
      cache.set(key, "v".repeat(logNormal(random, 2000, 0.7)) + i);
      if (cache.size > 300) cache.delete(cache.keys().next().value);
      kept.push({ i, at: i / 3 });
      work(i);
    };
  },
  L_daily_load_plus_120() {
    const sessions = [];
    const audit = [];
    return (i) => {
      const open = Math.round(1500 * (1 + Math.sin(i / 111)));
      while (sessions.length < open) sessions.push({ i, user: `user ${sessions.length}` });
      sessions.length = open;
      audit.push({ i, text: "a".repeat(50) + i });
    };
  },
  L_vocabulary() {
    // Heaps' law: the number of distinct words grows like n^0.7, slower and slower, for ever.
    const words = new Map();
    let text = 0;
    return (i) => {
      for (let due = Math.floor(12 * (i + 1) ** 0.7); text < due; text++) {
        words.set(`word ${text}`, { count: 1 });
      }
      work(i);
    };
  },
  L_weakref_husks() {
    const cache = new Map();
    return (i) => {
      cache.set(`page ${i}`, new WeakRef({ i, rows: work(i) }));
    };
  },
  L_finalizer_holds_target() {
    const registry = new FinalizationRegistry(({ value }) => value.close());
    return (i) => {
      const value = { i, close() {} };
      registry.register(value, { value });
      work(i);
    };
  },
  L_error_causes() {
    let last;
    return (i) => {
      last = new Error(`attempt ${i}`, { cause: last });
      work(i);
    };
  },
  L_timers_an_hour() {
    return (i) => {
      setTimeout(() => i, 3_600_000).unref();
      work(i);
    };
  },
  L_modules_busted_one_in_five() {
    return async (i) => {
      if (i % 5 === 0) await import(`data:text/javascript,export default ${i}`);
      work(i);
    };
  },
  L_pipe_into_shared() {
    const shared = new PassThrough().resume();
    shared.setMaxListeners(0);
    return async (i) => {
      const source = new PassThrough();
      source.pipe(shared, { end: false });
      source.write(`line ${i}`);
      await tick();
    };
  },
  async L_http_socket_listeners() {
    const { get } = await server((_, response) => response.end("ok"));
    return async (i) => {
      await get(`/${i}`, (socket) => {
        socket.setMaxListeners(0);
        socket.on("timeout", () => i);
      });
    };
  },
  L_half_read_port() {
    const { port1, port2 } = new MessageChannel();
    port1.unref();
    return (i) => {
      for (let k = 0; k < 2; k++) port1.postMessage({ i, body: "m".repeat(2000) });
      receiveMessageOnPort(port2);
    };
  },
  async L_socket_never_read() {
    const listening = net.createServer((peer) => peer.pause()).listen(0, "127.0.0.1");
    await once(listening, "listening");
    const socket = net.connect(listening.address().port, "127.0.0.1");
    await once(socket, "connect");
    return async (i) => {
      socket.write(Buffer.alloc(8000, i));
      await tick();
    };
  },
  // ---- leaks: buffers and native memory
  L_slices_of_pool() {
    const ids = [];
    return (i) => {
      const packet = Buffer.allocUnsafe(2500).fill(i);
      ids.push(packet.subarray(0, 10));
      work(i);
    };
  },
  L_external_strings() {
    const pages = [];
    const page = Buffer.alloc(1_100_000, "p");
    return (i) => {
      if (i % 50 === 0) pages.push(page.toString("latin1"));
      work(i);
    };
  },
  L_buffers_one_in_a_hundred_90k() {
    const frames = [];
    return (i) => {
      if (i % 100 === 11) frames.push(new Uint8Array(90_000).fill(1));
      work(i);
    };
  },
  L_frames_300k() {
    const frames = [];
    return (i) => {
      frames.push(Buffer.alloc(300_000, i));
    };
  },
  L_histograms_one_in_ten() {
    const byRoute = new Set();
    return (i) => {
      if (i % 10 === 0) {
        const histogram = createHistogram({ lowest: 1, highest: 3_600_000, figures: 3 });
        for (let k = 1; k < 2000; k += 7) histogram.record(k * 1000);
        byRoute.add(histogram);
      }
      work(i);
    };
  },
  L_env_values() {
    // Labelled clean at first: the C library never frees a value that was in the environment.
    const random = seeded(19);
    return (i) => {
      process.env[`SETTING_${Math.floor(60 * random())}`] = "e".repeat(20_000 * random());
      work(i);
    };
  },
  // ---- leaks: WebAssembly and workers
  L_wasm_malloc_40() {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 });
    const { malloc, free } = allocator(new Uint8Array(memory.buffer), 1 << 16, 3 << 20);
    const random = seeded(6);
    return () => {
      const live = Array.from({ length: 6 }, () => malloc(16 + Math.floor(300 * random())));
      malloc(40);
      for (const block of live) free(block);
    };
  },
  L_wasm_zeroed_256() {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 });
    const { malloc } = allocator(new Uint8Array(memory.buffer), 1 << 16, 4 << 20);
    return (i) => {
      malloc(256, null);
      work(i);
    };
  },
  L_wasm_downward_120() {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 });
    const bytes = new Uint8Array(memory.buffer);
    let floor = bytes.length;
    return (i) => {
      bytes.fill(i | 1, floor - 120, floor);
      floor -= 120;
      work(i);
    };
  },
  L_wasm_poisoned_100() {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 });
    const bytes = new Uint8Array(memory.buffer).fill(0xcd);
    const { malloc, free } = allocator(bytes, 1 << 16, 4 << 20);
    return (i) => {
      const scratch = malloc(300, i);
      malloc(92, i);
      free(scratch);
      work(i);
    };
  },
  L_wasm_table() {
    const table = new WebAssembly.Table({ initial: 0, element: "externref" });
    return (i) => {
      table.grow(1, { i });
      work(i);
    };
  },
  L_worker_wasm_32() {
    return asked(new Worker(WORKER, { workerData: { mode: "wasm" } }));
  },
  L_worker_buffers_500() {
    return asked(new Worker(WORKER, { workerData: { mode: "buffers" } }));
  },
  L_two_workers_one_in_ten() {
    const good = asked(new Worker(WORKER, { workerData: { mode: "capped" } }));
    const bad = asked(new Worker(WORKER, { workerData: { mode: "one_in_ten" } }));
    return () => Promise.all([good(), bad()]);
  },
  L_workers_unended_one_in_fifty() {
    return async (i) => {
      if (i % 50 === 0) {
        const worker = new Worker(WORKER, { workerData: { mode: "none" } });
        await asked(worker)();
        worker.unref();
      }
      work(i);
    };
  },

  // ---- innocents: what fills and stops
  C_plateau_500_strings() {
    const cache = new Map();
    return (i) => {
      cache.set(i % 500, `page ${i} `.repeat(30));
      work(i);
    };
  },
  C_plateau_2000_sizes() {
    const random = seeded(11);
    const sizes = Array.from({ length: 2000 }, () => logNormal(random, 200, 0.8));
    const cache = new Map();
    return (i) => {
      const key = i % 2000;
      if (!cache.has(key)) cache.set(key, "s".repeat(sizes[key]) + key);
      work(i);
    };
  },
  C_plateau_5000() {
    const users = new Map();
    return (i) => {
      users.set(`user ${i % 5000}`, { seen: i, name: `user ${i}` });
      work(i);
    };
  },
  C_stairs_until_3200() {
    const shards = [];
    return (i) => {
      if (i % 400 === 399 && shards.length < 8) shards.push(new Array(6000).fill(i / 7));
      work(i);
    };
  },
  C_drift_100_from_400_to_1600() {
    const seen = [];
    return (i) => {
      if (i >= 400 && i < 1600) seen.push({ i, text: "d".repeat(40) + i });
      work(i);
    };
  },
  C_zipf_800() {
    const random = seeded(12);
    const cache = new Map();
    return (i) => {
      const key = Math.floor(800 ** random());
      cache.set(key, { key, text: "q".repeat(150) + i });
      work(i);
    };
  },
  C_index_once_at_1700() {
    let index = null;
    return (i) => {
      if (i === 1700) index = Array.from({ length: 60_000 }, (_, k) => ({ k, i }));
      work(i);
      return index?.length;
    };
  },
  C_pool_of_peaks() {
    const random = seeded(13);
    const idle = [];
    return (i) => {
      const burst = Math.min(64, Math.ceil(-8 * Math.log(1 - random())));
      const busy = Array.from({ length: burst }, () => idle.pop() ?? new Float64Array(200));
      for (const one of busy) one[0] = i;
      idle.push(...busy);
    };
  },
  C_lazy_functions_400() {
    const lazy = Array.from(
      { length: 400 },
      (_, k) =>
        new Function("x", `let s = ${k}; for (let j = 0; j < 9; j++) s += x * j; return s;`),
    );
    return (i) => {
      const reach = Math.min(400, 1 + Math.floor(i / 8));
      let sum = 0;
      for (let k = 0; k < reach; k += 1 + Math.floor(reach / 40)) sum += lazy[k](i);
      sum += lazy[reach - 1](i);
      return sum;
    };
  },
  C_builtins_late() {
    const names = ["dns", "tls", "http2", "repl", "cluster", "dgram", "inspector", "punycode"];
    names.push("child_process", "readline/promises", "stream/web", "util/types", "wasi", "tty");
    return async (i) => {
      const name = names[Math.min(names.length - 1, Math.floor(i / 120))];
      await import(`node:${name}`);
      work(i);
    };
  },
  C_regexes_late() {
    const made = new Map();
    return (i) => {
      const k = Math.min(149, Math.floor(i / 10));
      if (!made.has(k)) made.set(k, new RegExp(`(\\w+)-${k}-(?<n>\\d+)|x{${k + 1}}`, "gu"));
      let hits = 0;
      for (const regex of made.values()) hits += "ab-7-12 ab-9-3".replace(regex, "").length;
      return hits;
    };
  },
  C_intl_forty_locales() {
    const tags = "de fr it es pt nl sv da nb fi pl cs sk hu ro bg el tr ru uk ar he hi bn ta te th"
      .split(" ").concat("vi id ms ja ko zh en-GB en-US ca eu gl hr sl".split(" "));
    const made = new Map();
    return (i) => {
      const tag = tags[Math.floor(i / 25) % tags.length];
      if (!made.has(tag)) made.set(tag, new Intl.NumberFormat(tag));
      made.get(tag).format(i * 1.5);
      work(i);
    };
  },
  C_intl_dropped() {
    return (i) => new Intl.PluralRules(i % 2 ? "pl" : "ar").select(i);
  },
  C_wasm_ring_5200() {
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 16 });
    const bytes = new Uint8Array(memory.buffer);
    let at = 0;
    return (i) => {
      bytes.fill(1 + i % 200, 65536 + at, 65536 + at + 100);
      at = (at + 100) % 520_000;
      work(i);
    };
  },
  C_wasm_fragments() {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 });
    const { malloc, free } = allocator(new Uint8Array(memory.buffer), 1 << 16, 4 << 20);
    const random = seeded(14);
    const live = [];
    return () => {
      for (let k = 0; k < 8; k++) live.push(malloc(logNormal(random, 120, 1)));
      while (live.length > 250) {
        const at = Math.floor(random() * live.length);
        free(live[at]);
        live[at] = live[live.length - 1];
        live.pop();
      }
    };
  },
  // ---- innocents: sawteeth and noise
  C_sawtooth_2500() {
    let batch = [];
    return (i) => {
      batch.push({ i, text: `line ${i}` });
      if (batch.length === 2500) batch = [];
      work(i);
    };
  },
  C_sawtooth_40_megabytes() {
    let batch = [];
    return (i) => {
      for (let k = 0; k < 1000; k++) batch.push({ i, k });
      if (i % 40 === 39) batch = [];
    };
  },
  C_sawtooth_random_500_to_1500() {
    const random = seeded(15);
    let batch = [];
    let limit = 700;
    return (i) => {
      batch.push({ i, text: "r".repeat(60) + i });
      if (batch.length > limit) {
        batch = [];
        limit = 500 + 1000 * random();
      }
      work(i);
    };
  },
  C_lru_random_sizes() {
    const random = seeded(16);
    const cache = new Map();
    return (i) => {
      cache.set(i, "v".repeat(logNormal(random, 1000, 1)) + i);
      if (cache.size > 500) cache.delete(cache.keys().next().value);
      work(i);
    };
  },
  C_lru_bytes() {
    const random = seeded(17);
    const cache = new Map();
    let total = 0;
    return (i) => {
      const text = "v".repeat(logNormal(random, 3000, 1.2)) + i;
      cache.set(i, text);
      total += text.length;
      for (const [key, { length }] of cache) {
        if (total <= 1_000_000) break;
        cache.delete(key);
        total -= length;
      }
    };
  },
  C_map_churn_1000() {
    const map = new Map();
    return (i) => {
      for (let k = 0; k < 7; k++) map.set(i * 7 + k, { i });
      for (const key of map.keys()) {
        if (map.size <= 1000) break;
        map.delete(key);
      }
    };
  },
  C_weakref_cache() {
    const cache = new Map();
    const registry = new FinalizationRegistry((key) => {
      if (cache.get(key)?.deref() === undefined) cache.delete(key);
    });
    return async (i) => {
      const value = { i, rows: work(i) };
      cache.set(`page ${i}`, new WeakRef(value));
      registry.register(value, `page ${i}`);
      await tick();
    };
  },
  C_queue_drains() {
    const random = seeded(18);
    const queue = [];
    return async (i) => {
      if (random() < 0.4) {
        const jobs = Math.ceil(4 * random());
        for (let k = 0; k < jobs; k++) queue.push({ i, k, body: "j".repeat(300) + i });
      }
      for (let k = 0; k < 2 && queue.length > 0; k++) {
        queue.shift();
        await tick();
      }
    };
  },
  C_ttl_timers_40ms() {
    const cache = new Map();
    return async (i) => {
      cache.set(i, { i, text: "t".repeat(80) + i });
      setTimeout(() => cache.delete(i), 40);
      await tick();
    };
  },
  C_debounced() {
    let timer;
    let runs = 0;
    return async (i) => {
      clearTimeout(timer);
      timer = setTimeout(() => runs++, 5, { i });
      if (i % 50 === 0) await wait(6);
      work(i);
    };
  },
  C_history_of_usage() {
    const history = [];
    return (i) => {
      history.push({ at: Date.now(), ...process.memoryUsage() });
      if (history.length > 720) history.shift();
      work(i);
    };
  },
  // ---- innocents: the platform
  async C_http_keep_alive() {
    const { get } = await server((request, response) => response.end(request.url.repeat(20)));
    return async (i) => {
      await get(`/${i}`);
    };
  },
  C_json_big() {
    const text = JSON.stringify(Array.from({ length: 1500 }, (_, k) => ({ k, name: `n${k}` })));
    return (i) => {
      const rows = JSON.parse(text);
      rows[0].k = i;
      return JSON.stringify(rows).length;
    };
  },
  C_big_strings() {
    const random = seeded(20);
    let page = "";
    return (i) => {
      let text = "";
      const parts = 200 + Math.floor(2000 * random());
      for (let k = 0; k < parts; k++) text += `part ${k} of ${i};`;
      page = Buffer.from(text).toString(i % 2 ? "latin1" : "utf8");
      return page.length;
    };
  },
  async C_lines() {
    const file = path.join(os.tmpdir(), `second-lines-${process.pid}.txt`);
    await fs.promises.writeFile(file, "a line of text\n".repeat(50));
    return async () => {
      let count = 0;
      const lines = readline.createInterface({ input: fs.createReadStream(file) });
      for await (const line of lines) count += line.length;
      return count;
    };
  },
  C_transform_destroyed() {
    return async (i) => {
      const upper = new Transform({
        transform(part, _, done) {
          done(null, part.toString().toUpperCase());
        },
      });
      const stream = Readable.from([`a${i}`, "b", "c"]).pipe(upper);
      for await (const _part of stream) if (i % 3 === 0) break;
    };
  },
  C_listeners_removed() {
    const bus = new EventEmitter();
    return (i) => {
      const resource = new AsyncResource("REQUEST");
      const heard = () => resource.asyncId() + i;
      bus.on("event", heard);
      bus.emit("event");
      bus.off("event", heard);
      work(i);
    };
  },
  C_store_with_log() {
    // Pages in one buffer, a log that is folded into them every 400 writes.
    const random = seeded(21);
    const pages = new Map();
    let log = [];
    return (i) => {
      log.push({ key: Math.floor(3000 * random()), value: `value ${i}` });
      if (log.length === 400) {
        for (const { key, value } of log) {
          const page = pages.get(key >> 6) ?? Buffer.alloc(64 * 32);
          page.write(value.padEnd(32), (key & 63) * 32);
          pages.set(key >> 6, page);
        }
        log = [];
      }
      work(i);
    };
  },
  C_worker_arena() {
    return asked(new Worker(WORKER, { workerData: { mode: "arena" } }));
  },
  C_worker_capped_1500() {
    return asked(new Worker(WORKER, { workerData: { mode: "capped" } }));
  },
  C_worker_replaced_every_300() {
    let worker;
    let ask;
    return async (i) => {
      if (i % 300 === 0) {
        await worker?.terminate();
        worker = new Worker(WORKER, { workerData: { mode: "buffers" } });
        ask = asked(worker);
      }
      await ask();
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
  if (context.n === 0) throw new Error("Cannot count as no cycle ran: current value is 0");
}
