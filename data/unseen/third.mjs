// A third set of leaks (L_) and innocents (C_) that were written before the judge ever saw them:
// what it said at first sight is in bench/unseen.md. `options.kind` chooses one.
import { AsyncLocalStorage } from "node:async_hooks";
import crypto from "node:crypto";
import diagnostics from "node:diagnostics_channel";
import dns from "node:dns";
import { EventEmitter, on, once } from "node:events";
import http2 from "node:http2";
import { createRequire } from "node:module";
import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate as tick } from "node:timers/promises";
import tls from "node:tls";
import vm from "node:vm";
import { MessageChannel, Worker } from "node:worker_threads";
import zlib from "node:zlib";

const WORKER = new URL("./third_worker.mjs", import.meta.url);
const MODULE = new URL("./third_module.mjs", import.meta.url);

function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let t = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
    return ((t ^ (t >>> 15)) >>> 0) / 4294967296;
  };
}

function work(i) {
  const orders = Array.from(
    { length: 90 },
    (_, k) => ({ id: 90 * i + k, text: `${k} of ${i}` }),
  );
  const groups = new Map();
  for (const order of orders) {
    const key = order.id % 11;
    groups.set(key, [...(groups.get(key) ?? []), order.text.length]);
  }
  return groups.size;
}

function asked(worker) {
  let id = 0;
  let heard;
  worker.on("message", (answer) => heard(answer));
  return async (data) => {
    worker.postMessage({ id: ++id, data });
    const answer = await new Promise((done) => heard = done);
    if (answer.id !== id) {
      throw new Error(`Cannot match answers: id is ${answer.id}, not ${id}`);
    }
  };
}

/** Least recently used: a list of use beside a map. */
function leastRecent(limit, unlink) {
  const nodes = new Map();
  const head = {};
  head.next = head.last = head;
  const drop = (node) => {
    node.last.next = node.next;
    node.next.last = node.last;
  };
  return {
    get(key, make) {
      const old = nodes.get(key);
      if (old && unlink) drop(old);
      const node = {
        key,
        value: old?.value ?? make(),
        next: head.next,
        last: head,
      };
      head.next.last = node;
      head.next = node;
      nodes.set(key, node);
      if (nodes.size > limit) {
        const oldest = head.last;
        drop(oldest);
        nodes.delete(oldest.key);
      }
      return node.value;
    },
  };
}

/** Allocator with a free list for each power of two; the list is threaded through the free blocks. */
function bins(memory, first) {
  const view = new DataView(memory.buffer);
  const lists = new Map();
  let top = first;
  return {
    malloc(size) {
      const bin = 1 << Math.ceil(Math.log2(size + 8));
      let at = lists.get(bin) ?? 0;
      if (at === 0) {
        at = top;
        top += bin;
      } else lists.set(bin, view.getUint32(at + 8, true));
      view.setUint32(at, bin, true);
      for (let k = 8; k + 4 <= bin; k += 4) {
        view.setUint32(at + k, size * 31 + k, true);
      }
      return at;
    },
    free(at) {
      const bin = view.getUint32(at, true);
      view.setUint32(at + 8, lists.get(bin) ?? 0, true);
      lists.set(bin, at);
    },
  };
}

/** An instance that does not export its memory of 2000 pages, and fills 3000 bytes of it from `at`. */
function hiddenFill() {
  const bytes = "0061736d0100000001050160017f00030201000504010" +
    "0d00f07080104" + "66696c6c" + "00000a0e010c00200041074" + "1b817fc0b000b";
  return new WebAssembly.Instance(
    new WebAssembly.Module(Buffer.from(bytes, "hex")),
  ).exports.fill;
}

/** An instance that does not export its memory, and grows and fills it by a page. */
function hiddenGrow() {
  const bytes = "0061736d010000000105016000017f03020100050301000107080104" +
    "67726f77" +
    "00000a18011601017f41014000411074410741808004fc0b0041010b";
  return new WebAssembly.Instance(
    new WebAssembly.Module(Buffer.from(bytes, "hex")),
  ).exports.grow;
}

async function http2Streams(end) {
  const server = http2.createServer();
  server.on("stream", (stream) => {
    stream.on("error", () => {});
    stream.respond({ ":status": 200 });
    if (end) stream.end("ok");
    else stream.write("ok");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`, {
    peerMaxConcurrentStreams: 2 ** 31 - 1,
  });
  await once(session, "connect");
  return async () => {
    const stream = session.request({ ":path": "/events" });
    stream.setEncoding("utf8");
    const text = await new Promise((done) => stream.once("data", done));
    if (text !== "ok") throw new Error(`Cannot read: text is ${text}`);
    if (end) {
      stream.end();
      await once(stream, "close");
    }
  };
}

export const KINDS = {
  L_bitmap_bigint_3() {
    let seen = 0n;
    return (i) => {
      seen |= 1n << BigInt(24 * i + (i % 24));
      work(i);
    };
  },
  L_vector_doubling_16() {
    let points = new Float64Array(64);
    let n = 0;
    return (i) => {
      if (n + 2 > points.length) {
        const larger = new Float64Array(2 * points.length);
        larger.set(points);
        points = larger;
      }
      points[n++] = i;
      points[n++] = Math.sqrt(i);
      work(i);
    };
  },
  L_abort_any() {
    const shutdown = new AbortController();
    return async (i) => {
      const request = new AbortController();
      const signal = AbortSignal.any([shutdown.signal, request.signal]);
      await tick();
      if (signal.aborted) throw new Error(`Cannot run: signal ${i} is aborted`);
    };
  },
  L_abort_timeouts() {
    return async (i) => {
      const signal = AbortSignal.timeout(6 * 3600 * 1000);
      signal.addEventListener("abort", () => work(i));
      await tick();
    };
  },
  L_als_parents() {
    const storage = new AsyncLocalStorage();
    let last;
    return async (i) => {
      last = { id: i, parent: last, started: i * 1.5 };
      await storage.run(last, async () => {
        await tick();
        work(storage.getStore().id);
      });
    };
  },
  L_finalizers_of_the_living() {
    const connection = { open: true };
    const registry = new FinalizationRegistry(() => {});
    return (i) => {
      registry.register(connection, i);
      work(i);
    };
  },
  L_symbol_keys() {
    const bus = {};
    return (i) => {
      bus[Symbol(i % 10)] = i;
      work(i);
    };
  },
  L_slices_of_bodies_20k() {
    const ids = new Set();
    return (i) => {
      const body = Buffer.alloc(20000, `${i} lorem ipsum `).toString("latin1");
      ids.add(body.slice(40, 60));
      work(i);
    };
  },
  L_imports_with_queries() {
    return async (i) => {
      const { width, version } = await import(`${MODULE.href}?v=${i}`);
      if (version !== `?v=${i}`) {
        throw new Error(`Cannot import ${i}: version is ${version}`);
      }
      return width(`column ${i % 30}`);
    };
  },
  L_contexts_one_in_twenty() {
    const plugins = [];
    return (i) => {
      if (i % 20 === 0) plugins.push(vm.runInNewContext("(x) => x + 1"));
      work(i);
    };
  },
  L_event_iterators() {
    // Each iterator buffers whatever comes after it.
    const bus = new EventEmitter().setMaxListeners(0);
    return (i) => {
      if (i % 50 === 0) on(bus, "price");
      bus.emit("price", i);
      work(i);
    };
  },
  L_lru_without_unlink() {
    const cache = leastRecent(150, false);
    const random = seeded(3);
    return (i) => {
      cache.get(Math.floor(140 * random()), () => work(i));
    };
  },
  L_one_in_forty_maps() {
    const reports = [];
    return (i) => {
      if (i % 40 === 39) {
        reports.push(
          new Map(Array.from({ length: 60 }, (_, k) => [k, i / (k + 1)])),
        );
      }
      work(i);
    };
  },
  L_one_in_ten_random_buffers() {
    const random = seeded(12);
    const parts = [];
    return (i) => {
      if (random() < 0.1) {
        parts.push(new Uint8Array(Math.ceil(3000 * random())));
      }
      work(i);
    };
  },
  L_onset_2000_90() {
    const late = [];
    return (i) => {
      if (i >= 2000) late.push({ id: i, at: i + 0.5, next: [i] });
      work(i);
    };
  },
  L_onset_300_buffers() {
    const rest = [];
    return (i) => {
      if (i > 300) rest.push(new ArrayBuffer(700));
      work(i);
    };
  },
  L_onset_900_one_in_ten() {
    const retries = new Map();
    return (i) => {
      if (i > 900 && i % 10 === 0) {
        retries.set(`job-${i}`, { tries: [i, i + 1], last: `error ${i}` });
      }
      work(i);
    };
  },
  L_sawtooth_137_plus_230() {
    let batch = [];
    const ids = new Set();
    return (i) => {
      batch.push(Array.from({ length: 1200 }, (_, k) => k / (i + 1)));
      if (i % 137 === 136) batch = [];
      ids.add(`${i}`.padStart(60, "n"));
      work(i);
    };
  },
  L_flush_summaries_211() {
    let rows = [];
    const summaries = [];
    return (i) => {
      rows.push({
        i,
        text: `${i}`.repeat(200),
        list: Array.from({ length: 40 }, (_, k) => k * i),
      });
      if (rows.length === 211) {
        summaries.push(
          rows.map(({ list }) => ({ sum: list.reduce((a, b) => a + b, 0.5) })),
        );
        rows = [];
      }
      work(i);
    };
  },
  L_ring_of_noise_plus_40() {
    const random = seeded(7);
    const ring = [];
    const seen = new Map();
    return (i) => {
      ring[Math.floor(120 * random())] = Array.from(
        { length: 4000 * random() },
        (_, k) => k + 0.5,
      );
      seen.set(i, i * 1.5);
      work(i);
    };
  },
  L_documents_110k() {
    const text = JSON.stringify(
      Array.from(
        { length: 1500 },
        (_, k) => ({ k, name: `name ${k}`, at: k / 7 }),
      ),
    );
    const documents = [];
    return (i) => {
      documents.push(JSON.parse(text));
      work(i);
    };
  },
  L_tee_of_one_branch() {
    let feed;
    const source = new ReadableStream({
      start: (controller) => void (feed = controller),
    });
    const [main] = source.tee();
    const reader = main.getReader();
    return async (i) => {
      feed.enqueue(new Uint8Array(200).fill(i));
      await reader.read();
      work(i);
    };
  },
  L_generators_suspended() {
    const waiting = new Set();
    function* dialogue(i) {
      const answer = yield `question ${i}`;
      return answer + i;
    }
    return (i) => {
      const talk = dialogue(i);
      talk.next();
      waiting.add(talk);
      if (i % 4 !== 0) {
        talk.next("answer");
        waiting.delete(talk);
      }
      work(i);
    };
  },
  L_diagnostics_channels() {
    return (i) => {
      const channel = diagnostics.channel(`third:request:${i}`);
      channel.subscribe(() => i);
      channel.publish({ i });
      work(i);
    };
  },
  L_observers() {
    return (i) => {
      new PerformanceObserver(() => i).observe({ entryTypes: ["measure"] });
      work(i);
    };
  },
  L_brotli_unclosed() {
    const sessions = new Map();
    return async (i) => {
      const stream = zlib.createBrotliDecompress({ chunkSize: 64 });
      sessions.set(i, stream);
      await tick();
    };
  },
  L_hashes_unfinished() {
    const uploads = new Map();
    return (i) => {
      const hash = crypto.createHash("sha512").update(`part ${i}`);
      uploads.set(i, hash);
      work(i);
    };
  },
  L_secure_contexts() {
    const hosts = new Map();
    return (i) => {
      hosts.set(`host-${i}.example`, tls.createSecureContext());
      work(i);
    };
  },
  L_resolvers() {
    const resolvers = [];
    return (i) => {
      resolvers.push(new dns.Resolver({ timeout: 500 }));
      work(i);
    };
  },
  L_decoders() {
    const decoders = new Map();
    return (i) => {
      const decoder = new TextDecoder("shift_jis");
      decoder.decode(Buffer.from([0x83, 0x65]));
      decoders.set(i, decoder);
      work(i);
    };
  },
  L_http2_streams_open: () => http2Streams(false),
  L_wasm_filled_72() {
    // The memory was filled by its loader; what is kept is written over that, zeros among it.
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 });
    const bytes = new Uint8Array(memory.buffer).fill(0xff);
    let top = 8192;
    return (i) => {
      bytes.fill(0, top, top + 40).fill(i & 0x7f, top + 40, top + 72);
      top += 72;
      work(i);
    };
  },
  L_wasm_bins_one_in_three() {
    const memory = new WebAssembly.Memory({ initial: 80, maximum: 80 });
    new Uint8Array(memory.buffer).fill(0xcd);
    const heap = bins(memory, 1024);
    const random = seeded(5);
    return (i) => {
      const blocks = Array.from(
        { length: 12 },
        () => heap.malloc(8 + Math.floor(200 * random())),
      );
      if (i % 3 !== 0) heap.free(heap.malloc(48));
      else heap.malloc(48);
      for (const block of blocks) heap.free(block);
      work(i);
    };
  },
  L_wasm_hidden_bump_3000() {
    const fill = hiddenFill();
    let at = 1024;
    return (i) => {
      fill(at);
      at += 3000;
      work(i);
    };
  },
  L_wasm_hidden_pages_one_in_forty() {
    const grow = hiddenGrow();
    return (i) => {
      if (i % 40 === 0) grow();
      work(i);
    };
  },
  L_worker_strings_one_in_forty() {
    return asked(
      new Worker(WORKER, { workerData: { mode: "strings_one_in_forty" } }),
    );
  },
  L_worker_wasm_grow() {
    return asked(
      new Worker(WORKER, { workerData: { mode: "wasm_grow_one_in_sixty" } }),
    );
  },
  L_worker_onset_600() {
    return asked(new Worker(WORKER, { workerData: { mode: "onset_600" } }));
  },
  L_worker_shared_buffers() {
    const ask = asked(new Worker(WORKER, { workerData: { mode: "shared" } }));
    return () => ask(new SharedArrayBuffer(2048));
  },
  C_plateau_300_pages() {
    const pages = new Map();
    return (i) => {
      const page = (i * 7) % 300;
      if (!pages.has(page)) {
        pages.set(
          page,
          Array.from({ length: 2500 }, (_, k) => k + i / 3),
        );
      }
      work(i);
    };
  },
  C_plateau_1500_buffers() {
    const random = seeded(31);
    const blocks = new Map();
    return (i) => {
      if (blocks.size < 1500) {
        blocks.set(i, new Uint8Array(1 + Math.floor(2000 * random())));
      }
      work(i);
    };
  },
  C_worker_plateau_700() {
    return asked(new Worker(WORKER, { workerData: { mode: "plateau_700" } }));
  },
  C_ring_2100() {
    const ring = new Array(2100);
    return (i) => {
      ring[i % 2100] = { id: i, text: `entry ${i}`, tags: [i % 3, i % 5] };
      work(i);
    };
  },
  C_lru_unlinked() {
    const cache = leastRecent(400, true);
    const random = seeded(9);
    return (i) => {
      cache.get(Math.floor(900 * random() ** 2), () => [i, work(i)]);
    };
  },
  C_drift_100_until_1000_sawtooth_61() {
    const drift = [];
    let batch = [];
    return (i) => {
      if (i < 1000) drift.push({ id: i, at: i + 0.5, list: [i, i] });
      batch.push(Array.from({ length: 300 }, (_, k) => k + 0.5));
      if (i % 61 === 60) batch = [];
      work(i);
    };
  },
  C_sawtooth_733() {
    let rows = [];
    return (i) => {
      rows.push(Array.from({ length: 1400 }, (_, k) => k / (i + 1)));
      if (i % 733 === 732) rows = [];
      work(i);
    };
  },
  C_sawteeth_97_and_389() {
    let one = [];
    let two = new Map();
    return (i) => {
      one.push(new Array(500).fill(i));
      two.set(i, `${i}`.padEnd(3000, "x"));
      if (i % 97 === 96) one = [];
      if (i % 389 === 388) two = new Map();
      work(i);
    };
  },
  C_pool_of_buffers() {
    const random = seeded(17);
    const pool = [];
    return (i) => {
      const taken = Array.from(
        { length: 1 + Math.floor(24 * random() ** 3) },
        () => pool.pop() ?? Buffer.alloc(4096),
      );
      for (const buffer of taken) buffer.writeUInt32LE(i);
      pool.push(...taken);
    };
  },
  C_compiler_loaded_at_600() {
    const require = createRequire(import.meta.url);
    let compiler;
    return (i) => {
      if (i === 600) compiler = require("typescript5");
      if (compiler && i % 50 === 0) {
        compiler.transpile(`const x${i % 100}: number = 1;`);
      }
      work(i);
    };
  },
  C_index_at_150() {
    let index;
    return (i) => {
      if (i === 150) {
        index = new Map(
          Array.from({ length: 20000 }, (_, k) => [`key ${k}`, { k }]),
        );
      }
      return (index?.get(`key ${i}`)?.k ?? 0) + work(i);
    };
  },
  C_one_off_30_megabytes_at_400() {
    let matrix;
    return (i) => {
      if (i === 400) {
        matrix = Array.from(
          { length: 1000 },
          (_, r) => Array.from({ length: 3750 }, (_, c) => r / (c + 1)),
        );
      }
      return (matrix?.[i % 1000][0] ?? 0) + work(i);
    };
  },
  C_one_off_buffer_at_700() {
    let frame;
    return (i) => {
      if (i === 700) frame = Buffer.alloc(30 * 2 ** 20, 1);
      return (frame?.[i] ?? 0) + work(i);
    };
  },
  C_noisy_parsing() {
    const random = seeded(23);
    return (i) => {
      const length = Math.ceil(40 * Math.exp(3 * random()));
      const text = JSON.stringify(
        Array.from({ length }, (_, k) => ({ k, text: `${i} ${k}` })),
      );
      return JSON.parse(text).length;
    };
  },
  C_weakref_husks_swept() {
    const cache = new Map();
    return (i) => {
      cache.set(i, new WeakRef({ i, rows: [i, i + 1] }));
      if (i % 271 === 0) {
        for (const [key, reference] of cache) {
          if (!reference.deref()) cache.delete(key);
        }
      }
      work(i);
    };
  },
  C_worker_each_50() {
    let worker;
    let ask;
    return async (i) => {
      if (i % 50 === 0) {
        await worker?.terminate();
        worker = new Worker(WORKER, { workerData: { mode: "shared" } });
        ask = asked(worker);
      }
      await ask(`text ${i}`.repeat(50));
    };
  },
  C_wasm_grow_once_at_500() {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 200 });
    return (i) => {
      if (i === 500) memory.grow(90);
      const bytes = new Uint8Array(memory.buffer);
      bytes.fill(i, 0, bytes.length);
      work(i);
    };
  },
  C_wasm_bins() {
    // Blocks live 1 to 300 cycles, so that the top is reached late.
    const memory = new WebAssembly.Memory({ initial: 80, maximum: 80 });
    new Uint8Array(memory.buffer).fill(0xcd);
    const heap = bins(memory, 1024);
    const random = seeded(6);
    const ends = new Map();
    return (i) => {
      for (const block of ends.get(i) ?? []) heap.free(block);
      ends.delete(i);
      for (let k = 0; k < 4; k++) {
        const end = i + 1 + Math.floor(300 * random() ** 2);
        ends.set(end, [
          ...(ends.get(end) ?? []),
          heap.malloc(8 + Math.floor(400 * random())),
        ]);
      }
      work(i);
    };
  },
  C_wasm_hidden_arena() {
    const fill = hiddenFill();
    return (i) => {
      fill(1024 + 3000 * (i % 130));
      work(i);
    };
  },
  C_queue_bursts_173() {
    const queue = [];
    let running = false;
    return async (i) => {
      queue.push({ id: i, body: `${i}`.repeat(300) });
      if (queue.length >= 173 && !running) {
        running = true;
        while (queue.length > 0) {
          await tick();
          queue.splice(0, 25);
        }
        running = false;
      }
      work(i);
    };
  },
  C_abort_listeners_removed() {
    const shutdown = new AbortController();
    return async (i) => {
      const heard = () => work(i);
      shutdown.signal.addEventListener("abort", heard);
      await tick();
      shutdown.signal.removeEventListener("abort", heard);
    };
  },
  C_imports_of_forty_queries() {
    return async (i) => {
      const { width } = await import(`${MODULE.href}?theme=${i % 40}`);
      return width(`column ${i % 30}`);
    };
  },
  C_ports_closed() {
    return async (i) => {
      const { port1, port2 } = new MessageChannel();
      const heard = new Promise((done) => port2.once("message", done));
      port1.postMessage({ i });
      await heard;
      port1.close();
      await tick();
    };
  },
  C_http2_streams_closed: () => http2Streams(true),
  C_brotli_closed() {
    return async (i) => {
      const stream = zlib.createBrotliDecompress({ chunkSize: 64 });
      await tick();
      stream.close();
      work(i);
    };
  },
  C_secure_contexts_capped() {
    const hosts = new Map();
    return (i) => {
      hosts.set(`host-${i}.example`, tls.createSecureContext());
      if (hosts.size > 60) hosts.delete(hosts.keys().next().value);
      work(i);
    };
  },
  C_diagnostics_unsubscribed() {
    return (i) => {
      const channel = diagnostics.channel(`third:request:${i % 9}`);
      const heard = () => work(i);
      channel.subscribe(heard);
      channel.publish({ i });
      channel.unsubscribe(heard);
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
