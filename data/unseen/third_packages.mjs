// A third set of real packages in versions with known leaks (L_), in those that mended them, and in
// sound use (C_), none of them in the sets before. They are installed beside this file by
// bench/unseen.mjs; what was said at first sight is in bench/unseen.md.
import { once } from "node:events";
import http from "node:http";
import { createRequire } from "node:module";
import { setImmediate as tick } from "node:timers/promises";
import { MessageChannel } from "node:worker_threads";

const require = createRequire(import.meta.url);
const load = async (name) => {
  const module = await import(name);
  return module.default ?? module;
};

async function mapped(name) {
  const pMap = await load(name);
  const shutdown = new AbortController();
  return (i) =>
    pMap([1, 2, 3, 4], async (x) => {
      await tick();
      return x * i;
    }, { concurrency: 2, signal: shutdown.signal });
}

async function globs(name) {
  const micromatch = await load(name);
  const files = Array.from(
    { length: 12 },
    (_, k) => `src/part${k}/file${k}.js`,
  );
  return (i) => micromatch(files, `src/*/file${i}.{js,ts}`);
}

async function drifting(name) {
  const { Engine, World, Composite, Bodies, Body } = await load(name);
  const engine = Engine.create();
  const ship = Bodies.rectangle(0, 0, 20, 20, { frictionAir: 0 });
  (World ?? Composite).add(engine.world, [ship]);
  return (i) => {
    Body.setPosition(ship, { x: 60 * i, y: 0 });
    Body.setVelocity(ship, { x: 0, y: 0 });
    Engine.update(engine, 16);
  };
}

async function rowsWatched(name) {
  const { reactive, effect, stop } = await import(name);
  const rows = reactive({});
  return (i) => {
    const key = `row ${i}`;
    rows[key] = { value: i };
    const runner = effect(() => rows[key]?.value);
    rows[key].value++;
    stop(runner);
    delete rows[key];
  };
}

async function quickjs(dispose) {
  const { getQuickJS } = await import("quickjs-emscripten");
  const vmContext = (await getQuickJS()).newContext();
  return (i) => {
    const value = vmContext.unwrapResult(
      vmContext.evalCode(`({ id: ${i % 100}, list: [1, 2, 3] })`),
    );
    if (vmContext.dump(value).id !== i % 100) {
      throw new Error(`Cannot evaluate: id is not ${i % 100}`);
    }
    if (dispose) value.dispose();
  };
}

async function hashes(finish) {
  const sodium = await load("libsodium-wrappers");
  await sodium.ready;
  return (i) => {
    const state = sodium.crypto_generichash_init(null, 32);
    sodium.crypto_generichash_update(state, `part ${i}`);
    // A download that was broken off has no digest.
    if (finish) sodium.crypto_generichash_final(state, 32);
  };
}

async function statements(finalize) {
  const { Database } = await load("node-sqlite3-wasm");
  const db = new Database();
  db.exec("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)");
  for (let k = 0; k < 50; k++) {
    db.run("INSERT INTO users (name) VALUES (?)", [`user ${k}`]);
  }
  return (i) => {
    const statement = db.prepare("SELECT name FROM users WHERE id = ?");
    statement.get([1 + (i % 50)]);
    if (finalize) statement.finalize();
  };
}

async function machines(end) {
  const { createMachine, interpret } = await import("xstate");
  const machine = createMachine({
    id: "order",
    predictableActionArguments: true,
    initial: "open",
    context: { n: 0 },
    states: {
      open: { on: { PAY: "paid" } },
      paid: { on: { SHIP: "sent" } },
      sent: {},
    },
  });
  return () => {
    const service = interpret(machine).start();
    service.send("PAY");
    service.send("SHIP");
    if (end) service.stop();
  };
}

async function queries(clear) {
  const { QueryClient } = await import("@tanstack/query-core");
  const client = new QueryClient();
  return async (i) => {
    await client.fetchQuery({
      queryKey: ["user", i],
      queryFn: async () => ({ id: i, name: "Ada" }),
    });
    if (clear) client.clear();
  };
}

async function proxies(release) {
  const Comlink = await import("comlink");
  const { port1, port2 } = new MessageChannel();
  const service = {
    async run(i, onProgress) {
      await onProgress(i);
      if (release) onProgress[Comlink.releaseProxy]();
    },
  };
  Comlink.expose(service, port1);
  const remote = Comlink.wrap(port2);
  return async (i) => {
    let seen = -1;
    await remote.run(i, Comlink.proxy((k) => void (seen = k)));
    if (seen !== i) throw new Error(`Cannot hear of progress: seen is ${seen}`);
  };
}

async function containers(child) {
  await import("reflect-metadata");
  const { container } = await load("tsyringe");
  class Connection {
    rows = Array.from({ length: 8 }, (_, k) => k * 1.5);
    dispose() {
      this.rows = [];
    }
  }
  return async () => {
    const scope = child ? container.createChildContainer() : container;
    scope.resolve(Connection);
    if (child) await scope.dispose();
  };
}

async function page() {
  const React = require("react");
  const { renderToStaticMarkup, renderToStaticNodeStream } = require(
    "react-dom16/server",
  );
  const Session = React.createContext(null);
  const text = "lorem ipsum dolor sit amet ".repeat(5);
  const rows = (session) =>
    React.createElement(
      "ul",
      null,
      Array.from({ length: 200 }, (_, k) =>
        React.createElement("li", { key: k }, session.name, text)),
    );
  const element = (i) =>
    React.createElement(
      Session.Provider,
      { value: { name: `user ${i}`, rights: ["read", "write"] } },
      React.createElement(Session.Consumer, null, rows),
    );
  return { element, renderToStaticMarkup, renderToStaticNodeStream };
}

async function fetched(name) {
  const fetch = await load(name);
  const server = http.createServer((_, response) => {
    response.write("o");
    response.end("k");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/`;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return async () => {
    const text = await (await fetch(url, { agent })).text();
    if (text !== "ok") throw new Error(`Cannot fetch: text is ${text}`);
  };
}

export const KINDS = {
  L_p_map_600: () => mapped("p-map-a"),
  C_p_map_703: () => mapped("p-map-b"),
  L_micromatch_3: () => globs("micromatch-a"),
  C_micromatch_4: () => globs("micromatch-b"),
  L_matter_0142: () => drifting("matter-a"),
  C_matter_0190: () => drifting("matter-b"),
  C_import_fresh_330: () => require("./third_loader.cjs").fresh("import-fresh-b"),
  L_graceful_fs_4115: () => require("./third_loader.cjs").reloaded("graceful-fs-a"),
  L_vue_reactivity_356: () => rowsWatched("vue-reactivity-a"),
  C_vue_reactivity_3513: () => rowsWatched("vue-reactivity-b"),
  L_node_fetch_310: () => fetched("node-fetch-a"),
  C_node_fetch_332: () => fetched("node-fetch-b"),
  L_quickjs_handles: () => quickjs(false),
  C_quickjs_handles: () => quickjs(true),
  L_sodium_states: () => hashes(false),
  C_sodium_states: () => hashes(true),
  L_sqlite_statements: () => statements(false),
  C_sqlite_statements: () => statements(true),
  L_xstate_unstopped: () => machines(false),
  C_xstate_stopped: () => machines(true),
  L_query_client: () => queries(false),
  C_query_client: () => queries(true),
  L_comlink_proxies: () => proxies(false),
  C_comlink_proxies: () => proxies(true),
  L_tsyringe_disposables: () => containers(false),
  C_tsyringe_scopes: () => containers(true),
  async L_re2_wasm() {
    const { RE2 } = await load("re2-wasm");
    let pattern;
    return (i) => {
      if (i % 20 === 0) pattern = new RE2(`(user|admin)-${i}`, "u");
      return pattern.test(`user-${i}`);
    };
  },
  async L_react_streams() {
    const { element, renderToStaticNodeStream } = await page();
    return async (i) => {
      // The visitor went away: the rest is never read, and the stream not destroyed.
      const stream = renderToStaticNodeStream(element(i));
      stream.read(1);
      await tick();
    };
  },
  async C_react_streams() {
    const { element, renderToStaticNodeStream } = await page();
    return async (i) => {
      const stream = renderToStaticNodeStream(element(i));
      stream.read(1);
      await tick();
      stream.destroy();
    };
  },
  async C_i18next_clones() {
    const i18next = await load("i18next");
    const main = i18next.createInstance();
    await main.init({
      lng: "en",
      resources: { en: { translation: { hello: "Hello {{name}}" } } },
    });
    return (i) => main.cloneInstance({ lng: "en" }).t("hello", { name: i });
  },
  async L_nock_unconsumed() {
    const nock = await load("nock");
    return (i) => {
      nock("http://api.example").get(`/users/${i}`).reply(200, { id: i });
    };
  },
  async C_semver_ranges() {
    const semver = await load("semver");
    return (i) => semver.satisfies(`1.${i % 9}.0`, `^1.${i % 7}.${i} || ~2.${i}.1`);
  },
  async C_lodash_template() {
    const _ = await load("lodash");
    return (i) => _.template(`<b><%= name %> of ${i}</b>`)({ name: "Ada" });
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
