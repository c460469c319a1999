const EventEmitter = require("events");
const path = require("path");

const sessions = Object.create(null);
const commands = [];
const lastSeen = new Map();
const queue = [];
const pendingReplies = {};
let transcript = "";
let online = [];
const WORDS = ["yes", "no"];

exports.command = (name, run) => commands.push({ name, run }); // grows commands

exports.onMessage = function onMessage(message) {
  const user = message.user;
  sessions[user.id] = sessions[user.id] || { messages: [], created: Date.now() }; // grows sessions
  sessions[user.id].messages.push(message); // grows sessions
  lastSeen.set(user.id, Date.now()); // bounded lastSeen
  transcript = transcript + message.text + "\n"; // grows transcript
  const words = [];
  for (const word of message.text.split(" ")) words.push(word);
  const counts = {};
  words.forEach((word) => {
    counts[word] = (counts[word] || 0) + 1;
  });
  if (queue.length < 50) queue.push(message); // bounded queue
  return WORDS.includes(words[0]);
};

exports.ask = (id, question) =>
  new Promise((resolve, reject) => {
    pendingReplies[id] = { resolve, reject }; // bounded pendingReplies
    setTimeout(() => {
      delete pendingReplies[id];
      reject(new Error("timeout"));
    }, 5000);
  });

exports.prune = () => {
  const limit = Date.now() - 3600e3;
  lastSeen.forEach((at, id) => {
    if (at < limit) lastSeen.delete(id);
  });
};

exports.join = (user) => {
  online = online.filter((other) => other.id !== user.id).concat(user); // unsure
};

class Player extends EventEmitter {
  constructor(room) {
    super();
    this.room = room;
    this.moves = [];
    this.inventory = {};
    this.trail = new Array(32).fill(null);
    this.step = 0;
    this.effects = [];
    this.score = 0;
    room.players[this.id] = this; // unsure
    room.on("tick", () => this.update()); // grows
    this.on("hit", () => this.score--);
    this.timer = setInterval(this.update.bind(this), 100); // bounded
  }

  update() {
    this.moves.push({ at: Date.now(), step: this.step }); // grows moves
    this.trail[this.step++ % this.trail.length] = this.score;
    this.effects = this.effects.filter((effect) => effect.until > Date.now());
  }

  addEffect(effect) {
    this.effects.push(effect); // bounded effects
  }

  pick(item) {
    this.inventory[item.id] = item; // bounded inventory
  }

  drop(item) {
    delete this.inventory[item.id];
  }

  destroy() {
    clearInterval(this.timer);
  }
}

function Scheduler() {
  if (!(this instanceof Scheduler)) return new Scheduler();
  EventEmitter.call(this);
  this.jobs = [];
  this.done = [];
  this.running = false;
}
require("util").inherits(Scheduler, EventEmitter);

Scheduler.prototype.schedule = function (job) {
  var self = this;
  this.jobs.push(job); // bounded jobs
  if (this.running) return;
  this.running = true;
  setImmediate(function run() {
    var next = self.jobs.shift();
    if (!next) {
      self.running = false;
      return;
    }
    next(function () {
      self.done.push(next); // grows done
      run();
    });
  });
};

var proto = Scheduler.prototype;
proto.report = function () {
  var rows = [];
  this.done.forEach(function (job) {
    rows.push(job.name);
  });
  return rows.join("\n");
};

const memo = (fn) => {
  const cache = {};
  return (arg) => cache[arg] ?? (cache[arg] = fn(arg)); // grows cache
};

const once = (fn) => {
  let called = false;
  const results = [];
  return () => {
    if (called) return results[0];
    called = true;
    results.push(fn()); // bounded results
    return results[0];
  };
};

async function crawl(start, fetchPage) {
  const seen = new Set([start]);
  const todo = [start];
  while (todo.length > 0) {
    const page = await fetchPage(todo.pop());
    for (const link of page.links) {
      if (!seen.has(link)) {
        seen.add(link);
        todo.push(link);
      }
    }
  }
  return seen;
}

class Registry {
  static #entries = new Map();
  static register(name, make) {
    Registry.#entries.set(name, make); // grows #entries
  }
  static unregisterAll() {}
  static {
    this.register("default", () => ({}));
  }
}

class Cache {
  constructor({ max = 100, ttl = 1000 } = {}) {
    this.max = max;
    this.ttl = ttl;
    this.map = new Map();
    this.timers = {};
    this.evicted = [];
  }

  set(key, value) {
    this.map.delete(key);
    this.map.set(key, value); // bounded map
    clearTimeout(this.timers[key]);
    this.timers[key] = setTimeout(() => this.drop(key), this.ttl); // bounded timers
    while (this.map.size > this.max) {
      const [oldest] = this.map.keys();
      this.drop(oldest);
    }
  }

  drop(key) {
    this.map.delete(key);
    clearTimeout(this.timers[key]);
    delete this.timers[key];
    this.evicted.push(key); // grows evicted
  }
}

process.on("exit", () => console.log(path.basename(transcript)));

module.exports = Object.assign(exports, { Player, Scheduler, memo, once, crawl, Registry, Cache });
