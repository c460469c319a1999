"use strict";
const { Transform, pipeline } = require("stream");
const events = require("events");
const path = require("path");

const visited = new Set();
const hostDelays = {};
const parsers = new Map();
const robots = new Map();
let failures = [];

exports.registerParser = (type, parse) => {
  parsers.set(type, parse); // bounded parsers
};

class Deduplicate extends Transform {
  constructor(limit) {
    super({ objectMode: true });
    this.limit = limit;
    this.fingerprints = new Set();
    this.dropped = 0;
    this.duplicates = [];
  }

  _transform(record, _, callback) {
    const print = JSON.stringify(record);
    if (this.fingerprints.has(print)) {
      this.dropped++;
      this.duplicates.push(record); // grows duplicates
      return callback();
    }
    if (this.fingerprints.size >= this.limit) this.fingerprints.clear();
    this.fingerprints.add(print); // bounded fingerprints
    callback(null, record);
  }
}

class Batch extends Transform {
  constructor(size) {
    super({ objectMode: true });
    this.size = size;
    this.items = [];
    this.sizes = [];
  }

  _transform(record, _, callback) {
    this.items.push(record); // bounded items
    if (this.items.length === this.size) this._emit();
    callback();
  }

  _flush(callback) {
    if (this.items.length) this._emit();
    callback();
  }

  _emit() {
    this.sizes.push(this.items.length); // grows sizes
    this.push(this.items.splice(0, this.items.length));
  }
}

class Frontier {
  constructor() {
    this.byHost = new Map();
    this.hosts = [];
    this.depth = new WeakMap();
    this.priorities = {};
    this.skipped = [];
    this.emitted = 0;
  }

  add(url, priority = 0) {
    const host = new URL(url).host;
    if (visited.has(url)) {
      this.skipped.push(url); // grows skipped
      return;
    }
    visited.add(url); // grows visited
    let list = this.byHost.get(host);
    if (!list) {
      this.byHost.set(host, list = []); // bounded byHost
      this.hosts.push(host); // bounded hosts
    }
    list.push(url); // bounded byHost
    this.priorities[url] = priority; // bounded priorities
  }

  next() {
    const host = this.hosts.shift();
    if (host === undefined) return null;
    const list = this.byHost.get(host);
    const url = list.pop();
    delete this.priorities[url];
    if (list.length > 0) this.hosts.push(host); // bounded hosts
    else this.byHost.delete(host);
    this.emitted++;
    return url;
  }
}

async function* crawl(frontier, fetchPage, { retries = 2 } = {}) {
  const attempts = new Map();
  const sizes = [];
  for (let url = frontier.next(); url; url = frontier.next()) {
    const { host } = new URL(url);
    try {
      const page = await fetchPage(url);
      sizes.push(page.length);
      attempts.delete(url);
      for (const [, href] of page.matchAll(/href="([^"]+)"/g)) frontier.add(href);
      yield { url, page };
    } catch (error) {
      const count = (attempts.get(url) || 0) + 1;
      attempts.set(url, count);
      hostDelays[host] = Math.min((hostDelays[host] || 500) * 2, 60000); // grows hostDelays
      if (count > retries) failures = failures.concat({ url, error }); // grows failures
    }
  }
}

function allowed(url, load) {
  const { origin } = new URL(url);
  let promise = robots.get(origin);
  if (!promise) {
    promise = load(origin + "/robots.txt");
    robots.set(origin, promise); // grows robots
    promise.catch(() => robots.delete(origin));
  }
  return promise;
}

function createReport(emitter) {
  const lines = [];
  const byStatus = { ok: 0, failed: 0 };
  const slowest = [];
  let summary = "";
  emitter.on("page", ({ url, ms }) => { // bounded page
    byStatus.ok++;
    lines.push(url); // grows lines
    slowest.push({ url, ms }); // bounded slowest
    slowest.sort((a, b) => b.ms - a.ms);
    if (slowest.length > 5) slowest.pop();
  });
  emitter.on("failed", (url) => { // bounded failed
    byStatus.failed++;
    summary = summary + url + "\n"; // grows summary
  });
  return { text: () => lines.join("\n") + summary, byStatus };
}

exports.run = function run(seeds, fetchPage, sink) {
  const emitter = new events.EventEmitter();
  const frontier = new Frontier();
  const extensions = {};
  emitter.on("page", ({ url }) => {
    const extension = path.extname(url);
    extensions[extension] = (extensions[extension] || 0) + 1; // unsure extensions
  });
  for (const seed of seeds) frontier.add(seed);
  const report = createReport(emitter);
  pipeline(crawl(frontier, fetchPage), new Deduplicate(10000), new Batch(50), sink, (error) => {
    if (error) emitter.emit("failed", String(error));
  });
  return report;
};

exports.allowed = allowed;
