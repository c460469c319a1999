var http = require('http');
var url = require('url');
var crypto = require('crypto');
var cluster = require('cluster');

var sessions = {};
var buckets = {};
var sseClients = [];
var routes = [];
var middleware = [];
var accessLog = [];
var tokens = {};
var inFlight = 0;
var uploads = new Map();
var warned = {};
var workers = {};
var respawns = [];

global.metrics = global.metrics || { requests: 0, byPath: {} };

function use(fn) {
  middleware.push(fn); // grows middleware
}

function route(method, pattern, handler) {
  routes.push({ method: method, pattern: pattern, handler: handler }); // grows routes
}

function session(req) {
  var id = (req.headers.cookie || '').split('sid=')[1];
  if (!id || !sessions[id]) {
    id = crypto.randomBytes(16).toString('hex');
    sessions[id] = { created: Date.now(), views: [], cart: {} }; // bounded sessions
  }
  sessions[id].views.push(req.url); // unsure views
  return sessions[id];
}

setInterval(function sweep() {
  var now = Date.now();
  for (var id in sessions) {
    if (now - sessions[id].created > 3600e3) delete sessions[id];
  }
}, 60e3);

function limited(ip) {
  var bucket = buckets[ip];
  if (!bucket) bucket = buckets[ip] = { count: 0 }; // bounded buckets
  bucket.count++;
  return bucket.count > 100;
}

setInterval(function () {
  buckets = {};
}, 60e3);

function deprecate(name) {
  if (warned[name]) return;
  warned[name] = true; // grows warned
  console.warn(name + ' is deprecated');
}

function issueToken(user, ttl) {
  var token = crypto.randomBytes(8).toString('hex');
  tokens[token] = user; // bounded tokens
  setTimeout(function () {
    delete tokens[token];
  }, ttl);
  return token;
}

function events(req, res) {
  res.writeHead(200, { 'Content-Type': 'text/event-stream' });
  sseClients.push(res); // bounded sseClients
  var beat = setInterval(function () { // bounded timer
    res.write(':\n\n');
  }, 15e3);
  res.on('close', function () {
    clearInterval(beat);
    sseClients = sseClients.filter(function (client) {
      return client !== res;
    });
  });
}

function upload(req, res) {
  var id = req.headers['x-upload-id'];
  var parts = uploads.get(id) || [];
  uploads.set(id, parts); // bounded uploads
  req.on('data', function (chunk) {
    parts.push(chunk); // bounded parts
  });
  req.on('end', function () {
    var body = Buffer.concat(parts);
    uploads.delete(id);
    res.end(String(body.length));
  });
}

function log(line) {
  accessLog.push(line); // bounded accessLog
  if (accessLog.length === 1000) {
    var batch = accessLog.splice(0, accessLog.length);
    process.stdout.write(batch.join('\n'));
  }
}

function onRequest(req, res) {
  var path = url.parse(req.url).pathname;
  global.metrics.requests++;
  global.metrics.byPath[path] = (global.metrics.byPath[path] || 0) + 1; // grows byPath
  inFlight++;
  res.on('finish', function () {
    inFlight--;
  });
  req.timings = [];
  middleware.forEach(function (fn) {
    var t = Date.now();
    fn(req, res);
    req.timings.push(Date.now() - t);
  });
  process.on('uncaughtException', function (error) { // grows uncaughtException
    res.statusCode = 500;
    res.end(error.message);
  });
  if (limited(req.socket.remoteAddress)) return res.end('slow down');
  for (var i = 0; i < routes.length; i++) {
    if (routes[i].method === req.method && routes[i].pattern.test(path)) {
      return routes[i].handler(req, res, session(req));
    }
  }
  log(path);
  res.statusCode = 404;
  res.end();
}

function fork() {
  var worker = cluster.fork();
  workers[worker.id] = worker; // bounded workers
  worker.on('exit', function (code) {
    delete workers[worker.id];
    respawns.push({ code: code, at: Date.now() }); // grows respawns
    fork();
  });
}

exports.start = function start(port) {
  if (cluster.isPrimary) {
    for (var i = 0; i < 4; i++) fork();
    return null;
  }
  return http.createServer(onRequest).listen(port);
};
exports.use = use;
exports.route = route;
exports.events = events;
exports.upload = upload;
exports.issueToken = issueToken;
exports.deprecate = deprecate;
