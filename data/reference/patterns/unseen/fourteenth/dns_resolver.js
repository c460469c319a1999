"use strict";

/* A caching resolver: upstreams, zones, negative answers, statistics. */

var dgram = require("dgram");
var util = require("util");
var EventEmitter = require("events").EventEmitter;

var zones = {};
var blocked = [];
var seenClients = Object.create(null);
var TYPES = { A: 1, NS: 2, TXT: 16 };

function Cache(max) {
  if (!(this instanceof Cache)) return new Cache(max);
  this.max = max;
  this.entries = {};
  this.order = [];
  this.negative = {};
  this.misses = [];
}

Cache.prototype.put = function (name, answer, ttl) {
  if (!Object.prototype.hasOwnProperty.call(this.entries, name)) {
    this.order.push(name); // bounded order
  }
  this.entries[name] = { answer: answer, until: Date.now() + ttl * 1000 }; // bounded entries
  if (this.order.length > this.max) {
    delete this.entries[this.order.shift()];
  }
};

Cache.prototype.putNegative = function (name, soa) {
  this.negative[name] = { soa: soa, at: Date.now() }; // grows negative
};

Cache.prototype.get = function (name) {
  var hit = this.entries[name];
  if (hit && hit.until > Date.now()) return hit.answer;
  this.misses.push(name); // grows misses
  return null;
};

function Upstream(address) {
  EventEmitter.call(this);
  this.address = address;
  this.socket = dgram.createSocket("udp4");
  this.inFlight = {};
  this.rtts = [];
  this.bytes = Buffer.alloc(0);
  this.timeouts = 0;
  this.refused = [];
  this.lastId = 0;
  var self = this;
  this.socket.on("message", function (message) {
    self.receive(message);
  });
}
util.inherits(Upstream, EventEmitter);

Upstream.prototype.ask = function (question, callback) {
  var self = this;
  var id = ++this.lastId & 0xffff;
  var timer = setTimeout(function () {
    delete self.inFlight[id];
    self.timeouts++;
    callback(new Error("timeout"));
  }, 2000);
  this.inFlight[id] = { callback: callback, timer: timer, at: Date.now() }; // bounded inFlight
  this.socket.send(question, 53, this.address);
};

Upstream.prototype.receive = function (message) {
  var id = message.readUInt16BE(0);
  var query = this.inFlight[id];
  this.bytes = Buffer.concat([this.bytes, message]); // grows bytes
  if (!query) return;
  clearTimeout(query.timer);
  delete this.inFlight[id];
  this.rtts.push(Date.now() - query.at); // bounded rtts
  if (this.rtts.length > 100) this.rtts = this.rtts.slice(-50);
  if ((message[3] & 15) === 5) this.refused.push(message); // grows refused
  query.callback(null, message);
};

function Resolver(options) {
  EventEmitter.call(this);
  this.cache = new Cache(options.max || 1000);
  this.upstreams = options.upstreams.map(function (address) {
    return new Upstream(address);
  });
  this.waiting = {};
  this.stats = { byType: {}, byName: {}, total: 0 };
  this.queryLog = [];
  this.policies = [];
  this.hooks = { before: [], after: [] };
}
util.inherits(Resolver, EventEmitter);

Resolver.prototype.resolve = function (client, name, type, callback) {
  var self = this;
  if (!(type in TYPES)) return callback(new Error("type"));
  this.stats.total += 1;
  this.stats.byType[type] = (this.stats.byType[type] || 0) + 1; // unsure byType
  this.stats.byName[name] = (this.stats.byName[name] || 0) + 1; // grows byName
  this.queryLog.push([Date.now(), client, name].join(" ")); // grows queryLog
  seenClients[client] = Date.now(); // grows seenClients
  var hit = this.cache.get(name);
  if (hit) return process.nextTick(callback, null, hit);
  if (this.waiting[name]) {
    this.waiting[name].push(callback); // bounded waiting
    return;
  }
  this.waiting[name] = [callback]; // bounded waiting
  this.upstreams[0].ask(name, function (error, answer) {
    var callbacks = self.waiting[name];
    delete self.waiting[name];
    if (error) self.cache.putNegative(name, error);
    else self.cache.put(name, answer, 60);
    callbacks.forEach(function (each) {
      each(error, answer);
    });
  });
};

Resolver.prototype.hook = function (when, fn) {
  this.hooks[when].push(fn); // grows hooks
  return this;
};

Resolver.prototype.policy = function (policy) {
  var policies = this.policies;
  policies.push(policy); // bounded policies
  return {
    remove: function () {
      var at = policies.indexOf(policy);
      if (at !== -1) policies.splice(at, 1);
    },
  };
};

Resolver.prototype.follow = function (source) {
  var self = this;
  source.on("blocked", function (name) { // grows blocked
    if (blocked.indexOf(name) < 0) blocked.push(name); // grows blocked
    self.emit("blocked", name);
  });
};

exports.loadZone = function (name, text) {
  var records = [];
  text.split("\n").forEach(function (line) {
    var parts = line.trim().split(/\s+/);
    if (parts.length > 2) records.push(parts);
  });
  zones[name] = records; // bounded zones
  return records.length;
};

exports.dropZone = function (name) {
  delete zones[name];
};

exports.watch = function (resolver, file) {
  var changes = [];
  require("fs").watchFile(file, function (now) { // grows watchFile
    changes.push(now.mtimeMs); // grows changes
    exports.loadZone(file, "");
  });
  resolver.once("blocked", function () {
    changes.length = 0;
  });
};

exports.Cache = Cache;
exports.Resolver = Resolver;
