// A fourth set of real packages: versions that leak or misuse that does (L_), and mended versions
// or sound use (C_). None of the packages is in the sets before. `options.kind` chooses one.
import { EventEmitter } from "node:events";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { PassThrough, Writable } from "node:stream";
import { setImmediate as tick } from "node:timers/promises";
import vm from "node:vm";

const require = createRequire(import.meta.url);
const load = async (name) => {
  const module = await import(name);
  return module.default ?? module;
};
const DAY = 24 * 3600 * 1000;

async function rooms(name) {
  const create = await load(name);
  const bus = name === "mitt" ? create() : new create();
  let heard = 0;
  return (i) => {
    const onMessage = (message) => heard += message.length;
    bus.on(`room:${i}`, onMessage);
    bus.emit(`room:${i}`, "hello");
    bus.off(`room:${i}`, onMessage);
  };
}

async function typedRooms(name) {
  const Emittery = await load(name);
  const bus = new Emittery();
  return async (i) => {
    const off = bus.on(`room:${i}`, () => {});
    await bus.emit(`room:${i}`, { text: "hello" });
    off();
  };
}

async function locales(name) {
  const moment = await load(name);
  return (i) => {
    moment.updateLocale("en", { longDateFormat: { LT: i % 2 ? "HH:mm" : "h:mm A" } });
    moment(1e12).format("LT");
  };
}

async function catalog(known) {
  const { I18n } = await load("i18n");
  const i18n = new I18n({
    locales: ["en", "de"],
    staticCatalog: {
      en: { "Hello {{name}}": "Hello {{name}}" },
      de: { "Hello {{name}}": "Hallo {{name}}" },
    },
    defaultLocale: "en",
    updateFiles: false,
    mustacheConfig: { tags: ["{{", "}}"], disable: false },
  });
  return (i) =>
    known
      ? i18n.__({ phrase: "Hello {{name}}", locale: "de" }, { name: `user ${i}` })
      : i18n.__({ phrase: `Hello user ${i}`, locale: "de" });
}

async function categories(own) {
  const log4js = await load("log4js");
  log4js.configure({
    appenders: { none: { type: "recording" } },
    categories: { default: { appenders: ["none"], level: "warn" } },
  });
  const shared = log4js.getLogger("requests");
  return (i) => {
    const logger = own ? log4js.getLogger(`requests.${i}`) : shared;
    logger.addContext("request", i);
    logger.info("served");
  };
}

async function pinoBindings(child) {
  const pino = await load("pino");
  const logger = pino({ base: null }, new Writable({ write: (_, __, done) => done() }));
  return (i) => {
    if (child) logger.child({ request: i }).info("served");
    else {
      logger.setBindings({ request: i });
      if (i % 50 === 0) logger.info("served");
    }
  };
}

async function hoganPages(own) {
  const hogan = await load("hogan.js");
  return (i) =>
    own
      ? hogan.compile(`Dear {{name}}, order ${i} was sent.`).render({ name: "Ada" })
      : hogan.compile("Dear {{name}}, order {{i}} was sent.").render({ name: "Ada", i });
}

async function markedPlugins(own) {
  const { marked, Marked } = await import("marked");
  return (i) => {
    const parser = own ? new Marked() : marked;
    parser.use({ extensions: [{ name: "order", renderer: () => `#${i}` }] });
    return parser.parse(`Order *${i}*`);
  };
}

async function loaded(shared) {
  const DataLoader = await load("dataloader");
  const batch = async (ids) => ids.map((id) => ({ id, name: "Ada" }));
  const global = new DataLoader(batch);
  return async (i) => {
    const loader = shared ? global : new DataLoader(batch);
    const [user, friend] = await Promise.all([loader.load(2 * i), loader.load(2 * i + 1)]);
    if (friend.id !== user.id + 1) throw new Error(`Cannot load: id is ${friend.id}`);
  };
}

async function nedb() {
  const Datastore = await load("@seald-io/nedb");
  const db = new Datastore();
  await db.ensureIndexAsync({ fieldName: "user" });
  return async (i) => {
    await db.insertAsync({ user: `user ${i}`, at: i });
    await db.removeAsync({ user: `user ${i}` }, {});
  };
}

async function snapshots(restore) {
  await import("reflect-metadata");
  const { Container } = await load("inversify");
  const container = new Container();
  for (let k = 0; k < 5; k++) container.bind(`service ${k}`).toConstantValue({ k });
  return (i) => {
    container.snapshot();
    container.rebind("service 0").toConstantValue({ k: i });
    if (container.get("service 0").k !== i) throw new Error(`Cannot rebind: i is ${i}`);
    if (restore) container.restore();
  };
}

async function requestContainers(reset) {
  await import("reflect-metadata");
  const { Container } = await load("typedi");
  class Basket {
    items = [1, 2, 3];
  }
  return (i) => {
    const container = Container.of(`request ${i}`);
    container.set("basket", new Basket());
    if (container.get("basket").items.length !== 3) throw new Error("Cannot get basket");
    if (reset) Container.reset(`request ${i}`);
  };
}

async function domQueries() {
  const { Window } = await import("happy-dom");
  const { document } = new Window();
  document.body.innerHTML = "<ul></ul>";
  return (i) => {
    const list = document.querySelector("ul");
    const item = document.createElement("li");
    item.textContent = `item ${i}`;
    list.appendChild(item);
    document.querySelectorAll("li");
    item.remove();
  };
}

async function jobs() {
  const schedule = await load("node-schedule");
  return (i) => {
    const job = schedule.scheduleJob(new Date(Date.now() + DAY + i), () => i);
    job.cancel();
  };
}

async function toadJobs() {
  const { ToadScheduler, SimpleIntervalJob, Task } = await load("toad-scheduler");
  const scheduler = new ToadScheduler();
  return (i) => {
    scheduler.addSimpleIntervalJob(
      new SimpleIntervalJob({ hours: 6 }, new Task(`poll ${i}`, () => i), { id: `poll ${i}` }),
    );
    scheduler.removeById(`poll ${i}`);
  };
}

async function crons(name) {
  const module = await import(name);
  const Cron = module.Cron ?? module.default;
  return (i) => {
    const job = new Cron("0 0 1 1 *", { name: `report ${i}` }, () => i);
    job.stop();
  };
}

async function families(remove) {
  const { atom, createStore } = await import("jotai/vanilla");
  const { atomFamily } = await import("jotai/vanilla/utils");
  const store = createStore();
  const todo = atomFamily((id) => atom({ id, done: false }));
  return (i) => {
    store.set(todo(i), { id: i, done: true });
    if (!store.get(todo(i)).done) throw new Error(`Cannot set: i is ${i}`);
    if (remove) todo.remove(i);
  };
}

async function sagas(cancel) {
  const { runSaga, stdChannel } = await import("redux-saga");
  const { take } = await import("redux-saga/effects");
  const channel = stdChannel();
  function* wait(id) {
    yield take((action) => action.type === "PAID" && action.id === id);
  }
  return (i) => {
    const task = runSaga({ channel, dispatch: () => {}, getState: () => ({}) }, wait, -i - 1);
    if (i % 50 === 0) channel.put({ type: "PAID", id: i });
    if (cancel) task.cancel();
  };
}

async function kefirStreams() {
  const kefir = await load("kefir");
  const prices = kefir.pool();
  let emit;
  prices.plug(kefir.stream((emitter) => void (emit = (x) => emitter.emit(x))));
  return (i) => {
    const doubled = prices.map((x) => x * i).filter((x) => x > 0);
    const watch = () => {};
    doubled.onValue(watch);
    if (i % 40 === 0) emit(i);
    doubled.offValue(watch);
  };
}

async function otelCounters(own) {
  const { MeterProvider, MetricReader } = await load("@opentelemetry/sdk-metrics");
  class Reader extends MetricReader {
    async onForceFlush() {}
    async onShutdown() {}
  }
  const reader = new Reader();
  const provider = new MeterProvider({ readers: [reader] });
  const counter = provider.getMeter("shop").createCounter("requests");
  return async (i) => {
    counter.add(1, { path: `/users/${own ? i : i % 60}` });
    if (i % 200 === 0) await reader.collect();
  };
}

async function spans() {
  const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = await load(
    "@opentelemetry/sdk-trace-base",
  );
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider();
  provider.addSpanProcessor(new SimpleSpanProcessor(exporter));
  const tracer = provider.getTracer("shop");
  return (i) => {
    const span = tracer.startSpan("request");
    span.setAttribute("path", `/users/${i}`);
    span.end();
    if (i % 100 === 99) exporter.reset();
  };
}

async function hooked() {
  const { createNamespace } = await load("cls-hooked");
  const namespace = createNamespace("request");
  return async (i) => {
    await namespace.runPromise(async () => {
      namespace.set("id", i);
      await tick();
    });
  };
}

async function subscriptions(end) {
  const { PubSub } = await load("graphql-subscriptions");
  const pubsub = new PubSub();
  return async (i) => {
    const messages = pubsub.asyncIterator([`message of ${i}`]);
    const next = messages.next();
    await null;
    await pubsub.publish(`message of ${i}`, { i });
    if ((await next).value.i !== i) throw new Error(`Cannot hear: i is ${i}`);
    if (end) await messages.return();
  };
}

async function apollo() {
  const { InMemoryCache, gql } = await load("@apollo/client/core/core.cjs");
  const cache = new InMemoryCache();
  const query = gql`query User($id: ID!) { user(id: $id) { id name } }`;
  return (i) => {
    const user = { __typename: "User", id: `${i}`, name: "Ada" };
    cache.writeQuery({ query, variables: { id: `${i}` }, data: { user } });
    cache.evict({ id: `User:${i}` });
    cache.evict({ id: "ROOT_QUERY", fieldName: "user" });
    cache.gc();
  };
}

async function wat(destroy) {
  const wabt = await (await load("wabt"))();
  return (i) => {
    const module = wabt.parseWat("add.wat", `(module (func (result i32) (i32.const ${i})))`);
    module.validate();
    if (destroy) module.destroy();
  };
}

async function box2d(destroy) {
  const Box2D = await require("box2d-wasm/dist/umd/Box2D.js")({
    wasmBinary: fs.readFileSync(require.resolve("box2d-wasm/dist/umd/Box2D.wasm")),
  });
  return (i) => {
    const vector = new Box2D.b2Vec2(i, 1);
    const shape = new Box2D.b2CircleShape();
    shape.set_m_p(vector);
    if (destroy) {
      Box2D.destroy(shape);
      Box2D.destroy(vector);
    }
  };
}

async function solids(free) {
  const wasm = await (await load("manifold-3d"))();
  wasm.setup();
  return (i) => {
    const cube = wasm.Manifold.cube([1 + (i % 5), 2, 3], true);
    if (cube.numVert() !== 8) throw new Error("Cannot build a cube");
    if (free) cube.delete();
  };
}

async function pictures(free) {
  const { initWasm, Resvg } = await load("@resvg/resvg-wasm");
  await initWasm(fs.readFileSync(require.resolve("@resvg/resvg-wasm/index_bg.wasm")));
  return (i) => {
    const image = new Resvg(
      `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="${i % 9}" height="5"/></svg>`,
    );
    if (image.width !== 9) throw new Error("Cannot read the picture");
    if (free) image.free();
  };
}

async function foreign(free) {
  const koffi = await load("koffi");
  const libc = koffi.load("libc.so.6");
  const strdup = libc.func("void *strdup(const char *text)");
  const release = libc.func("void free(void *p)");
  const text = "lorem ipsum dolor sit amet ".repeat(20);
  return (i) => {
    const copy = strdup(`${i} ${text}`);
    if (free) release(copy);
  };
}

async function pooled() {
  const { Tinypool } = await import("tinypool");
  const pool = new Tinypool({
    filename: new URL("./fourth_task.mjs", import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
  });
  const shutdown = new EventEmitter();
  shutdown.setMaxListeners(0);
  return async (i) => {
    const n = await pool.run({ i }, { signal: shutdown });
    if (n !== 2 * i) throw new Error(`Cannot run: n is ${n}`);
  };
}

async function policies(name) {
  const { timeout, TimeoutStrategy } = await load(name);
  const policy = timeout(60000, TimeoutStrategy.Cooperative);
  const shutdown = new AbortController();
  return (i) =>
    policy.execute(async ({ signal }) => {
      if (signal.aborted) throw new Error(`Cannot run: ${i} was aborted`);
    }, shutdown.signal);
}

async function selected(name) {
  const { createSelector } = await load(name);
  const state = { users: Array.from({ length: 20 }, (_, k) => ({ id: k })) };
  const find = createSelector(
    (state) => state.users,
    (_, id) => id,
    (users, id) => users.filter((user) => user.id < id % 20),
  );
  return (i) => find(state, i).length;
}

async function styles(own) {
  const { css } = await load("@emotion/css");
  return (i) => css({ width: own ? i : i % 50, color: "red" });
}

async function views(stop) {
  const Backbone = await load("backbone");
  const shop = new Backbone.Model({ open: true });
  return (i) => {
    const basket = new Backbone.Model({ user: i });
    basket.listenTo(shop, "change:open", () => basket.set("n", i));
    if (i % 50 === 0) shop.set("open", !shop.get("open"));
    if (stop) basket.stopListening();
  };
}

async function roots(dispose) {
  const { createRoot, createSignal, createEffect } = require("solid-js/dist/solid.cjs");
  const [price, setPrice] = createSignal(1);
  return (i) => {
    createRoot((end) => {
      createEffect(() => price() * i);
      if (dispose) end();
    });
    if (i % 50 === 0) setPrice(i);
  };
}

async function groups(dispose) {
  const crossfilter = await load("crossfilter2");
  const sales = crossfilter(Array.from({ length: 40 }, (_, k) => ({ day: k % 7, sum: k })));
  const day = sales.dimension((sale) => sale.day);
  return (i) => {
    const group = day.group((d) => d % (2 + (i % 3))).reduceSum((sale) => sale.sum);
    if (group.size() === 0) throw new Error("Cannot group");
    if (dispose) group.dispose();
  };
}

async function ended(clean) {
  const eos = await load("end-of-stream");
  const upstream = new PassThrough();
  upstream.setMaxListeners(0);
  return async (i) => {
    const answer = { id: i };
    const stop = eos(upstream, () => void (answer.broken = true));
    await null;
    if (clean) stop();
  };
}

async function compilers(revert) {
  const { addHook } = await load("pirates");
  return (i) => {
    const stop = addHook((code) => `${code}\n// ${i}`, { exts: [".tpl"], matcher: () => false });
    if (revert) stop();
  };
}

async function traces(own) {
  const support = await load("source-map-support");
  support.install({ environment: "node", handleUncaughtExceptions: false });
  return (i) => {
    const filename = own ? `/rules/rule-${i}.js` : "/rules/rule.js";
    try {
      vm.runInThisContext("null.total", { filename });
    } catch (error) {
      if (!error.stack.includes("rule")) throw new Error(`Cannot trace: ${error.stack}`);
    }
  };
}

async function databases(remove) {
  const indexedDB = await load("fake-indexeddb");
  const done = (request) =>
    new Promise((ok, fail) => {
      request.onsuccess = () => ok(request.result);
      request.onerror = fail;
    });
  return async (i) => {
    const name = `drafts of ${i}`;
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("notes");
    (await done(request)).close();
    if (remove) await done(indexedDB.deleteDatabase(name));
  };
}

async function calls(name) {
  const { createBirpc } = await load(name);
  let toServer, toClient;
  createBirpc({ double: (x) => 2 * x }, {
    post: (data) => toClient(data),
    on: (heard) => void (toServer = heard),
  });
  const client = createBirpc({}, {
    post: (data) => toServer(data),
    on: (heard) => void (toClient = heard),
    timeout: DAY / 4,
  });
  return async (i) => {
    if (await client.double(i) !== 2 * i) throw new Error(`Cannot call: i is ${i}`);
  };
}

async function borrowed() {
  const { createPool } = await load("generic-pool");
  const pool = createPool({
    create: async () => ({ rows: [] }),
    destroy: async () => {},
  }, { max: 20, min: 1 });
  return async (i) => {
    const connection = await pool.acquire();
    connection.rows.push(i);
    await pool.destroy(connection);
  };
}

async function koaApp(listen) {
  const Koa = await load("koa");
  const app = new Koa();
  app.setMaxListeners(0);
  app.use(async (ctx) => {
    const note = () => void (ctx.state.closing = true);
    app.on("shutdown", note);
    ctx.body = { ok: true };
    if (!listen) app.off("shutdown", note);
  });
  const handle = app.callback();
  return async (i) => {
    const request = new http.IncomingMessage(null);
    request.method = "GET";
    request.url = `/users/${i}`;
    request.socket = {};
    const response = new http.ServerResponse(request);
    response.end = () => response;
    await handle(request, response);
  };
}

async function sharedDocument(fresh) {
  const Automerge = await load("@automerge/automerge");
  const first = Automerge.from({ n: 0 });
  let counter = Automerge.clone(first);
  return (i) => {
    counter = Automerge.change(counter, (d) => void (d.n = i));
    if (fresh && i % 100 === 99) {
      Automerge.free(counter);
      counter = Automerge.clone(first);
    }
  };
}

async function maps() {
  const SourceMap = require("@parcel/source-map").default;
  return (i) => {
    const map = new SourceMap("/");
    map.addIndexedMapping({
      generated: { line: 1 + (i % 9), column: 2 },
      original: { line: 1, column: 1 },
      source: `part${i}.js`,
    });
    map.toVLQ();
  };
}

export const KINDS = {
  L_mitt_rooms: () => rooms("mitt"),
  C_eventemitter3_rooms: () => rooms("eventemitter3"),
  L_emittery_072: () => typedRooms("emittery-a"),
  C_emittery_103: () => typedRooms("emittery-b"),
  L_moment_2222: () => locales("moment-a"),
  C_moment_2301: () => locales("moment-b"),
  L_i18n_phrases: () => catalog(false),
  C_i18n_phrases: () => catalog(true),
  L_log4js_categories: () => categories(true),
  C_log4js_context: () => categories(false),
  L_pino_bindings: () => pinoBindings(false),
  C_pino_children: () => pinoBindings(true),
  L_hogan_texts: () => hoganPages(true),
  C_hogan_text: () => hoganPages(false),
  L_marked_use: () => markedPlugins(false),
  C_marked_instances: () => markedPlugins(true),
  L_dataloader_shared: () => loaded(true),
  C_dataloader_per_request: () => loaded(false),
  L_inversify_snapshots: () => snapshots(false),
  C_inversify_restored: () => snapshots(true),
  L_typedi_requests: () => requestContainers(false),
  C_typedi_reset: () => requestContainers(true),
  L_happy_dom_queries: () => domQueries(),
  L_toad_removed: () => toadJobs(),
  C_node_schedule_211: () => jobs(),
  L_croner_570: () => crons("croner-a"),
  C_croner_900: () => crons("croner-b"),
  L_jotai_family: () => families(false),
  C_jotai_family: () => families(true),
  L_saga_takers: () => sagas(false),
  C_saga_cancelled: () => sagas(true),
  L_otel_metrics_paths: () => otelCounters(true),
  C_otel_metrics_routes: () => otelCounters(false),
  C_otel_spans_reset: () => spans(),
  L_cls_hooked_promises: () => hooked(),
  L_subscriptions: () => subscriptions(false),
  C_subscriptions_ended: () => subscriptions(true),
  C_apollo_evicted: () => apollo(),
  L_box2d_shapes: () => box2d(false),
  C_box2d_destroyed: () => box2d(true),
  L_wabt_modules: () => wat(false),
  C_wabt_destroyed: () => wat(true),
  L_manifold_solids: () => solids(false),
  C_manifold_deleted: () => solids(true),
  L_resvg_pictures: () => pictures(false),
  C_resvg_freed: () => pictures(true),
  L_koffi_strings: () => foreign(false),
  C_koffi_freed: () => foreign(true),
  L_automerge_history: () => sharedDocument(false),
  C_automerge_fresh: () => sharedDocument(true),
  L_cockatiel_311: () => policies("cockatiel-a"),
  C_cockatiel_321: () => policies("cockatiel-b"),
  L_reselect_511: () => selected("reselect-a"),
  C_reselect_418: () => selected("reselect-b"),
  L_emotion_styles: () => styles(true),
  C_emotion_styles: () => styles(false),
  L_backbone_listeners: () => views(false),
  C_backbone_stopped: () => views(true),
  L_solid_roots: () => roots(false),
  C_solid_disposed: () => roots(true),
  L_crossfilter_groups: () => groups(false),
  C_crossfilter_disposed: () => groups(true),
  L_end_of_stream: () => ended(false),
  C_end_of_stream: () => ended(true),
  L_pirates_hooks: () => compilers(false),
  C_pirates_reverted: () => compilers(true),
  L_source_map_support: () => traces(true),
  C_source_map_support: () => traces(false),
  L_indexeddb_names: () => databases(false),
  C_indexeddb_deleted: () => databases(true),
  L_birpc_023: () => calls("birpc-a"),
  C_birpc_240: () => calls("birpc-b"),
  L_koa_listeners: () => koaApp(true),
  C_koa: () => koaApp(false),
  async C_fastify() {
    const fastify = await load("fastify");
    const app = fastify();
    app.get("/users/:id", {
      schema: { response: { 200: { type: "object", properties: { id: { type: "string" } } } } },
    }, async (request) => ({ id: request.params.id }));
    await app.ready();
    return async (i) => {
      const response = await app.inject(`/users/${i}`);
      if (response.json().id !== `${i}`) throw new Error(`Cannot route: ${i}`);
    };
  },
  C_nedb_removed: () => nedb(),
  C_generic_pool: () => borrowed(),
  C_kefir_off: () => kefirStreams(),
  C_tinypool_signal: () => pooled(),
  C_parcel_maps: () => maps(),
  async C_dprint() {
    const { createFromBuffer } = await import("@dprint/formatter");
    const formatter = createFromBuffer(fs.readFileSync((await load("@dprint/json")).getPath()));
    return (i) => formatter.formatText({ filePath: "a.json", fileText: `{"a":${i},  "b":[1,2]}` });
  },
  async C_sharp() {
    const sharp = await load("sharp");
    sharp.concurrency(1);
    const pixels = Buffer.alloc(32 * 32 * 3, 90);
    return (i) =>
      sharp(pixels, { raw: { width: 32, height: 32, channels: 3 } })
        .resize(8 + (i % 4), 8).raw().toBuffer();
  },
  async C_lightningcss() {
    const { transform } = await load("lightningcss");
    return (i) =>
      transform({ filename: `a${i}.css`, code: Buffer.from(`.a${i % 100}{color:#ff0000}`), minify: true });
  },
  async C_hash_wasm() {
    const { createSHA256 } = await load("hash-wasm");
    const hash = await createSHA256();
    return (i) => hash.init().update(`part ${i}`).digest("hex");
  },
  async C_joi() {
    const Joi = await load("joi");
    return (i) =>
      Joi.object({ id: Joi.number().max(i + 1), name: Joi.string().min(2) })
        .validate({ id: i, name: "Ada" });
  },
  async C_yup() {
    const yup = await import("yup");
    return (i) =>
      yup.object({ id: yup.number().max(i + 1), [`field${i % 900}`]: yup.string() })
        .validateSync({ id: i });
  },
  async C_hono() {
    const { Hono } = await import("hono");
    const app = new Hono();
    app.get("/users/:id", (c) => c.json({ id: c.req.param("id") }));
    return async (i) => {
      const response = await app.request(`/users/${i}`);
      if ((await response.json()).id !== `${i}`) throw new Error(`Cannot route: ${i}`);
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
