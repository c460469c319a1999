/** A mirror of a package registry: manifests, tarballs, downloads, advisories, quotas. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { watch } from "node:fs";
import { EventEmitter } from "node:events";
import LRU from "lru-cache";

type Version = `${number}.${number}.${number}`;
type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

namespace Stats {
  export const downloads: Record<string, number> = {};
  export const agents = new Set<string>();
  const days: string[] = [];

  export function count(name: string, agent: string) {
    downloads[name] ??= 0; // grows downloads
    downloads[name]!++; // unsure downloads
    agents.add(agent); // grows agents
    const today = new Date().toISOString().slice(0, 10);
    if (days.at(-1) !== today) days.push(today); // grows days
  }
}

const routes: { pattern: RegExp; handler: Handler }[] = [];
const compiled = new Map<string, RegExp>();
const deprecated = new Map<string, string>();
const inFlight: { [url: string]: Promise<Buffer> | undefined } = {};
const bus = new EventEmitter();
bus.setMaxListeners(0);

export function route(pattern: string, handler: Handler) {
  routes.push({ pattern: compile(pattern), handler }); // grows routes
}

function compile(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const expression = new RegExp(`^${pattern.replace(/:\w+/g, "([^/]+)")}$`);
  if (compiled.size > 500) compiled.delete(compiled.keys().next().value!);
  compiled.set(pattern, expression); // bounded compiled
  return expression;
}

export function deprecate(name: string, why: string) {
  deprecated.set(name, why); // bounded deprecated
}

export function undeprecate(name: string) {
  deprecated.delete(name);
}

async function download(url: string): Promise<Buffer> {
  const running = inFlight[url];
  if (running) return running;
  const promise = fetch(url).then(async (response) => Buffer.from(await response.arrayBuffer()));
  inFlight[url] = promise; // bounded inFlight
  promise.finally(() => {
    inFlight[url] = undefined;
    delete inFlight[url];
  });
  return promise;
}

class Manifest {
  readonly versions: { [version: Version]: { integrity: string; files: string[] } } = {};
  readonly tags: Record<"latest" | "next" | "beta", Version | null> = { latest: null, next: null, beta: null };
  readonly maintainers = new Set<string>();
  private readonly edits: { by: string; at: Date }[] = [];
  readme = "";

  constructor(readonly name: string) {}

  publish(version: Version, integrity: string, by: string) {
    this.versions[version] = { integrity, files: [] }; // grows versions
    this.tags.latest = version;
    this.edits.push({ by, at: new Date() }); // grows edits
  }

  list(version: Version, files: Iterable<string>) {
    const entry = this.versions[version];
    if (entry) for (const file of files) entry.files.push(file); // grows files
  }

  own(user: string) {
    this.maintainers.add(user); // bounded maintainers
  }

  disown(user: string) {
    if (this.maintainers.size > 1) this.maintainers.delete(user);
  }
}

class Quota {
  private readonly buckets = new Map<string, number[]>();
  private readonly blocked = new Set<string>();
  private readonly warnings = new Map<string, number>();

  allow(ip: string, now = Date.now()): boolean {
    if (this.blocked.has(ip)) return false;
    const hits = (this.buckets.get(ip) ?? []).filter((at) => at > now - 60_000);
    hits.push(now); // bounded hits
    this.buckets.set(ip, hits); // grows buckets
    if (hits.length <= 600) return true;
    const warned = (this.warnings.get(ip) ?? 0) + 1;
    if (warned > 3) {
      this.blocked.add(ip); // grows blocked
      this.warnings.delete(ip);
    } else {
      this.warnings.set(ip, warned); // bounded warnings
    }
    return false;
  }
}

class Advisories {
  private byPackage = new Map<string, string[]>();
  private readonly notified = new Set<string>();
  private readonly feeds: AbortController[] = [];
  private etags: Record<string, string> = {};

  async refresh(feed: string) {
    const controller = new AbortController();
    this.feeds.push(controller); // bounded feeds
    try {
      const response = await fetch(feed, { signal: controller.signal });
      this.etags = { ...this.etags, [feed]: response.headers.get("etag") ?? "" }; // grows etags
      const fresh = new Map<string, string[]>();
      for (const { name, title } of (await response.json()) as { name: string; title: string }[]) {
        const titles = fresh.get(name);
        if (titles) titles.push(title);
        else fresh.set(name, [title]);
      }
      this.byPackage = fresh;
    } finally {
      this.feeds.splice(this.feeds.indexOf(controller), 1);
    }
  }

  notify(user: string, name: string): string[] {
    const key = user + "\0" + name;
    if (this.notified.has(key)) return [];
    this.notified.add(key); // grows notified
    return this.byPackage.get(name) ?? [];
  }
}

export class Mirror {
  private readonly manifests = new Map<string, Manifest>();
  private readonly tarballs = new LRU<string, Buffer>({ max: 500 });
  private readonly negative = new Map<string, number>();
  private readonly quota = new Quota();
  private readonly advisories = new Advisories();
  private readonly accessLog: string[] = [];
  private readonly slow: Array<[url: string, ms: number]> = [];
  private readonly sizes = [0, 0, 0, 0];
  private readonly dependents = new Map<string, Set<string>>();
  private readonly sse = new Set<ServerResponse>();
  private sequence: string[] = [];

  constructor(private readonly upstream: string, config: string) {
    watch(config, () => this.reload()); // grows watch
    bus.on("published", (name: string) => this.negative.delete(name)); // grows published
  }

  private reload() {
    this.negative.clear();
  }

  async manifest(name: string): Promise<Manifest | null> {
    const missing = this.negative.get(name);
    if (missing && missing > Date.now()) return null;
    let manifest = this.manifests.get(name);
    if (manifest) return manifest;
    const response = await fetch(`${this.upstream}/${name}`);
    if (!response.ok) {
      this.negative.set(name, Date.now() + 300_000); // bounded negative
      return null;
    }
    manifest = Object.assign(new Manifest(name), await response.json());
    this.manifests.set(name, manifest!); // grows manifests
    return manifest!;
  }

  async tarball(url: string): Promise<Buffer> {
    const hit = this.tarballs.get(url);
    if (hit) return hit;
    const begun = Date.now();
    const data = await download(url);
    this.tarballs.set(url, data); // bounded tarballs
    if (Date.now() - begun > 2000) this.slow.push([url, Date.now() - begun]); // grows slow
    this.sizes[Math.min(3, Math.floor(Math.log10(data.length + 1)))]!++;
    return data;
  }

  depend(from: string, names: string[]) {
    for (const name of names) {
      let set = this.dependents.get(name);
      if (!set) this.dependents.set(name, (set = new Set())); // grows dependents
      set.add(from); // grows dependents
    }
  }

  publish(name: string, version: Version, integrity: string, user: string) {
    this.manifests.get(name)?.publish(version, integrity, user);
    this.sequence = [`${name}@${version}`, ...this.sequence.slice(0, 999)]; // bounded sequence
    for (const response of this.sse) response.write(`data: ${name}\n\n`);
    bus.emit("published", name);
  }

  listen(port: number) {
    const server = createServer(async (request, response) => {
      const ip = request.socket.remoteAddress ?? "";
      this.accessLog.push(`${ip} ${request.url}`); // grows accessLog
      if (!this.quota.allow(ip)) return void response.writeHead(429).end();
      Stats.count(request.url ?? "", String(request.headers["user-agent"]));
      if (request.url === "/-/changes") {
        this.sse.add(response); // bounded sse
        const later = (name: string) => response.write(name);
        bus.on("published", later); // bounded published
        request.on("close", () => {
          bus.removeListener("published", later);
          this.sse.delete(response);
        });
        return;
      }
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      for (const { pattern, handler } of routes) {
        if (pattern.test(request.url ?? "")) return handler(request, response);
      }
      response.writeHead(404).end();
    });
    return server.listen(port);
  }
}
