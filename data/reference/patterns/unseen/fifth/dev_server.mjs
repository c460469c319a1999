import { createServer } from "node:http";
import { readFile, watch as watchFile } from "node:fs";
import { resolve } from "node:path";

const moduleGraph = new Map();
const transformCache = new Map();
const clients = new Set();
const warnings = new Set();
const timings = [];
const MAX_TIMINGS = 256;
const extensions = { ".js": 0, ".css": 0, ".html": 0 };

let overlay = [];
let version = 0;

function ensureEntry(file) {
  let entry = moduleGraph.get(file);
  if (entry == null) {
    entry = { file, importers: new Set(), versions: [], stale: false };
    moduleGraph.set(file, entry); // grows moduleGraph
  }
  return entry;
}

export function link(importer, imported) {
  ensureEntry(imported).importers.add(importer); // grows importers
}

export function invalidate(file) {
  const seen = new Set();
  const todo = [file];
  while (todo.length) {
    const current = todo.pop();
    if (seen.has(current)) continue;
    seen.add(current);
    transformCache.delete(current);
    const entry = moduleGraph.get(current);
    if (!entry) continue;
    entry.stale = true;
    entry.versions.push(++version); // grows versions
    todo.push(...entry.importers);
  }
  return seen.size;
}

export async function transform(file, plugins) {
  if (transformCache.has(file)) return transformCache.get(file);
  const started = Date.now();
  let code = await new Promise((ok, fail) => {
    readFile(file, "utf8", (error, text) => error ? fail(error) : ok(text));
  });
  for (const plugin of plugins) {
    const next = await plugin.transform?.(code, file);
    if (next != null) code = next;
  }
  transformCache.set(file, code); // bounded transformCache
  if (timings.push({ file, ms: Date.now() - started }) > MAX_TIMINGS) timings.shift(); // bounded timings
  const dot = file.lastIndexOf(".");
  const ext = file.slice(dot);
  if (ext in extensions) extensions[ext]++;
  return code;
}

export function warnOnce(message) {
  if (warnings.has(message)) return;
  warnings.add(message); // grows warnings
  console.warn(message);
}

function broadcast(message) {
  for (const client of clients) client.write(`data: ${JSON.stringify(message)}\n\n`);
}

export function reportProblems(problems) {
  overlay = [];
  for (const { file, line, text } of problems) {
    overlay.push(`${file}:${line} ${text}`); // bounded overlay
  }
  broadcast({ type: "overlay", overlay });
}

export function createWatcher(root, onChange) {
  const watched = new Map();
  const pending = new Set();
  const history = [];
  let timer = null;

  function schedule(file) {
    pending.add(file); // bounded pending
    timer ??= setTimeout(() => {
      timer = null;
      const files = [...pending];
      pending.clear();
      history.push({ at: Date.now(), files }); // grows history
      onChange(files);
    }, 30);
  }

  return {
    add(file) {
      const path = resolve(root, file);
      if (watched.has(path)) return;
      watched.set(path, watchFile(path, () => schedule(path))); // bounded watched
    },
    unlink(file) {
      const path = resolve(root, file);
      watched.get(path)?.close();
      watched.delete(path);
    },
    recent: () => history.slice(-10),
    close() {
      clearTimeout(timer);
      for (const handle of watched.values()) handle.close();
      watched.clear();
    },
  };
}

export function createPluginContainer(plugins) {
  const emitted = [];
  const meta = {};
  const resolved = new Map();
  let watchFiles = [];

  const context = {
    emitFile(asset) {
      emitted.push(asset); // grows emitted
      return emitted.length - 1;
    },
    setMeta(id, value) {
      meta[id] = { ...meta[id], ...value }; // grows meta
    },
    addWatchFile(id) {
      watchFiles = [...watchFiles, id]; // bounded watchFiles
    },
  };

  return {
    async resolveId(id, importer) {
      const key = `${id}|${importer}`;
      if (resolved.has(key)) return resolved.get(key);
      for (const plugin of plugins) {
        const found = await plugin.resolveId?.call(context, id, importer);
        if (found) {
          resolved.set(key, found); // grows resolved
          return found;
        }
      }
      return null;
    },
    buildStart() {
      watchFiles = [];
      for (const plugin of plugins) plugin.buildStart?.call(context);
    },
    file: (index) => emitted[index],
    meta: (id) => meta[id],
  };
}

export function start(port) {
  const requests = [];
  const server = createServer((req, res) => {
    requests.push(req.url); // grows requests
    if (req.url === "/events") {
      clients.add(res); // bounded clients
      req.on("close", () => clients.delete(res));
      return;
    }
    const chunks = [];
    req.on("data", (chunk) => chunks.push(chunk));
    req.on("end", () => res.end(Buffer.concat(chunks)));
  });
  server.listen(port);
  return { server, requested: () => requests };
}
