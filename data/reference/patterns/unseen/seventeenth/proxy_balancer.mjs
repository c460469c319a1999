/** A reverse proxy that spreads requests over backends and watches their health. */

import http from "node:http";
import { EventEmitter } from "node:events";
import { createHash } from "node:crypto";

const agents = new Map();
const metrics = { statuses: {}, latencies: [], paths: new Map() };
const stickiness = new Map();
const responseCache = new Map();
let cacheBytes = 0;
const MAX_BYTES = 64 * 1024 * 1024;

function agentFor(protocol) {
  if (protocol !== "http:" && protocol !== "https:") throw new TypeError(protocol);
  let agent = agents.get(protocol);
  if (!agent) agents.set(protocol, (agent = new http.Agent({ keepAlive: true }))); // bounded agents
  return agent;
}

function store(key, body) {
  const size = body.length;
  makeRoom(size);
  cacheBytes += size;
  responseCache.set(key, { body, at: Date.now() }); // bounded responseCache
}

function makeRoom(size) {
  for (const [key, { body }] of responseCache) {
    if (cacheBytes + size <= MAX_BYTES) break;
    cacheBytes -= body.length;
    responseCache.delete(key);
  }
}

function observe(path, status, ms) {
  const family = `${Math.floor(status / 100)}xx`;
  metrics.statuses[family] = (metrics.statuses[family] ?? 0) + 1; // unsure statuses
  metrics.latencies.push(ms); // bounded latencies
  if (metrics.latencies.length > 10_000) metrics.latencies = metrics.latencies.slice(5_000);
  const known = metrics.paths.get(path) ?? { count: 0, slowest: 0 };
  metrics.paths.set(path, { count: known.count + 1, slowest: Math.max(known.slowest, ms) }); // grows paths
}

class Backend extends EventEmitter {
  constructor(url) {
    super();
    this.name = url;
    this.url = new URL(url);
    this.inFlight = new Set();
    this.failures = [];
    this.outages = [];
    this.healthy = true;
  }

  get load() {
    return this.inFlight.size;
  }

  async probe() {
    try {
      const response = await fetch(new URL("/health", this.url), { signal: AbortSignal.timeout(2000) });
      this.mark(response.ok);
    } catch (error) {
      this.failures.push({ at: Date.now(), error }); // bounded failures
      const since = Date.now() - 60_000;
      while (this.failures.length > 0 && this.failures[0].at < since) this.failures.shift();
      this.mark(false);
    }
  }

  mark(healthy) {
    if (healthy === this.healthy) return;
    this.healthy = healthy;
    if (!healthy) this.outages.push({ from: new Date() }); // grows outages
    this.emit(healthy ? "up" : "down", this);
  }

  forward(request, response) {
    const begun = performance.now();
    const headers = { ...request.headers, host: this.url.host };
    const upstream = http.request(new URL(request.url, this.url), { method: request.method, headers, agent: agentFor(this.url.protocol) });
    this.inFlight.add(upstream); // bounded inFlight
    const done = () => this.inFlight.delete(upstream);
    upstream.on("close", done);
    upstream.on("response", (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => {
        const body = Buffer.concat(chunks);
        if (answer.headers["cache-control"]) store(request.url, body);
        observe(request.url, answer.statusCode, performance.now() - begun);
        response.writeHead(answer.statusCode, answer.headers).end(body);
      });
    });
    upstream.on("error", () => response.writeHead(502).end());
    request.pipe(upstream);
  }
}

export class Balancer {
  #backends = [];
  #timers = new Map();
  #drained = [];
  #denied = new Set();
  #log;

  constructor(log = new EventEmitter()) {
    this.#log = log;
    log.on("rotate", () => this.report()); // grows rotate
    process.on("SIGHUP", this.report); // bounded SIGHUP
  }

  add(url) {
    const backend = new Backend(url);
    this.#backends.push(backend); // bounded #backends
    this.#timers.set(url, setInterval(() => backend.probe(), 5000)); // bounded #timers
    backend.on("down", () => this.#log.emit("line", `${url} is down`));
    return backend;
  }

  remove(url) {
    clearInterval(this.#timers.get(url));
    this.#timers.delete(url);
    const gone = this.#backends.filter((backend) => backend.name === url);
    this.#backends = this.#backends.filter((backend) => !gone.includes(backend));
    this.#drained.push(...gone); // grows #drained
  }

  choose(request) {
    const cookie = createHash("md5").update(request.headers.cookie ?? "").digest("hex");
    const sticky = stickiness.get(cookie);
    if (sticky?.healthy) return sticky;
    const [best] = this.#backends.filter((backend) => backend.healthy).sort((a, b) => a.load - b.load);
    if (best) stickiness.set(cookie, best); // grows stickiness
    return best;
  }

  listen(port) {
    return http.createServer((request, response) => {
      const { remoteAddress } = request.socket;
      const cached = responseCache.get(request.url);
      if (cached) return response.end(cached.body);
      const backend = this.choose(request);
      if (backend) return backend.forward(request, response);
      this.#denied.add(remoteAddress); // grows #denied
      response.writeHead(503).end();
    }).listen(port);
  }

  report = () => {
    const rows = {};
    for (const backend of this.#backends) rows[backend.url.host] = backend.load;
    this.#log.emit("line", JSON.stringify(rows));
  };

  close() {
    process.off("SIGHUP", this.report);
    this.#timers.forEach((timer) => clearInterval(timer));
    this.#timers.clear();
  }
}
