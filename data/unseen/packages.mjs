// Real packages in versions with known leaks (L_), in those that mended them, and in sound use (C_).
// They are installed beside this file by bench/unseen.mjs; what was said at first sight is in
// bench/unseen.md.
import os from "node:os";
import path from "node:path";
import fs from "node:fs";
import { Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
const imp = async (n) => {
  const m = await import(n);
  return m.default ?? m;
};
const sig = () => new AbortController();
const KINDS = {
  async L_debug_411() {
    const d = await imp("debug-a");
    return (i) => {
      d(`app:${i}`)("hello");
    };
  },
  async C_debug_434() {
    const d = await imp("debug-b");
    return (i) => {
      d(`app:${i}`)("hello");
    };
  },
  async L_mem_110() {
    const m = await imp("mem-a");
    const f = m((x) => ({ x }), { maxAge: 5 });
    return async (i) => {
      f(i);
    };
  },
  async C_mem_430() {
    const m = await imp("mem-b");
    const f = m((x) => ({ x }), { maxAge: 5 });
    return async (i) => {
      f(i);
      await wait(1);
    };
  },
  async C_ee2_4() {
    const E = await imp("eventemitter2-a");
    const e = new E({ wildcard: true });
    return (i) => {
      const f = () => {};
      e.on(`room.${i}.x`, f);
      e.emit(`room.${i}.x`);
      e.off(`room.${i}.x`, f);
    };
  },
  async C_ee2_6() {
    const E = await imp("eventemitter2-b");
    const e = new E({ wildcard: true });
    return (i) => {
      const f = () => {};
      e.on(`room.${i}.x`, f);
      e.emit(`room.${i}.x`);
      e.off(`room.${i}.x`, f);
    };
  },
  async L_any_signal_3() {
    const { anySignal } = await import("any-signal-a");
    const long = sig();
    return (i) => {
      anySignal([long.signal, sig().signal]);
    };
  },
  async C_any_signal_4() {
    const { anySignal } = await import("any-signal-b");
    const long = sig();
    return (i) => {
      const s = anySignal([long.signal, sig().signal]);
      s.clear();
    };
  },
  async L_p_timeout_600() {
    const p = await imp("p-timeout-a");
    const c = sig();
    return async (i) => {
      await p(Promise.resolve(i), { milliseconds: 1000, signal: c.signal });
    };
  },
  async C_p_timeout_614() {
    const p = await imp("p-timeout-b");
    const c = sig();
    return async (i) => {
      await p(Promise.resolve(i), { milliseconds: 1000, signal: c.signal });
    };
  },
  async L_p_retry_511() {
    const p = await imp("p-retry-a");
    const c = sig();
    return async (i) => {
      await p(async () => i, { signal: c.signal });
    };
  },
  async C_p_retry_710() {
    const p = await imp("p-retry-b");
    const c = sig();
    return async (i) => {
      await p(async () => i, { signal: c.signal });
    };
  },
  async C_p_queue_730() {
    const { default: Q } = await import("p-queue-a");
    const q = new Q({ concurrency: 2 });
    const c = sig();
    return async (i) => {
      await q.add(async () => i, { signal: c.signal });
    };
  },
  async C_p_queue_901() {
    const { default: Q } = await import("p-queue-b");
    const q = new Q({ concurrency: 2 });
    const c = sig();
    return async (i) => {
      await q.add(async () => i, { signal: c.signal });
    };
  },
  async C_undici_500() {
    const { Request } = await import("undici-a");
    const c = sig();
    return (i) => {
      new Request("http://localhost/" + i, { signal: c.signal });
    };
  },
  async C_undici_621() {
    const { Request } = await import("undici-b");
    const c = sig();
    return (i) => {
      new Request("http://localhost/" + i, { signal: c.signal });
    };
  },
  async L_source_map_undestroyed() {
    const sm = await imp("source-map");
    const g = new sm.SourceMapGenerator({ file: "a" });
    for (let k = 1; k < 30; k++) {
      g.addMapping({
        generated: { line: k, column: 0 },
        original: { line: k, column: 0 },
        source: "b",
      });
    }
    const t = g.toString();
    return async (i) => {
      const c = await new sm.SourceMapConsumer(t);
      c.originalPositionFor({ line: 3, column: 0 });
    };
  },
  async C_source_map_destroyed() {
    const sm = await imp("source-map");
    const g = new sm.SourceMapGenerator({ file: "a" });
    for (let k = 1; k < 30; k++) {
      g.addMapping({
        generated: { line: k, column: 0 },
        original: { line: k, column: 0 },
        source: "b",
      });
    }
    const t = g.toString();
    return async (i) => {
      const c = await new sm.SourceMapConsumer(t);
      c.originalPositionFor({ line: 3, column: 0 });
      c.destroy();
    };
  },
  async L_sqljs_unfreed() {
    const S = await (await imp("sql.js"))();
    const db = new S.Database();
    db.run("create table t(a,b)");
    return (i) => {
      const s = db.prepare("select a from t where b = ?");
      s.bind([i]);
      s.step();
      delete db.statements?.[s.stmt];
    };
  },
  async C_sqljs_freed() {
    const S = await (await imp("sql.js"))();
    const db = new S.Database();
    db.run("create table t(a,b)");
    return (i) => {
      db.run("insert or replace into t(rowid,a,b) values(?,?,?)", [i % 200, i, i]);
      const s = db.prepare("select a from t where b = ?");
      s.bind([i]);
      s.step();
      s.free();
    };
  },
  async L_sqljs_rows() {
    const S = await (await imp("sql.js"))();
    const db = new S.Database();
    db.run("create table t(a,b)");
    return (i) => {
      db.run("insert into t(a,b) values(?,?)", [i, "y".repeat(60)]);
    };
  },
  async L_yoga_unfreed() {
    const load = await imp("yoga-wasm-web/auto");
    const Y = load;
    return (i) => {
      const n = Y.Node.create();
      n.setWidth(i);
      n.calculateLayout();
    };
  },
  async C_yoga_freed() {
    const Y = await imp("yoga-wasm-web/auto");
    return (i) => {
      const n = Y.Node.create();
      n.setWidth(i);
      n.calculateLayout();
      n.free();
    };
  },
  async C_zstd_14() {
    const z = await import("zstd-a");
    await z.init();
    const b = new Uint8Array(3000).map((_, k) => k % 11);
    return () => {
      z.decompress(z.compress(b, 3));
    };
  },
  async C_zstd_22() {
    const z = await import("zstd-b");
    await z.init();
    const b = new Uint8Array(3000).map((_, k) => k % 11);
    return () => {
      z.decompress(z.compress(b, 3));
    };
  },
  async L_level_iterators() {
    const { ClassicLevel } = await import("classic-level");
    const db = new ClassicLevel(fs.mkdtempSync(path.join(os.tmpdir(), "lvl-")));
    await db.put("a", "1");
    return async (i) => {
      const it = db.iterator();
      await it.next();
    };
  },
  async C_level_iterators() {
    const { ClassicLevel } = await import("classic-level");
    const db = new ClassicLevel(fs.mkdtempSync(path.join(os.tmpdir(), "lvl-")));
    await db.put("a", "1");
    return async (i) => {
      const it = db.iterator();
      await it.next();
      await it.close();
    };
  },
  async L_workerpool_unterminated() {
    const wp = await imp("workerpool");
    return async (i) => {
      if (i % 25) return;
      const p = wp.pool({ maxWorkers: 1, workerType: "thread" });
      await p.exec((a) => a + 1, [i]);
    };
  },
  async C_workerpool_terminated() {
    const wp = await imp("workerpool");
    return async (i) => {
      if (i % 25) return;
      const p = wp.pool({ maxWorkers: 1, workerType: "thread" });
      await p.exec((a) => a + 1, [i]);
      await p.terminate();
    };
  },
  async C_workerpool_shared() {
    const wp = await imp("workerpool");
    const p = wp.pool({ maxWorkers: 1, workerType: "thread" });
    return async (i) => {
      await p.exec((a) => a + 1, [i]);
    };
  },
  async C_piscina() {
    const { Piscina } = await import("piscina");
    const p = new Piscina({
      filename: new URL("./double.mjs", import.meta.url).href,
      maxThreads: 1,
      idleTimeout: 1e6,
    });
    return async (i) => {
      await p.run(i);
    };
  },
  async C_piscina_signal() {
    const { Piscina } = await import("piscina");
    const c = sig();
    const p = new Piscina({
      filename: new URL("./double.mjs", import.meta.url).href,
      maxThreads: 1,
      idleTimeout: 1e6,
    });
    return async (i) => {
      await p.run(i, { signal: c.signal });
    };
  },
  async C_typescript() {
    const ts = await imp("typescript5");
    return (i) => {
      ts.transpileModule(`const a${i % 7}: number = ${i}; export class A { x = a${i % 7}; }`, {
        compilerOptions: { module: 99, target: 9 },
      });
    };
  },
  async C_cheerio() {
    const c = await import("cheerio");
    return (i) => {
      const $ = c.load(`<ul><li class=a>${i}</li><li>b</li></ul>`);
      $("li.a").text("x");
      $.html();
    };
  },
  async C_graphql() {
    const g = await imp("graphql");
    const s = g.buildSchema("type Query { a(n: Int): String b: [Int] }");
    return async (i) => {
      await g.graphql({
        schema: s,
        source: `{ a(n: ${i}) b }`,
        rootValue: { a: ({ n }) => `${n}`, b: [1, 2] },
      });
    };
  },
  async C_markdown() {
    const M = await imp("markdown-it");
    const m = new M();
    return (i) => {
      m.render(`# T ${i}\n\n* a\n* b [l](http://x/${i})\n`);
    };
  },
  async L_ajv_compile() {
    const A = await imp("ajv");
    const a = new (A.default ?? A)();
    return (i) => {
      a.compile({ type: "object", properties: { [`p${i}`]: { type: "number" } } })({
        [`p${i}`]: 1,
      });
    };
  },
  async L_ajv_removed() {
    const A = await imp("ajv");
    const a = new (A.default ?? A)();
    return (i) => {
      const s = { type: "object", properties: { [`p${i}`]: { type: "number" } } };
      a.compile(s)({ [`p${i}`]: 1 });
      a.removeSchema(s);
    };
  },
  async C_winston() {
    const w = await imp("winston");
    const l = w.createLogger({
      transports: [new w.transports.Stream({ stream: new Writable({ write: (c, e, f) => f() }) })],
    });
    return (i) => {
      l.child({ i }).info(`hello ${i}`);
    };
  },
  async L_winston_exceptions() {
    const w = await imp("winston");
    process.setMaxListeners(0);
    return (i) => {
      w.createLogger({
        exitOnError: false,
        transports: [
          new w.transports.Stream({
            handleExceptions: true,
            stream: new Writable({ write: (c, e, f) => f() }),
          }),
        ],
      });
    };
  },
  async C_express() {
    const ex = await imp("express");
    const app = ex();
    app.get("/u/:id", (q, s) => s.end(`u ${q.params.id}`));
    return (i) =>
      new Promise((r) => {
        const q = { method: "GET", url: `/u/${i}`, headers: {} };
        const s = { setHeader() {}, end: r, getHeader() {}, on() {}, removeListener() {} };
        app.handle(q, s, r);
      });
  },
  async L_express_routes() {
    const ex = await imp("express");
    const app = ex();
    return (i) => {
      app.get(`/u${i}`, (q, s) => s.end("x"));
    };
  },
  async C_handlebars() {
    const h = await imp("handlebars");
    return (i) => {
      h.compile(`<p>{{n}} ${i}{{#each l}}{{this}}{{/each}}</p>`)({ n: i, l: [1, 2] });
    };
  },
  async C_luxon() {
    const { DateTime } = await imp("luxon");
    const z = ["Europe/Berlin", "Asia/Tokyo", "America/New_York"];
    return (i) => {
      DateTime.fromMillis(1e12 + i * 1e7, { zone: z[i % 3] }).setLocale("de").toLocaleString(
        DateTime.DATE_FULL,
      );
    };
  },
  async C_zod() {
    const { z } = await import("zod");
    return (i) => {
      z.object({ a: z.number(), b: z.array(z.string()) }).safeParse({ a: i, b: ["x", i] });
    };
  },
  async C_fxp() {
    const { XMLParser } = await import("fast-xml-parser");
    return (i) => {
      new XMLParser().parse(`<a><b c="1">${i}</b><b>2</b></a>`);
    };
  },
  async L_rxjs_subs() {
    const { Subject, map } = await import("rxjs");
    const s = new Subject();
    return (i) => {
      s.pipe(map((x) => x + i)).subscribe(() => {});
      if (i % 50 === 0) s.next(i);
    };
  },
  async C_rxjs_unsub() {
    const { Subject, map } = await import("rxjs");
    const s = new Subject();
    return (i) => {
      const u = s.pipe(map((x) => x + i)).subscribe(() => {});
      s.next(i);
      u.unsubscribe();
    };
  },
  async L_rxjs_replay() {
    const { ReplaySubject } = await import("rxjs");
    const s = new ReplaySubject();
    return (i) => {
      s.next(i + 0.5);
    };
  },
  async C_rxjs_replay_capped() {
    const { ReplaySubject } = await import("rxjs");
    const s = new ReplaySubject(700);
    return (i) => {
      s.next({ i });
    };
  },
  async C_lru_slow() {
    const { LRUCache } = await import("lru-cache");
    const c = new LRUCache({ max: 500 });
    return (i) => {
      if (i % 3 === 0) c.set(`k${i}`, { i });
      c.get(`k${i - 30}`);
    };
  },
  async C_lru_ttl() {
    const { LRUCache } = await import("lru-cache");
    const c = new LRUCache({ max: 300, ttl: 3, ttlAutopurge: true });
    return async (i) => {
      c.set(`k${i}`, { i });
      await wait(1);
    };
  },
  async C_immer() {
    const { produce } = await import("immer");
    let s = { list: [], n: 0 };
    return (i) => {
      s = produce(s, (d) => {
        d.n = i;
        d.list.push({ i });
        if (d.list.length > 50) d.list.shift();
      });
    };
  },
  async L_inflight() {
    const inflight = await imp("inflight");
    return (i) => {
      inflight(`req ${i}`, () => {});
    };
  },
  async L_mobx() {
    const { observable, autorun } = await import("mobx");
    const o = observable({ n: 0 });
    return (i) => {
      autorun(() => o.n + i);
      if (i % 100 === 0) o.n = i;
    };
  },
  async C_mobx() {
    const { observable, autorun, runInAction } = await import("mobx");
    const o = observable({ n: 0 });
    return (i) => {
      const d = autorun(() => o.n + i);
      runInAction(() => o.n = i);
      d();
    };
  },
  async C_async_queue() {
    const a = await imp("async");
    const q = a.queue((t, cb) => setImmediate(cb), 2);
    return (i) =>
      new Promise((r) => {
        q.push({ i }, r);
      });
  },
  async L_async_queue_backlog() {
    const a = await imp("async");
    const q = a.queue((t, cb) => {}, 2);
    return (i) => {
      q.push({ i });
    };
  },
  async C_snappy() {
    const s = await imp("snappy");
    return async (i) => {
      await s.uncompress(await s.compress(Buffer.alloc(4000, i)));
    };
  },
  async L_tough_cookie() {
    const { CookieJar } = await imp("tough-cookie-a");
    const j = new CookieJar();
    return (i) => {
      j.setCookieSync(`a=${i}; Path=/`, `http://host${i}.example.com/`);
    };
  },
  async C_tough_cookie() {
    const { CookieJar } = await imp("tough-cookie-a");
    const j = new CookieJar();
    return (i) => {
      j.setCookieSync(`a=${i}; Path=/`, `http://host.example.com/`);
    };
  },
};
export { KINDS };
export async function setup({ kind }) {
  return { step: await KINDS[kind](), n: 0 };
}
export async function cycle(c, i) {
  await c.step(i);
  c.n++;
}
