"use strict";

const express = require("express");
const { v4: uuid } = require("uuid");
const { EventEmitter } = require("events");

const app = express();
const bus = new EventEmitter();

const STATIONS = require("./stations.json");
const docks = new Map(STATIONS.map((station) => [station.id, { bikes: station.bikes, waiting: [] }]));
const rentals = new Map();
const finished = [];
const rateWindows = new Map();
const idempotency = Object.create(null);
const tokens = new Map();
const sseClients = [];
const apiErrors = { client: [], server: [] };
let heatmap = {};
let auditTail = null;

setInterval(function sweepTokens() {
  const now = Date.now();
  for (const [token, session] of tokens) {
    if (session.expires <= now) tokens.delete(token);
  }
}, 60 * 1000);

function rateLimit(max, windowMs) {
  return function (req, res, next) {
    const now = Date.now();
    let hits = rateWindows.get(req.ip);
    if (!hits) {
      hits = [];
      rateWindows.set(req.ip, hits); // grows rateWindows
    }
    while (hits.length && hits[0] < now - windowMs) hits.shift();
    if (hits.length >= max) return res.sendStatus(429);
    hits.push(now); // bounded hits
    next();
  };
}

function idempotent(req, res, next) {
  const key = req.get("Idempotency-Key");
  if (!key) return next();
  if (idempotency[key]) return res.json(idempotency[key]);
  const json = res.json.bind(res);
  res.json = (body) => {
    idempotency[key] = body; // grows idempotency
    return json(body);
  };
  next();
}

function authenticate(req, res, next) {
  const session = tokens.get(req.get("Authorization"));
  if (!session) return res.sendStatus(401);
  req.session = session;
  req.trail = [];
  req.trail.push(session.user);
  next();
}

app.use(express.json());
app.use(rateLimit(100, 10000));

app.post("/login", (req, res) => {
  const token = uuid();
  tokens.set(token, { user: req.body.user, expires: Date.now() + 3600e3 }); // bounded tokens
  res.json({ token });
});

app.post("/rentals", authenticate, idempotent, (req, res) => {
  const dock = docks.get(req.body.station);
  if (!dock) return res.sendStatus(404);
  if (dock.bikes.length === 0) {
    dock.waiting.push(req.session.user); // bounded waiting
    return res.status(202).json({ queued: dock.waiting.length });
  }
  const rental = { id: uuid(), bike: dock.bikes.pop(), user: req.session.user, at: Date.now(), positions: [] };
  rentals.set(rental.id, rental); // bounded rentals
  auditTail = { what: "rent", rental: rental.id, before: auditTail }; // grows auditTail
  res.json(rental);
});

app.post("/rentals/:id/position", authenticate, (req, res) => {
  const rental = rentals.get(req.params.id);
  if (!rental) return res.sendStatus(404);
  const { lat, lon } = req.body;
  rental.positions.push([lat, lon]); // unsure positions
  const cell = `${Math.round(lat * 1000)}:${Math.round(lon * 1000)}`;
  heatmap[cell] = (heatmap[cell] || 0) + 1; // bounded heatmap
  bus.emit("moved", rental.id, lat, lon);
  res.sendStatus(204);
});

app.delete("/rentals/:id", authenticate, (req, res) => {
  const rental = rentals.get(req.params.id);
  if (!rental) return res.sendStatus(404);
  rentals.delete(rental.id);
  finished.push(rental); // grows finished
  const dock = docks.get(req.body.station);
  const next = dock.waiting.shift();
  if (next) bus.emit("free", next, rental.bike);
  else dock.bikes.push(rental.bike); // bounded bikes
  res.json({ minutes: (Date.now() - rental.at) / 60000 });
});

app.get("/heatmap", (req, res) => {
  const result = heatmap;
  heatmap = {};
  const rows = [];
  for (const cell of Object.keys(result)) rows.push({ cell, count: result[cell] });
  res.json(rows);
});

app.get("/events", (req, res) => {
  res.writeHead(200, { "Content-Type": "text/event-stream" });
  sseClients.push(res); // bounded sseClients
  const onMoved = (id, lat, lon) => res.write(`data: ${JSON.stringify({ id, lat, lon })}\n\n`);
  bus.on("moved", onMoved); // bounded moved
  bus.on("free", (user, bike) => res.write(`data: ${user} ${bike}\n\n`)); // grows free
  req.on("close", () => {
    bus.removeListener("moved", onMoved);
    sseClients.splice(sseClients.indexOf(res), 1);
  });
});

app.use((error, req, res, next) => {
  const kind = error.status < 500 ? "client" : "server";
  apiErrors[kind].push({ path: req.path, error }); // grows apiErrors
  res.status(error.status || 500).json({ message: error.message });
});

module.exports = app;
