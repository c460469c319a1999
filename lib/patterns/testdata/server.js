const http = require("node:http");
const { EventEmitter } = require("node:events");

const sessions = {};
const log = [];
const routes = new Map();
const clients = new Set();

function Store() {
  this.items = [];
  this.index = {};
}

class Requests extends EventEmitter {
  constructor(server) {
    super();
    this.server = server;
    this.recent = [];
    this.byUser = new Map();
    this.counts = { get: 0, post: 0 };
    server.on("request", this.handle.bind(this));
  }

  handle(request, response) {
    log.push(request.url);
    sessions[request.headers.cookie] = { at: Date.now() };
    this.recent.unshift(request.url);
    this.recent.length = Math.min(this.recent.length, 20);
    this.counts[request.method === "GET" ? "get" : "post"]++;
    let mine = this.byUser.get(request.user);
    if (!mine) this.byUser.set(request.user, (mine = []));
    mine.push(request.url);
    const parts = [];
    request.on("data", (part) => parts.push(part));
    response.end();
  }

  forget(user) {
    this.byUser.delete(user);
  }

  destroy() {
    this.recent = [];
  }
}

function route(path, handler) {
  routes.set(path, handler);
}

function connect(socket) {
  clients.add(socket);
  socket.once("close", () => clients.delete(socket));
}

function expire(now) {
  for (const id of Object.keys(sessions)) {
    if (now - sessions[id].at > 60_000) delete sessions[id];
  }
}

function tail(count) {
  return log.slice(-count);
}

function start(port) {
  const server = http.createServer();
  new Requests(server);
  setInterval(() => expire(Date.now()), 1000).unref();
  return server.listen(port);
}

module.exports = { route, connect, tail, start, Store };
