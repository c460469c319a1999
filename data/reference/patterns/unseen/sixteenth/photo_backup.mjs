/** Backs up photographs: a walk of folders, hashes, thumbnails, uploads with retries, albums. */

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { watch } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const hashes = new Map();
const thumbnails = new Map();
const mimeTypes = new Map([["jpg", "image/jpeg"], ["png", "image/png"]]);
const converters = {};
const failures = [];
const unreadable = new Set();
const albums = new Proxy({}, {
  get: (target, name) => (target[name] ??= []), // unsure albums
});

export function converter(extension, convert) {
  converters[extension] = convert; // grows converters
}

export async function hash(path) {
  const cached = hashes.get(path);
  if (cached) return cached;
  try {
    const digest = createHash("sha256").update(await readFile(path)).digest("hex");
    hashes.set(path, digest); // grows hashes
    return digest;
  } catch {
    unreadable.add(path); // grows unreadable
    return null;
  }
}

export function thumbnail(path, make) {
  if (thumbnails.has(path)) {
    const image = thumbnails.get(path);
    thumbnails.delete(path);
    thumbnails.set(path, image); // bounded thumbnails
    return image;
  }
  const image = make(path);
  thumbnails.set(path, image); // bounded thumbnails
  if (thumbnails.size > 256) {
    const [oldest] = thumbnails.keys();
    thumbnails.delete(oldest);
  }
  return image;
}

export async function* walk(root) {
  const stack = [root];
  while (stack.length) {
    const folder = stack.pop();
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) stack.push(path);
      else yield path;
    }
  }
}

export function createUploader(endpoint, { parallel = 4 } = {}) {
  const queue = [];
  const active = new Set();
  const done = [];
  const attempts = new Map();
  const speeds = [];
  const hooks = { before: [], after: [] };
  const cookies = {};
  let bytes = 0;

  async function upload(path) {
    const controller = new AbortController();
    active.add(controller); // bounded active
    const body = await readFile(path);
    for (const hook of hooks.before) hook(path);
    const begun = Date.now();
    try {
      const response = await fetch(endpoint, { method: "PUT", body, signal: controller.signal });
      const [name, value] = (response.headers.get("set-cookie") ?? "=").split("=");
      cookies[name] = value; // grows cookies
      bytes += body.length;
      done.push({ path, status: response.status }); // grows done
      attempts.delete(path);
    } catch (error) {
      const count = (attempts.get(path) ?? 0) + 1;
      attempts.set(path, count); // bounded attempts
      if (count < 5) queue.push(path); // bounded queue
      else {
        attempts.delete(path);
        failures.push({ path, error }); // grows failures
      }
    } finally {
      active.delete(controller);
      speeds.push(body.length / (Date.now() - begun)); // bounded speeds
      if (speeds.length > 30) speeds.splice(0, speeds.length - 30);
    }
    pump();
  }

  function pump() {
    while (active.size < parallel && queue.length > 0) void upload(queue.shift());
  }

  return {
    get bytes() {
      return bytes;
    },
    enqueue(path) {
      queue.push(path); // bounded queue
      pump();
    },
    hook(when, fn) {
      hooks[when].push(fn); // grows hooks
      return this;
    },
    abort() {
      for (const controller of active) controller.abort();
    },
  };
}

export class Backup {
  static #running = new Map();

  static of(root) {
    if (!Backup.#running.has(root)) Backup.#running.set(root, new Backup(root)); // grows #running
    return Backup.#running.get(root);
  }

  #uploader = createUploader("https://photos.example/api");
  #watchers = [];
  #changed = new Map();
  #duplicates = new Map();
  #byType = new Map();
  #runs = [];
  #current;
  #log = [];

  constructor(root) {
    this.root = root;
    this.#watchers.push(watch(root, (_, file) => this.touch(file))); // bounded #watchers
    process.once("SIGTERM", () => this.stop()); // grows SIGTERM
  }

  stop() {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
    this.#uploader.abort();
  }

  touch(file) {
    clearTimeout(this.#changed.get(file));
    this.#changed.set(file, setTimeout(() => { // bounded #changed
      this.#changed.delete(file);
      this.#uploader.enqueue(join(this.root, file));
    }, 2000));
  }

  async run() {
    const seen = new Map();
    this.#current = { started: Date.now(), files: 0, errors: [] };
    for await (const path of walk(this.root)) {
      const digest = await hash(path);
      if (digest === null) {
        this.#current.errors.push(path); // unsure errors
        continue;
      }
      if (seen.has(digest)) {
        const group = this.#duplicates.get(digest) ?? [];
        group.push(path); // grows group
        this.#duplicates.set(digest, group); // grows #duplicates
      } else {
        seen.set(digest, path);
        this.#uploader.enqueue(path);
      }
      this.classify(path);
      this.#current.files++;
    }
    this.#runs.push(this.#current); // grows #runs
    if (this.#log.length > 500) this.#log.splice(0, 100);
    this.#log.push(`${seen.size} files`); // bounded #log
  }

  classify(path) {
    const extension = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
    const type = mimeTypes.get(extension);
    if (type === undefined) return;
    this.#byType.set(type, (this.#byType.get(type) ?? 0) + 1); // bounded #byType
    albums[new Date().getFullYear()].push(path); // grows albums
  }
}
