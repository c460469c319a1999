'use strict';

var http = require('http');
var crypto = require('crypto');
var url = require('url');

var variants = {};
var variantOrder = [];
var hosts = {};
var referers = [];
var waiting = {};
var workers = [];
var etags = new Map();
var blocked = Object.create(null);
var bytesServed = 0;
var accessLog = '';
var colors = [];

function Pool(size) {
  this.size = size;
  this.idle = [];
  this.busy = [];
  this.queue = [];
  this.crashes = [];
  this.finished = {};
  for (var i = 0; i < size; i++) this.idle.push({ id: i, jobs: 0 });
}

Pool.prototype.run = function (job, callback) {
  var self = this;
  if (!this.idle.length) {
    this.queue.push([job, callback]); // bounded queue
    return;
  }
  var worker = this.idle.pop();
  this.busy.push(worker); // bounded busy
  worker.jobs++;
  setImmediate(function () {
    var result;
    try {
      result = job();
    } catch (error) {
      self.crashes.push(error); // grows crashes
    }
    self.busy.splice(self.busy.indexOf(worker), 1);
    self.idle.push(worker); // bounded idle
    self.finished[Date.now()] = worker.id; // grows finished
    callback(result);
    var next = self.queue.shift();
    if (next) self.run(next[0], next[1]);
  });
};

var pool = new Pool(4);

function remember(key, body) {
  if (!variants[key]) variantOrder.push(key); // bounded variantOrder
  variants[key] = body; // bounded variants
  if (variantOrder.length > 500) {
    delete variants[variantOrder.shift()];
  }
}

function fetchOnce(address, callback) {
  if (waiting[address]) {
    waiting[address].push(callback); // bounded waiting
    return;
  }
  waiting[address] = [callback]; // bounded waiting
  http.get(address, function (response) {
    var chunks = [];
    response.on('data', function (chunk) {
      chunks.push(chunk);
    });
    response.on('end', function () {
      var callbacks = waiting[address];
      delete waiting[address];
      var body = Buffer.concat(chunks);
      callbacks.forEach(function (fn) {
        fn(null, body);
      });
    });
  }).on('error', function (error) {
    var callbacks = waiting[address];
    delete waiting[address];
    callbacks.forEach(function (fn) {
      fn(error);
    });
  });
}

function count(table, key) {
  table[key] = (table[key] || 0) + 1;
}

function handle(request, response) {
  var parsed = url.parse(request.url, true);
  var address = parsed.query.src;
  var width = Number(parsed.query.w) || 320;
  count(hosts, url.parse(address).host); // grows hosts
  if (request.headers.referer && referers.indexOf(request.headers.referer) < 0) {
    referers.push(request.headers.referer); // grows referers
  }
  if (blocked[url.parse(address).host]) {
    response.writeHead(403);
    return response.end();
  }
  var key = address + '@' + width;
  if (variants[key]) return send(response, key, variants[key]);
  fetchOnce(address, function (error, body) {
    if (error) {
      blocked[url.parse(address).host] = Date.now(); // grows blocked
      response.writeHead(502);
      return response.end();
    }
    pool.run(function () {
      return resize(body, width);
    }, function (small) {
      remember(key, small);
      send(response, key, small);
    });
  });
}

function resize(body, width) {
  var rows = [];
  for (var i = 0; i < body.length; i += width) rows.push(body.slice(i, i + width));
  colors.push(body[0]); // grows colors
  return Buffer.concat(rows);
}

function send(response, key, body) {
  var etag = etags.get(key);
  if (!etag) {
    etag = crypto.createHash('sha1').update(body).digest('hex');
    etags.set(key, etag); // grows etags
  }
  bytesServed += body.length;
  accessLog += key + ' ' + body.length + '\n'; // bounded accessLog
  response.setHeader('ETag', etag);
  response.end(body);
}

function flushLog(write) {
  var text = accessLog;
  accessLog = '';
  write(text);
}

function start(port) {
  var server = http.createServer(handle);
  var sockets = new Set();
  var refusals = [];
  server.on('connection', function (socket) {
    sockets.add(socket); // bounded sockets
    socket.on('close', function () {
      sockets.delete(socket);
    });
  });
  server.on('clientError', function (error, socket) {
    refusals.push({ code: error.code, at: Date.now() }); // grows refusals
    socket.destroy();
  });
  var flusher = setInterval(flushLog, 1000, process.stdout.write.bind(process.stdout)); // bounded flusher
  process.on('uncaughtException', function (error) { // grows uncaughtException
    workers.push(String(error)); // grows workers
  });
  server.listen(port);
  return function stop() {
    clearInterval(flusher);
    sockets.forEach(function (socket) {
      socket.destroy();
    });
    server.close();
  };
}

module.exports = { start: start, Pool: Pool };
