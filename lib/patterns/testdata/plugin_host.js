"use strict";

const cache = Object.create(null);
const hooks = { before: [], after: [] };
let timerCount = 0;

class Host {
  constructor(options = {}) {
    this.plugins = options.plugins || [];
    this.state = new Map();
    this.errors = [];
    this.maxErrors = options.maxErrors || 10;
    this.onFail = options.onFail;
    this.parent = null;
    this.kids = [];
  }

  use(plugin) {
    this.plugins.push(plugin);
    return this;
  }

  eject(plugin) {
    const at = this.plugins.indexOf(plugin);
    if (at >= 0) this.plugins.splice(at, 1);
  }

  adopt(kid) {
    kid.parent = this;
    this.kids.push(kid);
  }

  fail(error) {
    if (this.errors.length === this.maxErrors) this.errors.pop();
    this.errors.push(error);
    this.onFail && this.onFail(error);
  }

  remember(key, value) {
    const { state } = this;
    state.set(key, value);
    setTimeout(() => state.delete(key), 1000);
  }

  load(name) {
    if (cache[name]) return cache[name];
    const loaded = require(name);
    cache[name] = loaded;
    return loaded;
  }

  unload(name) {
    delete cache[name];
  }

  every(ms, work) {
    timerCount++;
    return setInterval(work, ms);
  }
}

Host.prototype.inspect = function () {
  const lines = [];
  this.plugins.forEach((plugin) => lines.push(plugin.name));
  return lines.join("\n");
};

function before(hook) {
  hooks.before.push(hook);
}

function runHooks(kind, value) {
  return hooks[kind].reduce((result, hook) => hook(result), value);
}

function makeCounter() {
  const counts = {};
  return (word) => {
    counts[word] = (counts[word] || 0) + 1;
    return counts[word];
  };
}

function countWords(text) {
  const counts = {};
  for (const word of text.split(" ")) counts[word] = (counts[word] || 0) + 1;
  return counts;
}

process.on("uncaughtException", (error) => {
  hooks.after.forEach((hook) => hook(error));
});

module.exports = { Host, before, runHooks, makeCounter, countWords };
