"use strict";

const net = require("net");
const util = require("util");
const EventEmitter = require("events");

const retained = {};
const sessions = Object.create(null);
const bannedAddresses = new Set();
const recentErrors = [];
let bytesIn = 0;
let connectLog = "";

function Broker(options) {
  if (!(this instanceof Broker)) return new Broker(options);
  EventEmitter.call(this);
  this.options = options || {};
  this.subscriptions = new Map();
  this.clients = [];
  this.wills = {};
  this.plugins = [];
  this.stats = { published: 0, topics: {} };
  this.deadLetters = [];
  this.packetIds = new Set();
}
util.inherits(Broker, EventEmitter);

Broker.prototype.use = function use(plugin) {
  this.plugins.push(plugin); // grows plugins
  return this;
};

Broker.prototype.attach = function attach(client) {
  const self = this;
  self.clients.push(client); // bounded clients
  if (client.will) self.wills[client.id] = client.will; // bounded wills
  connectLog += new Date().toISOString() + " " + client.id + "\n"; // grows connectLog
  client.stream.on("data", function (chunk) {
    bytesIn += chunk.length;
    client.received.push(chunk.length); // grows received
  });
  client.stream.once("close", function () {
    self.detach(client);
  });
};

Broker.prototype.detach = function detach(client) {
  const index = this.clients.indexOf(client);
  if (index !== -1) this.clients.splice(index, 1);
  const will = this.wills[client.id];
  delete this.wills[client.id];
  if (will) this.publish(will.topic, will.payload);
  for (const [topic, members] of this.subscriptions) {
    members.delete(client);
    if (members.size === 0) this.subscriptions.delete(topic);
  }
};

Broker.prototype.subscribe = function subscribe(client, topic) {
  if (!this.subscriptions.has(topic)) {
    this.subscriptions.set(topic, new Set()); // bounded subscriptions
  }
  this.subscriptions.get(topic).add(client); // bounded subscriptions
};

Broker.prototype.publish = function publish(topic, payload, retain) {
  if (retain) retained[topic] = payload; // grows retained
  this.stats.published++;
  this.stats.topics[topic] = (this.stats.topics[topic] || 0) + 1; // grows topics
  const members = this.subscriptions.get(topic);
  if (!members) {
    if (this.deadLetters.length < 500) {
      this.deadLetters.push({ topic: topic, payload: payload }); // bounded deadLetters
    }
    return 0;
  }
  let id;
  do {
    id = Math.floor(Math.random() * 65536);
  } while (this.packetIds.has(id));
  this.packetIds.add(id); // bounded packetIds
  members.forEach(function (client) {
    client.send(topic, payload, id);
  });
  return members.size;
};

Broker.prototype.acknowledge = function acknowledge(id) {
  this.packetIds.delete(id);
};

function resume(clientId) {
  const session = sessions[clientId] || { inflight: [], since: Date.now() };
  sessions[clientId] = session; // bounded sessions
  return session;
}

function expire(maxAge) {
  const now = Date.now();
  Object.keys(sessions).forEach(function (id) {
    if (now - sessions[id].since > maxAge) delete sessions[id];
  });
}

function noteError(error) {
  recentErrors.unshift(String(error)); // bounded recentErrors
  if (recentErrors.length > 50) recentErrors.pop();
}

function ban(address) {
  bannedAddresses.add(address); // grows bannedAddresses
}

function listen(broker, port) {
  const sockets = new Set();
  const server = net.createServer(function (socket) {
    if (bannedAddresses.has(socket.remoteAddress)) {
      socket.destroy();
      return;
    }
    sockets.add(socket); // bounded sockets
    let failures = 0;
    socket.on("error", function (error) {
      failures += 1;
      noteError(error);
      if (failures > 3) ban(socket.remoteAddress);
    });
    socket.on("close", function () {
      sockets.delete(socket);
    });
    broker.on("stop", function () { // grows stop
      socket.end();
    });
    broker.attach({ id: socket.remotePort, stream: socket, received: [] });
  });
  setInterval(expire, 60000, 3600000).unref(); // grows timer
  return server.listen(port);
}

module.exports = { Broker, resume, listen };
