// A second set of real packages in versions with known leaks (L_), in those that mended them, and in
// sound use (C_), none of them in packages.mjs. They are installed beside this file by
// bench/unseen.mjs; what was said at first sight is in bench/unseen.md.
import fs from "node:fs";
import { createRequire } from "node:module";
import { EventEmitter, once } from "node:events";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { setImmediate as tick } from "node:timers/promises";

const require = createRequire(import.meta.url);
const load = async (name) => {
  const module = await import(name);
  return module.default ?? module;
};

async function local(handler) {
  const server = http.createServer(handler).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

async function axiosWithToken(name) {
  const axios = await load(name);
  const { url } = await local((_, response) => response.end("ok"));
  const httpAgent = new http.Agent({ keepAlive: true });
  const { token } = axios.CancelToken.source();
  return () => axios.get(url, { cancelToken: token, httpAgent });
}

async function loki(options) {
  const Loki = await load("lokijs");
  const rows = new Loki("app.db").addCollection("rows", options);
  return (i) => {
    rows.insert({ i, name: `row ${i}` });
    if (rows.count() > 100) rows.chain().simplesort("i").limit(1).remove();
  };
}

async function canvaskit(free) {
  const CanvasKit = await (await load("canvaskit-wasm"))();
  return (i) => {
    const path = new CanvasKit.Path();
    path.moveTo(0, 0);
    for (let k = 1; k < 20; k++) path.lineTo(k, (k * i) % 17);
    if (free) path.delete();
  };
}

async function oniguruma(free) {
  const onig = await load("vscode-oniguruma");
  const file = require.resolve("vscode-oniguruma").replace("main.js", "onig.wasm");
  await onig.loadWASM(fs.readFileSync(file));
  return (i) => {
    const scanner = onig.createOnigScanner(["\\b(const|let)\\b", `x${i % 50}y+`]);
    const text = onig.createOnigString(`const a${i} = 1`);
    scanner.findNextMatchSync(text, 0);
    text.dispose();
    if (free) scanner.dispose();
  };
}

async function sessions(cookie) {
  const session = await load("express-session");
  const middleware = session({ secret: "s", resave: false, saveUninitialized: true });
  const { url } = await local((request, response) =>
    middleware(request, response, () => {
      request.session.views = (request.session.views ?? 0) + 1;
      response.end(`${request.session.views}`);
    })
  );
  const agent = new http.Agent({ keepAlive: true });
  let known;
  return () =>
    new Promise((done, fail) => {
      http.get(url, { agent, headers: known ? { cookie: known } : {} }, (response) => {
        if (cookie) known ??= response.headers["set-cookie"][0].split(";")[0];
        response.resume().on("end", done);
      }).on("error", fail);
    });
}

async function temporary(remove) {
  const tmp = await load("tmp");
  return () => {
    const { name, removeCallback } = tmp.dirSync({ prefix: "second-" });
    if (remove) removeCallback();
    else fs.rmdirSync(name);
  };
}

async function drawing(keep) {
  const { createCanvas } = await load("@napi-rs/canvas");
  const thumbnails = [];
  return (i) => {
    const canvas = createCanvas(32, 32);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "red";
    pen.fillRect(0, 0, i % 32, 32);
    if (keep) thumbnails.push(canvas);
  };
}

async function treeSitter(free) {
  const Parser = await load("web-tree-sitter");
  await Parser.init();
  const file = path.join(path.dirname(require.resolve("tree-sitter-json/package.json")));
  const parser = new Parser();
  parser.setLanguage(await Parser.Language.load(path.join(file, "tree-sitter-json.wasm")));
  return (i) => {
    const tree = parser.parse(`{"id": ${i}, "tags": [1, 2, "three"]}`);
    if (tree.rootNode.childCount !== 1) throw new Error("Cannot parse");
    if (free) tree.delete();
  };
}

async function rapier(remove) {
  const RAPIER = await load("@dimforge/rapier2d-compat");
  await RAPIER.init();
  const world = new RAPIER.World({ x: 0, y: -9.81 });
  return (i) => {
    const body = world.createRigidBody(RAPIER.RigidBodyDesc.fixed().setTranslation(3 * i, 0));
    world.createCollider(RAPIER.ColliderDesc.ball(0.5), body);
    if (i % 20 === 0) world.step();
    if (remove) world.removeRigidBody(body);
  };
}

async function sinon(restore) {
  const double = await load("sinon");
  return () => {
    const save = double.stub().returns(1);
    save();
    if (restore) double.restore();
  };
}

async function counter(labels) {
  const prom = await load("prom-client");
  const registry = new prom.Registry();
  const requests = new prom.Counter({
    name: "requests_total",
    help: "Requests",
    labelNames: ["path"],
    registers: [registry],
  });
  return async (i) => {
    requests.inc({ path: labels(i) });
    if (i % 200 === 0) await registry.metrics();
  };
}

async function breaker(shutdown) {
  const Breaker = await load("opossum");
  return async (i) => {
    const guarded = new Breaker(async (x) => x + 1, { timeout: 1000, rollingCountTimeout: 1e6 });
    await guarded.fire(i);
    if (shutdown) guarded.shutdown();
  };
}

async function signals(dispose) {
  const { effect, signal } = await import("@preact/signals-core");
  const price = signal(0);
  return (i) => {
    if (i % 50 === 0) price.value = i;
    const stop = effect(() => void (price.value + i));
    if (dispose) stop();
  };
}

export const KINDS = {
  /** Fixed in 0.22.0: "Fixed cancelToken leakage". */
  L_axios_0211: () => axiosWithToken("axios-a"),
  C_axios_0272: () => axiosWithToken("axios-b"),
  /** Issue 348: the map of scheduled tasks is never cleaned up. */
  async L_node_cron_303() {
    const cron = await load("node-cron-a");
    return () => cron.schedule("0 0 1 1 *", () => {}).stop();
  },
  async C_node_cron_421() {
    const cron = await load("node-cron-b");
    return async () => {
      const task = cron.schedule("0 0 1 1 *", () => {});
      await task.destroy();
    };
  },
  /** The changes API logs every insert and removal until the changes are flushed. */
  L_loki_changes: () => loki({ disableChangesApi: false }),
  C_loki: () => loki({}),
  L_canvaskit_paths: () => canvaskit(false),
  C_canvaskit_paths: () => canvaskit(true),
  L_onig_scanners: () => oniguruma(false),
  C_onig_scanners: () => oniguruma(true),
  async L_mustache_templates() {
    const mustache = await load("mustache");
    return (i) => mustache.render(`Dear {{name}}, order ${i}`, { name: "Ada" });
  },
  async C_mustache_templates() {
    const mustache = await load("mustache");
    return (i) => {
      const text = mustache.render(`Dear {{name}}, order ${i}`, { name: "Ada" });
      if (i % 100 === 99) mustache.clearCache();
      return text;
    };
  },
  L_session_store: () => sessions(false),
  C_session_cookie: () => sessions(true),
  L_tmp_dirs: () => temporary(false),
  C_tmp_dirs: () => temporary(true),
  L_canvas_kept: () => drawing(true),
  C_canvas_dropped: () => drawing(false),
  L_tree_sitter_trees: () => treeSitter(false),
  C_tree_sitter_trees: () => treeSitter(true),
  L_rapier_bodies: () => rapier(false),
  C_rapier_bodies: () => rapier(true),
  /** Issue 1866: the default sandbox collects every fake until it is restored. */
  L_sinon_sandbox: () => sinon(false),
  C_sinon_restored: () => sinon(true),
  L_prom_labels: () => counter((i) => `/users/${i}`),
  C_prom_labels: () => counter((i) => `/users/${i % 400}`),
  L_opossum_breakers: () => breaker(false),
  C_opossum_breakers: () => breaker(true),
  L_signals_effects: () => signals(false),
  C_signals_effects: () => signals(true),
  async L_graphql_tag() {
    const gql = await load("graphql-tag");
    return (i) => gql(`query { user(id: ${i}) { name } }`);
  },
  async C_graphql_tag() {
    const gql = await load("graphql-tag");
    gql.disableFragmentWarnings();
    return (i) => {
      gql(`query { user(id: ${i}) { name } }`);
      gql.resetCaches();
    };
  },
  /** Entries that expired leave the map only when they are read. */
  async L_keyv_ttl() {
    const Keyv = await load("keyv");
    const cache = new Keyv({ ttl: 5 });
    return (i) => cache.set(`page ${i}`, { i });
  },
  async C_keyv_quick_lru() {
    const [Keyv, Lru] = [await load("keyv"), await load("quick-lru")];
    const cache = new Keyv({ store: new Lru({ maxSize: 300 }), ttl: 5 });
    return (i) => cache.set(`page ${i}`, { i });
  },
  async L_faker_unique() {
    const { faker } = await load("@faker-js/faker");
    return () => faker.helpers.unique(faker.datatype.uuid);
  },
  async C_faker() {
    const { faker } = await load("@faker-js/faker");
    return () => `${faker.name.fullName()} ${faker.internet.email()} ${faker.lorem.sentence()}`;
  },
  async L_redux_subscribers() {
    const { legacy_createStore: createStore } = await import("redux");
    const store = createStore((state = 0, { type }) => type === "add" ? state + 1 : state);
    return (i) => {
      store.subscribe(() => i);
      if (i % 100 === 0) store.dispatch({ type: "add" });
    };
  },
  async L_effector_units() {
    const { createEvent, createStore } = await import("effector");
    const tickEvent = createEvent();
    return (i) => {
      createStore(i).on(tickEvent, (n) => n + 1);
    };
  },
  async L_yjs_undo() {
    const Y = await import("yjs");
    const doc = new Y.Doc();
    const text = doc.getText("t");
    const _undo = new Y.UndoManager(text, { captureTimeout: 0 });
    return (i) => {
      text.insert(0, `line ${i}`);
      if (text.length > 400) text.delete(400, text.length - 400);
    };
  },
  async C_postcss() {
    const postcss = await load("postcss");
    const css = "a { color: red; } .b > c { margin: 0 1px }\n".repeat(20);
    return (i) => postcss([]).process(`${css}.n${i} { top: 0 }`, { from: undefined }).then();
  },
  async C_ws_echo() {
    const { WebSocket, WebSocketServer } = await import("ws");
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    server.on("connection", (peer) => peer.on("message", (data) => peer.send(data)));
    await once(server, "listening");
    const client = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
    await once(client, "open");
    return async (i) => {
      client.send(`message ${i}`.repeat(20));
      await once(client, "message");
    };
  },
  async C_protobuf() {
    const { parse } = await load("protobufjs");
    const { root } = parse('syntax = "proto3"; message P { int32 id = 1; string name = 2; }');
    const type = root.lookupType("P");
    return (i) => type.decode(type.encode(type.create({ id: i, name: `n${i}` })).finish());
  },
  async C_minisearch() {
    const MiniSearch = await load("minisearch");
    const index = new MiniSearch({ fields: ["text"] });
    return (i) => {
      index.add({ id: i, text: `alpha word${i % 700} beta${i % 13}` });
      if (i >= 200) index.discard(i - 200);
      if (i % 10 === 0) index.search(`word${i % 700}`);
    };
  },
  async C_lmdb() {
    const { open } = await import("lmdb");
    const db = open({ path: fs.mkdtempSync(path.join(os.tmpdir(), "second-lmdb-")) });
    return async (i) => {
      await db.put(`user ${i % 500}`, { i, name: "Ada" });
      return db.get(`user ${(i * 7) % 500}`);
    };
  },
  async C_emitter_stubbed() {
    const double = (await load("sinon")).createSandbox();
    return async (i) => {
      const bus = new EventEmitter();
      const clock = double.stub(bus, "emit").callThrough();
      bus.emit("event", i);
      await tick();
      clock.restore();
      double.restore();
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
