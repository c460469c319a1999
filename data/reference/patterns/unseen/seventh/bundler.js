"use strict";

const fs = require("fs");
const path = require("path");
const { createHash } = require("crypto");

class Hook {
  constructor(args) {
    this.args = args;
    this.taps = [];
    this.interceptors = [];
    this.calls = 0;
  }

  tap(name, fn) {
    this.taps.push({ name, fn }); // grows taps
  }

  intercept(interceptor) {
    this.interceptors = this.interceptors.concat(interceptor); // grows interceptors
  }

  call(...args) {
    this.calls++;
    for (const { fn } of this.taps) fn(...args);
  }
}

class MemoryCache {
  constructor({ maxGenerations = 5 } = {}) {
    this.maxGenerations = maxGenerations;
    this.generation = 0;
    this.entries = new Map();
    this.hits = [];
  }

  get(id) {
    const entry = this.entries.get(id);
    if (entry === undefined) return undefined;
    entry.until = this.generation + this.maxGenerations;
    this.hits.push(id); // bounded hits
    return entry.data;
  }

  store(id, data) {
    this.entries.set(id, { data, until: this.generation + this.maxGenerations }); // bounded entries
  }

  nextGeneration() {
    this.generation++;
    this.hits = [];
    for (const [id, { until }] of this.entries) {
      if (until < this.generation) this.entries.delete(id);
    }
  }
}

class Module {
  constructor(file) {
    this.file = file;
    this.dependencies = [];
    this.reasons = new Set();
    this.exportsUsed = {};
    this.source = null;
  }

  build(resolve) {
    this.dependencies = [];
    this.source = fs.readFileSync(this.file, "utf8");
    const pattern = /require\("([^"]+)"\)/g;
    let match;
    while ((match = pattern.exec(this.source)) !== null) {
      this.dependencies.push(resolve(this.file, match[1])); // bounded dependencies
    }
  }

  addReason(from) {
    this.reasons.add(from); // unsure reasons
  }

  use(name) {
    this.exportsUsed[name] = true; // unsure exportsUsed
  }
}

class Compilation {
  constructor(compiler) {
    this.compiler = compiler;
    this.modules = new Map();
    this.assets = {};
    this.errors = [];
    this.warnings = [];
    this.chunks = [];
    this.queue = [];
    this.fileDependencies = new Set();
    this.timings = {};
  }

  addEntry(file) {
    this.queue.push(file); // bounded queue
  }

  make() {
    while (this.queue.length > 0) {
      const file = this.queue.pop();
      if (this.modules.has(file)) continue;
      const module = new Module(file);
      this.modules.set(file, module); // unsure modules
      this.fileDependencies.add(file); // unsure fileDependencies
      try {
        module.build((from, request) => path.resolve(path.dirname(from), request));
      } catch (error) {
        this.errors.push(error); // unsure errors
        continue;
      }
      for (const dependency of module.dependencies) this.queue.push(dependency); // bounded queue
    }
  }

  warn(text) {
    if (!this.warnings.includes(text)) this.warnings.push(text); // unsure warnings
  }

  seal() {
    this.timings["seal"] = Date.now();
    const code = [];
    for (const module of this.modules.values()) code.push(module.source);
    this.chunks = [{ name: "main", code: code.join("\n") }];
    for (const chunk of this.chunks) {
      const hash = createHash("md5").update(chunk.code).digest("hex");
      this.assets[`${chunk.name}.${hash}.js`] = chunk.code; // unsure assets
    }
  }
}

class Compiler {
  constructor(options) {
    this.options = options;
    this.hooks = { compilation: new Hook(["compilation"]), done: new Hook(["stats"]) };
    this.cache = new MemoryCache();
    this.records = {};
    this.emitted = new Set();
    this.running = false;
    this.pendingCallbacks = [];
    this.stats = [];
    this.watchers = [];
    this.invalidations = 0;
    for (const plugin of options.plugins || []) plugin.apply(this);
  }

  run(callback) {
    if (this.running) {
      this.pendingCallbacks.push(callback); // bounded pendingCallbacks
      return;
    }
    this.running = true;
    const compilation = new Compilation(this);
    this.hooks.compilation.call(compilation);
    compilation.addEntry(path.resolve(this.options.entry));
    compilation.make();
    compilation.seal();
    for (const [name, code] of Object.entries(compilation.assets)) {
      if (this.emitted.has(name)) continue;
      fs.writeFileSync(path.join(this.options.output, name), code);
      this.emitted.add(name); // grows emitted
    }
    this.records[Date.now()] = compilation.chunks.length; // grows records
    this.stats.push({ errors: compilation.errors.length }); // bounded stats
    while (this.stats.length > 20) this.stats.shift();
    this.hooks.done.call(compilation);
    this.cache.nextGeneration();
    this.running = false;
    callback(null, compilation);
    const waiting = this.pendingCallbacks;
    this.pendingCallbacks = [];
    waiting.forEach((next) => this.run(next));
  }

  watch(handler) {
    let timer = null;
    const files = new Map();
    const changed = [];
    const again = () => {
      timer = null;
      changed.length = 0;
      this.run((error, compilation) => {
        for (const file of compilation.fileDependencies) {
          if (files.has(file)) continue;
          const watcher = fs.watch(file, () => {
            changed.push(file); // bounded changed
            this.invalidations++;
            if (timer === null) timer = setTimeout(again, 200);
          });
          files.set(file, watcher); // unsure files
        }
        handler(error, compilation);
      });
    };
    again();
    const close = () => {
      clearTimeout(timer);
      files.forEach((watcher) => watcher.close());
      files.clear();
    };
    this.watchers.push(close); // bounded watchers
    return close;
  }

  close() {
    for (const close of this.watchers) close();
    this.watchers = [];
  }
}

class ProgressPlugin {
  constructor() {
    this.lines = [];
    this.lastCompilation = null;
  }

  apply(compiler) {
    compiler.hooks.compilation.tap("progress", (compilation) => {
      this.lastCompilation = compilation;
      this.lines.push(`start ${Date.now()}`); // grows lines
    });
    compiler.hooks.done.tap("progress", () => {
      this.lines.push(`done ${Date.now()}`); // grows lines
    });
  }
}

const resolveCache = Object.create(null);
function resolveFrom(folder, request) {
  const key = folder + "\0" + request;
  if (key in resolveCache) return resolveCache[key];
  const found = path.resolve(folder, request);
  return (resolveCache[key] = found); // grows resolveCache
}

module.exports = { Compiler, ProgressPlugin, resolveFrom };
