"use strict";
const http = require("node:http");
const { Readable } = require("node:stream");

const cache = {};
const routes = new Map();
const stats = { hits: 0, paths: [], byCode: {} };
let buffer = Buffer.alloc(0);
let handlers = [];

function route(path, handler) {
  routes.set(path, handler); // grows routes
}

function handle(req, res) {
  stats.hits++;
  stats.paths.push(req.url); // grows stats.paths
  const code = res.statusCode;
  stats.byCode[code] = (stats.byCode[code] || 0) + 1; // unsure
  const key = req.method + req.url;
  if (!cache[key]) {
    cache[key] = render(req); // grows cache
  }
  res.end(cache[key]);
  const chunks = [];
  req.on("data", (chunk) => chunks.push(chunk));
  req.on("end", () => res.emit("body", Buffer.concat(chunks)));
}

function render(req) {
  let html = "";
  html += "<p>" + req.url + "</p>";
  return html;
}

function feed(chunk) {
  buffer = Buffer.concat([buffer, chunk]); // grows buffer
}

function use(handler) {
  handlers = handlers.concat([handler]); // grows handlers
}

class Client {
  constructor(agent) {
    this.agent = agent;
    this.queue = [];
    this.history = [];
    this.timers = [];
    this.callbacks = {};
    this.sent = 0;
    agent.on("free", this.onFree.bind(this)); // grows
  }

  onFree() {
    const next = this.queue.shift();
    if (next) next();
  }

  send(id, body, done) {
    const self = this;
    self.callbacks[id] = done; // bounded callbacks
    self.queue.push(function () { // bounded queue
      self.history.push({ id: id, body: body }); // grows history
      self.sent += 1;
    });
  }

  receive(id, value) {
    const done = this.callbacks[id];
    delete this.callbacks[id];
    if (done) done(value);
  }

  later(ms, action) {
    this.timers.push(setTimeout(action, ms)); // grows timers
  }
}

Client.instances = [];
Client.create = function (agent) {
  const client = new Client(agent);
  Client.instances.push(client); // grows instances
  return client;
};

function Counter() {
  this.values = [];
  this.limit = 10;
}
Counter.prototype.add = function (value) {
  this.values.push(value); // grows values
};
Counter.prototype.trim = function () {
  return this.values.slice(-this.limit);
};

function Ring(size) {
  this.items = new Array(size);
  this.at = 0;
}
Ring.prototype.add = function (value) {
  this.items[this.at] = value;
  this.at = (this.at + 1) % this.items.length;
};

function numbers(limit) {
  const seen = [];
  return Readable.from((function* () {
    for (let i = 0; i < limit; i++) {
      seen.push(i);
      yield i;
    }
  })());
}

const debounce = (action, ms) => {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...args), ms);
  };
};

const throttled = (() => {
  const calls = [];
  return (action) => {
    calls.push(action); // grows calls
    if (calls.length === 1) action();
  };
})();

let first = null;
function push(value) {
  first = { value, next: first }; // grows first
}
function pushStack(stack, value) {
  stack.head = { value, next: stack.head };
}
const stack = { head: null, size: 0 };
function log(value) {
  pushStack(stack, value); // grows stack.head
}

function listen(port) {
  return http.createServer(handle).listen(port);
}

module.exports = {
  route, handle, feed, use, Client, Counter, Ring, numbers, debounce, throttled, push, log, listen,
};
