// Leaks (L_) and innocents (C_) that were written before the judge ever saw them: what it said at
// first sight is in bench/unseen.md. Each kind is a target of its own, chosen by `options.kind`.
import { EventEmitter } from "node:events";
import { BroadcastChannel, MessageChannel, Worker } from "node:worker_threads";
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { PassThrough } from "node:stream";
import { createRequire } from "node:module";
import crypto from "node:crypto";
import zlib from "node:zlib";
import vm from "node:vm";
import fs from "node:fs";
import dgram from "node:dgram";
import os from "node:os";
import path from "node:path";
import http from "node:http";
import { performance } from "node:perf_hooks";
const rng =
  (s) =>
  () => (s = Math.imul(s ^ (s >>> 15), 2246822519) + 0x9e3779b9 | 0,
    ((s ^ (s >>> 13)) >>> 0) / 2 ** 32);
const churn = (i) => {
  let t = [];
  for (let k = 0; k < 200; k++) t.push({ k, v: `${i}:${k}` });
  return t.length;
};
function bump(pages, { top = false, holes = false } = {}) {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const bytes = new Uint8Array(memory.buffer);
  if (top) bytes.fill(7, bytes.length - 4096); // a stack at the end of memory
  if (holes) { for (let at = 65536; at < bytes.length; at += 262144) bytes.fill(3, at, at + 512); }
  let next = 1024;
  return (n) => {
    const at = next;
    next += n;
    bytes.fill(1, at, at + n);
    return at;
  };
}
const rpc = (worker) => {
  const waiting = new Map();
  worker.on("message", ({ id }) => {
    waiting.get(id)?.();
    waiting.delete(id);
  });
  let id = 0;
  return () =>
    new Promise((r) => {
      waiting.set(++id, r);
      worker.postMessage({ id });
    });
};
const W = new URL("./worker_keep.mjs", import.meta.url);
export const KINDS = {
  // ---- leaks on the heap
  L_slots_24: () => {
    let head = null;
    return () => {
      head = { next: head };
      churn(1);
    };
  },
  L_map_numbers_40: () => {
    const m = new Map();
    return (i) => {
      m.set(i, i);
      churn(i);
    };
  },
  L_sparse_object_100: () => {
    const o = {};
    return (i) => {
      o[`user-${i}`] = { i };
      churn(i);
    };
  },
  L_trace_3k: () => {
    const log = [];
    return (i) => {
      log.push({ i, rows: Array.from({ length: 60 }, (_, k) => ({ k })) });
    };
  },
  L_tables_200k: () => {
    const all = [];
    return (i) => {
      all.push(new Array(25000).fill(i));
    };
  },
  L_set_of_tuples_one_in_ten: () => {
    const s = new Set();
    return (i) => {
      churn(i);
      if (i % 10 === 3) s.add([i, i + 1, `${i}`]);
    };
  },
  L_one_in_fifty_10k: () => {
    const s = [];
    return (i) => {
      churn(i);
      if (i % 50 === 7) s.push(Array.from({ length: 160 }, (_, k) => ({ k, i })));
    };
  },
  L_random_one_in_ten_600: () => {
    const s = [], r = rng(5);
    return (i) => {
      churn(i);
      if (r() < 0.1) s.push(Array.from({ length: 10 }, (_, k) => ({ k, i })));
    };
  },
  L_onset_300: () => {
    const s = [];
    return (i) => {
      churn(i);
      if (i > 300) s.push({ i, text: `t${i}` });
    };
  },
  L_onset_700: () => {
    const s = new Map();
    return (i) => {
      churn(i);
      if (i > 700) s.set(`k${i}`, { i });
    };
  },
  L_onset_gradual: () => {
    const s = [];
    return (i) => {
      churn(i);
      for (let k = 0; k < Math.min(8, i / 150 | 0); k++) s.push({ k });
    };
  },
  L_staircase_250: () => {
    const s = [];
    return (i) => {
      churn(i);
      if (i % 250 === 249) s.push(Array.from({ length: 400 }, (_, k) => ({ k })));
    };
  },
  L_staircase_100_buffers: () => {
    const s = [];
    return (i) => {
      churn(i);
      if (i % 100 === 50) s.push(Buffer.alloc(9000, i));
    };
  },
  L_sawtooth_plus_80: () => {
    let b = [];
    const s = [];
    return (i) => {
      b.push(new Array(100).fill(i));
      if (b.length >= 170) b = [];
      s.push({ i, a: 1, b: 2 });
    };
  },
  L_sawtooth_900_plus_200: () => {
    let b = [];
    const s = [];
    return (i) => {
      b.push(new Array(40).fill(i));
      if (b.length >= 900) b = [];
      s.push(`${i}`.padStart(170, "ab"));
    };
  },
  L_quadratic: () => {
    const s = [];
    return (i) => {
      for (let k = 0; k < i / 200; k++) s.push({ k });
      churn(i);
    };
  },
  L_noise_16: () => {
    const r = rng(9), live = new Array(300).fill(null);
    let head = null;
    return (i) => {
      for (let k = 0; k < 10; k++) {
        live[r() * 300 | 0] = r() < 0.5 ? null : new Array(1 + r() * 200 | 0).fill(i);
      }
      if (i % 3 === 0) head = { head, i, j: 1 };
    };
  },
  L_weakmap_value_cycle: () => {
    const keys = [], w = new WeakMap();
    return (i) => {
      const k = { i };
      w.set(k, { k, data: new Array(6).fill(i) });
      keys.push(k);
    };
  },
  L_als_store: () => {
    const als = new AsyncLocalStorage();
    const bound = [];
    return (i) =>
      als.run({ id: i, data: "d".repeat(60) + i }, () => {
        bound.push(AsyncResource.bind(() => als.getStore()));
      });
  },
  L_proxy_handlers: () => {
    const reg = new Set();
    return (i) => {
      const t = { i };
      reg.add(new Proxy(t, { get: (o, p) => o[p] }));
      churn(i);
    };
  },
  L_bigints: () => {
    const s = [];
    return (i) => {
      s.push(BigInt(i) ** 20n);
      churn(i);
    };
  },
  L_regex_cache: () => {
    const c = {};
    return (i) => {
      (c[`^a${i}$`] = new RegExp(`^a${i}$`)).test("abc");
    };
  },
  L_emitter_once_never: () => {
    const e = new EventEmitter();
    e.setMaxListeners(0);
    return (i) => {
      e.once("never", () => i);
      churn(i);
    };
  },
  L_unresolved_promises: () => {
    const pend = new Map();
    return (i) => {
      new Promise((r) => pend.set(i, r)).then(() => i);
      churn(i);
    };
  },
  L_functions_compiled: () => {
    const f = [];
    return (i) => {
      f.push(new Function("a", `return a + ${i}`));
      f.at(-1)(1);
    };
  },
  L_hundred_short_string_slices: () => {
    const s = [];
    return (i) => {
      const big = `${i}-`.repeat(120);
      s.push(big.slice(5, 25));
    };
  },
  L_queue_never_drained_late: () => {
    const q = [];
    return (i) => {
      if (i < 400) {
        q.push({ i });
        if (q.length > 5) q.shift();
      } else q.push({ i, x: [i] });
      churn(i);
    };
  },
  L_perf_marks: () => (i) => {
    performance.mark(`m${i}`);
    churn(i);
  },
  // ---- outside
  L_array_buffers_300: () => {
    const s = [];
    return (i) => {
      s.push(new Uint8Array(300).fill(i));
    };
  },
  L_resizable: () => {
    const b = new ArrayBuffer(64, { maxByteLength: 1 << 26 });
    return () => {
      b.resize(b.byteLength + 96);
    };
  },
  L_blobs: () => {
    const s = [];
    return (i) => {
      s.push(new Blob([`blob ${i}`.repeat(40)]));
    };
  },
  L_inflate_handles: () => {
    const s = [];
    return (i) => {
      if (i % 5 === 0) s.push(zlib.createInflateRaw());
      churn(i);
    };
  },
  L_keys_native: () => {
    const s = [];
    return (i) => {
      s.push(crypto.createECDH("secp256k1"));
    };
  },
  L_intl: () => {
    const s = [];
    return (i) => {
      if (i % 4 === 0) {
        s.push(new Intl.DateTimeFormat("de", { timeZone: "Europe/Berlin", dateStyle: "long" }));
      }
      churn(i);
    };
  },
  L_env_native_1500: () => (i) => {
    process.env[`PLANT_${i}`] = "e".repeat(1500);
    churn(i);
  },
  L_env_native_20k_one_in_ten: () => (i) => {
    if (i % 10 === 0) process.env[`PLANT_${i}`] = "e".repeat(20000);
    churn(i);
  },
  L_wasm_bump_48: () => {
    const alloc = bump(256);
    return (i) => {
      alloc(48);
      churn(i);
    };
  },
  L_wasm_bump_5k: () => {
    const alloc = bump(1024);
    return (i) => {
      alloc(5000);
    };
  },
  L_wasm_top_64: () => {
    const alloc = bump(128, { top: true });
    return (i) => {
      alloc(64);
      churn(i);
    };
  },
  L_wasm_holes_200: () => {
    const alloc = bump(256, { holes: true });
    return (i) => {
      alloc(200);
      churn(i);
    };
  },
  L_wasm_grow_one_in_hundred: () => {
    const m = new WebAssembly.Memory({ initial: 1, maximum: 4000 });
    return (i) => {
      if (i % 100 === 99) m.grow(1);
      churn(i);
    };
  },
  L_shared: () => {
    const s = [];
    return (i) => {
      s.push(new Int32Array(new SharedArrayBuffer(256)));
    };
  },
  // ---- workers, handles
  L_worker_heap_60: () => {
    const w = new Worker(W, { workerData: { bytes: 20 } });
    w.unref();
    const call = rpc(w);
    return () => call();
  },
  L_worker_heap_400: () => {
    const w = new Worker(W, { workerData: { bytes: 400 } });
    w.unref();
    const call = rpc(w);
    return () => call();
  },
  L_worker_heap_50k: () => {
    const w = new Worker(W, { workerData: { bytes: 50000 } });
    w.unref();
    const call = rpc(w);
    return () => call();
  },
  L_ports: () => {
    const s = [];
    return (i) => {
      const { port1, port2 } = new MessageChannel();
      port2.on("message", () => i);
      port2.unref();
      s.push(port1);
    };
  },
  L_broadcast: () => (i) => {
    const b = new BroadcastChannel("x");
    b.onmessage = () => i;
    b.unref();
  },
  L_sockets_udp: () => {
    const s = [];
    return async (i) => {
      if (i % 10) return churn(i);
      const d = dgram.createSocket("udp4");
      await new Promise((r) => d.bind(0, r));
      d.unref();
      s.push(d);
    };
  },
  L_fd_one_in_ten: () => {
    const s = [];
    return (i) => {
      if (i % 10 === 0) s.push(fs.openSync("/dev/null"));
      churn(i);
    };
  },
  L_watchers: () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "w-"));
    return (i) => {
      if (i % 4 === 0) {
        fs.watchFile(path.join(dir, `f${i}`), { persistent: false, interval: 100000 }, () => i);
      }
      churn(i);
    };
  },
  L_intervals_unref: () => (i) => {
    if (i % 3 === 0) setInterval(() => i, 1e6).unref();
    churn(i);
  },
  // ---- clean
  C_drift_100_until_1000: () => {
    const s = [];
    return (i) => {
      churn(i);
      if (i < 1000) s.push(`${i}`.padStart(80, "ab"));
    };
  },
  C_drift_100_until_1300_noise: () => {
    const s = [], r = rng(3), live = new Array(100).fill(null);
    return (i) => {
      live[r() * 100 | 0] = new Array(r() * 60 | 0).fill(i);
      if (i < 1300) s.push({ i, a: [i] });
    };
  },
  C_plateau_1500: () => {
    const s = new Map();
    return (i) => {
      s.set(i % 1500, { i });
      churn(i);
    };
  },
  C_plateau_3000: () => {
    const s = new Map();
    return (i) => {
      s.set(`k${i % 3000}`, { i });
      churn(i);
    };
  },
  C_plateau_random_keys: () => {
    const s = new Map(), r = rng(17);
    return (i) => {
      s.set(r() * 900 | 0, { i, t: [i] });
      churn(i);
    };
  },
  C_plateau_random_3000: () => {
    const s = new Map(), r = rng(19);
    return (i) => {
      s.set(r() * 3000 | 0, { i });
      churn(i);
    };
  },
  C_lru_2500: () => {
    const m = new Map();
    return (i) => {
      m.set(i, { v: `${i}` });
      if (m.size > 2500) m.delete(m.keys().next().value);
    };
  },
  C_array_buffers_ring_700: () => {
    const s = [];
    return (i) => {
      s[i % 700] = new Uint8Array(400);
      churn(i);
    };
  },
  C_sawtooth_350: () => {
    let b = [];
    return (i) => {
      b.push(new Array(80).fill(i));
      if (b.length >= 350) b = [];
    };
  },
  C_sawtooth_900: () => {
    let b = [];
    return (i) => {
      b.push({ i, s: `${i}`.repeat(5) });
      if (b.length >= 900) b = [];
    };
  },
  C_sawtooth_1100_buffers: () => {
    let b = [];
    return (i) => {
      b.push(Buffer.alloc(200, i));
      if (b.length >= 1100) b.length = 0;
      churn(i);
    };
  },
  C_sawtooth_growing_amplitude_then_fixed: () => {
    let b = [], cap = 50;
    return (i) => {
      b.push({ i });
      if (b.length >= cap) {
        b = [];
        cap = Math.min(600, cap + 50);
      }
      churn(i);
    };
  },
  C_late_modules: () => {
    const require = createRequire(import.meta.url);
    const at = {
      250: "node:dns",
      480: "node:tls",
      700: "node:http2",
      950: "node:repl",
      1150: "node:test",
    };
    return (i) => {
      if (at[i]) require(at[i]);
      churn(i);
    };
  },
  C_late_one_time_at_900: () => {
    let t;
    return (i) => {
      if (i === 900) t = Array.from({ length: 5e4 }, (_, k) => ({ k }));
      churn(i);
      return t;
    };
  },
  C_lazy_functions: () => {
    const f = Array.from(
      { length: 400 },
      (_, k) => new Function("a", `let s=${k}; for (const v of [a,1,2]) s+=v; return {s}`),
    );
    return (i) => {
      const n = Math.min(400, i / 3 | 0);
      let s = 0;
      for (let k = Math.max(0, n - 20); k < n; k++) s += f[k](i).s;
      return s;
    };
  },
  C_shapes: () => {
    return (i) => {
      const o = {};
      for (let k = 0; k < 8; k++) o[`p${(i * 7 + k) % 40}`] = i;
      return JSON.stringify(o);
    };
  },
  C_streams: () => async (i) => {
    const p = new PassThrough();
    p.end(`x${i}`);
    for await (const c of p) churn(c.length);
  },
  C_gzip: () => async (i) => {
    await new Promise((r, j) => zlib.gzip(Buffer.alloc(2000, i), (e, b) => e ? j(e) : r(b)));
  },
  C_crypto: () => (i) => {
    crypto.createHash("sha256").update(`${i}`).digest("hex");
    crypto.createECDH("secp256k1").generateKeys();
  },
  C_worker_rpc: () => {
    const w = new Worker(W, { workerData: { bytes: 0 } });
    w.unref();
    const call = rpc(w);
    return () => call();
  },
  C_worker_each_20: () => async (i) => {
    if (i % 20) return churn(i);
    const w = new Worker(W, { workerData: { bytes: 0 } });
    await rpc(w)();
    await w.terminate();
  },
  C_http: async () => {
    const server = http.createServer((q, s) => s.end("ok"));
    await new Promise((r) => server.listen(0, r));
    server.unref();
    const { port } = server.address();
    return () =>
      new Promise((r, j) =>
        http.get({ port, agent: false }, (m) => m.resume().on("end", r)).on("error", j)
      );
  },
  C_wasm_arena_reset: () => {
    const memory = new WebAssembly.Memory({ initial: 128 });
    const b = new Uint8Array(memory.buffer);
    let at = 0;
    return (i) => {
      b.fill(i & 255 || 1, at, at + 900);
      at += 900;
      if (at > 4e6) at = 0;
    };
  },
  C_wasm_pool_fill: () => {
    const memory = new WebAssembly.Memory({ initial: 64 });
    const b = new Uint8Array(memory.buffer), r = rng(23);
    return (i) => {
      const slot = r() * 800 | 0;
      b.fill(1 + (i & 127), slot * 512, slot * 512 + 400);
      churn(i);
    };
  },
  C_vm_contexts: () => (i) => {
    if (i % 10 === 0) vm.runInNewContext("a + 1", { a: i });
    churn(i);
  },
  C_timers_cleared: () => (i) => {
    const t = setInterval(() => i, 1000);
    clearInterval(t);
    return new Promise((r) => setTimeout(r, 0));
  },
  C_finalizers: () => {
    const f = new FinalizationRegistry(() => {});
    return (i) => {
      f.register({ i }, i);
      churn(i);
    };
  },
  C_numbers_float_history_capped: () => {
    const h = [];
    return (i) => {
      h.push(i * 0.1);
      if (h.length > 2000) h.splice(0, 1000);
      churn(i);
    };
  },
  C_intern_strings: () => (i) => {
    const o = {};
    o[`key${i}`] = 1;
    return Object.keys(o)[0].length;
  },
  C_env_same_key: () => (i) => {
    process.env.SOME = `v${i % 10}`;
    churn(i);
  },
  C_grow_shrink_slow: () => {
    const s = [];
    return (i) => {
      if (Math.sin(i / 130) > 0) s.push({ i, t: [i] });
      else s.length = Math.max(0, s.length - 3);
      churn(i);
    };
  },
  C_ttl_by_cycles: () => {
    const m = new Map();
    return (i) => {
      m.set(i, { i, until: i + 600 });
      for (const [k, v] of m) {
        if (v.until > i) break;
        m.delete(k);
      }
      churn(i);
    };
  },
};
export async function setup({ kind }) {
  return { step: await KINDS[kind](), n: 0 };
}
export async function cycle(c, i) {
  await c.step(i);
  c.n++;
}
export function validate(c) {
  if (c.n === 0) throw new Error("nothing");
}
