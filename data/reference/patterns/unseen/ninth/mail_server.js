'use strict';

var net = require('net');
var dns = require('dns');
var os = require('os');
var fs = require('fs');

var mxCache = {};
var greylist = {};
var connectionsByIp = {};
var deliveries = [];
var bounces = [];
var hooks = { connect: [], rcpt: [], data: [] };
var seenMessageIds = Object.create(null);
var totals = { accepted: 0, rejected: 0 };

function resolveMx(domain, callback) {
  var hit = mxCache[domain];
  if (hit && hit.expires > Date.now()) return callback(null, hit.records);
  dns.resolveMx(domain, function (error, records) {
    if (error) return callback(error);
    mxCache[domain] = { records: records, expires: Date.now() + 3600e3 }; // grows mxCache
    callback(null, records);
  });
}

function hook(name, fn) {
  hooks[name].push(fn); // grows hooks
}

function Session(server, socket) {
  this.server = server;
  this.socket = socket;
  this.buffer = '';
  this.recipients = [];
  this.body = [];
  this.commands = [];
  this.extensions = {};
  this.state = 'command';
  socket.on('data', this.onData.bind(this));
  socket.on('close', this.onClose.bind(this));
  server.on('shutdown', this.onShutdown = this.quit.bind(this)); // bounded shutdown
}

Session.prototype.onData = function (chunk) {
  this.buffer += chunk.toString('latin1'); // bounded buffer
  var end;
  while ((end = this.buffer.indexOf('\r\n')) !== -1) {
    var line = this.buffer.slice(0, end);
    this.buffer = this.buffer.slice(end + 2);
    if (this.state === 'data') this.dataLine(line);
    else this.command(line);
  }
};

Session.prototype.command = function (line) {
  this.commands.push(line); // grows commands
  var verb = line.slice(0, 4).toUpperCase();
  if (verb === 'RCPT') {
    if (this.recipients.length >= 100) return this.reply(452);
    this.recipients.push(line.slice(8)); // bounded recipients
  } else if (verb === 'EHLO') {
    this.extensions[line.slice(5)] = true; // grows extensions
  } else if (verb === 'DATA') {
    this.state = 'data';
    this.body = [];
  } else if (verb === 'RSET') {
    this.recipients = [];
  } else if (verb === 'QUIT') this.quit();
  this.reply(250);
};

Session.prototype.dataLine = function (line) {
  if (line !== '.') {
    this.body.push(line); // bounded body
    return;
  }
  this.state = 'command';
  var id = /^message-id: (.*)$/im.exec(this.body.join('\n'));
  if (id && seenMessageIds[id[1]]) return this.reply(250);
  if (id) seenMessageIds[id[1]] = Date.now(); // bounded seenMessageIds
  this.server.enqueue({ to: this.recipients, body: this.body, tries: 0 });
  this.reply(250);
};

Session.prototype.reply = function (code) {
  this.socket.write(code + '\r\n');
};

Session.prototype.quit = function () {
  this.socket.end('221\r\n');
};

Session.prototype.onClose = function () {
  this.server.removeListener('shutdown', this.onShutdown);
  var ip = this.socket.remoteAddress;
  if (--connectionsByIp[ip] === 0) delete connectionsByIp[ip];
};

function purge() {
  var limit = Date.now() - 86400e3;
  for (var id in seenMessageIds) if (seenMessageIds[id] < limit) delete seenMessageIds[id];
  greylist = Object.keys(greylist).reduce(function (kept, key) {
    if (greylist[key] > limit) kept[key] = greylist[key];
    return kept;
  }, {});
}

function isGreylisted(ip, from, to) {
  var key = [ip, from, to].join();
  var first = greylist[key];
  if (!first) {
    greylist[key] = Date.now(); // bounded greylist
    return true;
  }
  return Date.now() - first < 300e3;
}

exports.createServer = function (options) {
  var sessions = [];
  var outgoing = [];
  var retrying = {};
  var refused = [];
  var loadSamples = [];
  var active = 0;

  var server = net.createServer(function (socket) {
    var ip = socket.remoteAddress;
    connectionsByIp[ip] = (connectionsByIp[ip] || 0) + 1; // bounded connectionsByIp
    if (connectionsByIp[ip] > options.perIp) {
      refused.push({ ip: ip, at: Date.now() }); // grows refused
      socket.destroy();
      return;
    }
    var session = new Session(server, socket);
    sessions.push(session); // bounded sessions
    socket.once('close', function () {
      sessions.splice(sessions.indexOf(session), 1);
    });
    hooks.connect.forEach(function (fn) { fn(session); });
  });

  server.enqueue = function (message) {
    totals.accepted++;
    outgoing.push(message); // bounded outgoing
    work();
  };

  function work() {
    if (active >= options.concurrency || outgoing.length === 0) return;
    var message = outgoing.shift();
    active++;
    deliver(message, function (error) {
      active--;
      if (!error) deliveries.push({ to: message.to, at: Date.now() }); // grows deliveries
      else if (++message.tries > 5) bounces.push(message); // grows bounces
      else {
        var handle = setTimeout(function () {
          delete retrying[message.to];
          server.enqueue(message);
        }, message.tries * 60e3);
        retrying[message.to] = handle; // bounded retrying
      }
      work();
    });
  }

  var load = setInterval(function () { // bounded load
    loadSamples.push(os.loadavg()[0]); // bounded loadSamples
    if (loadSamples.length > 60) loadSamples.shift();
  }, 1000);
  var purging = setInterval(purge, 3600e3); // bounded purging

  server.on('close', function () {
    clearInterval(load);
    clearInterval(purging);
    Object.keys(retrying).forEach(function (to) { clearTimeout(retrying[to]); });
  });
  return server;
};

function deliver(message, callback) {
  resolveMx(String(message.to[0]).split('@')[1], function (error, records) {
    if (error) return callback(error);
    var tried = [];
    (function next(i) {
      if (i >= records.length) return callback(new Error('tried ' + tried.join()));
      tried.push(records[i].exchange);
      var socket = net.connect(25, records[i].exchange);
      socket.on('error', function () { next(i + 1); });
      socket.on('connect', function () { callback(null); });
    })(0);
  });
}

exports.hook = hook;
exports.isGreylisted = isGreylisted;
