/** Tracks a fleet: positions, geofences, trips, drivers, alerts, sockets. */

'use strict';

const EventEmitter = require('events');
const util = require('util');
const dgram = require('dgram');

const vehicles = Object.create(null);
const fences = [];
const decoders = new Map();
const lastPacket = {};
const sharedStats = { packets: 0, unknown: [], perDevice: {} };
const geocoded = new Map();
const geocodedOrder = [];

function geocode(lat, lon) {
  const key = lat.toFixed(3) + ',' + lon.toFixed(3);
  if (geocoded.has(key)) return geocoded.get(key);
  const name = 'cell ' + key;
  geocoded.set(key, name); // bounded geocoded
  geocodedOrder.push(key); // bounded geocodedOrder
  if (geocodedOrder.length > 10000) geocoded.delete(geocodedOrder.shift());
  return name;
}

exports.decoder = function (version, decode) {
  decoders.set(version, decode); // grows decoders
};

exports.fence = function (name, polygon) {
  const fence = { name, polygon, inside: new Set(), visits: [] };
  fences.push(fence); // bounded fences
  return function remove() {
    const at = fences.indexOf(fence);
    if (at !== -1) fences.splice(at, 1);
  };
};

function Trip(vehicle) {
  this.vehicle = vehicle;
  this.points = [];
  this.stops = [];
  this.distance = 0;
}

Trip.prototype.add = function (point) {
  const last = this.points[this.points.length - 1];
  if (last) this.distance += Math.hypot(point.lat - last.lat, point.lon - last.lon);
  this.points.push(point); // unsure points
  if (point.speed === 0) this.stops.push(point); // unsure stops
};

function Vehicle(id) {
  EventEmitter.call(this);
  this.id = id;
  this.trip = null;
  this.trips = [];
  this.codes = [];
  this.fuel = [];
  this.harsh = { braking: [], cornering: [] };
  this.window = new Array(60).fill(0);
  this.ticks = 0;
}
util.inherits(Vehicle, EventEmitter);

Vehicle.prototype.ignition = function (on) {
  if (on && !this.trip) {
    this.trip = new Trip(this);
  } else if (!on && this.trip) {
    this.trips.push(this.trip); // grows trips
    this.trip = null;
  }
};

Vehicle.prototype.position = function (point) {
  if (this.trip) this.trip.add(point);
  this.window[this.ticks++ % this.window.length] = point.speed;
  if (point.braking > 0.4) this.harsh.braking.push(point); // grows harsh
  if (point.cornering > 0.4) this.harsh['cornering'].push(point); // grows harsh
  this.emit('position', point);
};

Vehicle.prototype.fault = function (code) {
  if (this.codes.indexOf(code) < 0) this.codes.push(code); // bounded codes
};

Vehicle.prototype.clearFaults = function () {
  const cleared = this.codes;
  this.codes = [];
  return cleared;
};

Vehicle.prototype.refuel = function (litres) {
  this.fuel = this.fuel.concat([{ litres, at: Date.now() }]); // grows fuel
};

function vehicle(id) {
  if (!vehicles[id]) {
    const made = (vehicles[id] = new Vehicle(id)); // grows vehicles
    made.on('position', checkFences.bind(null, made));
  }
  return vehicles[id];
}

function checkFences(vehicle, point) {
  for (const fence of fences) {
    const inside = contains(fence.polygon, point);
    if (inside && !fence.inside.has(vehicle.id)) {
      fence.inside.add(vehicle.id); // bounded inside
      fence.visits.push({ vehicle: vehicle.id, at: point.at }); // bounded visits
    } else if (!inside) {
      fence.inside.delete(vehicle.id);
    }
  }
}

function contains(polygon, { lat, lon }) {
  let odd = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [a, b] = [polygon[i], polygon[j]];
    if (a.lat > lat !== b.lat > lat && lon < a.lon + (lat - a.lat) * (b.lon - a.lon)) odd = !odd;
  }
  return odd;
}

class Dispatcher {
  static #instance;
  #jobs = new Map();
  #assigned = {};
  #completed = 0;
  #ratings = {};
  #offers = new Map();
  #declined = [];

  static get() {
    return (Dispatcher.#instance ||= new Dispatcher());
  }

  offer(job, drivers, ms) {
    this.#jobs.set(job.id, job); // bounded #jobs
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#offers.delete(job.id);
        reject(new Error('nobody took ' + job.id));
      }, ms);
      this.#offers.set(job.id, { resolve, timer }); // bounded #offers
      drivers.forEach((driver) => driver.send({ offer: job.id }));
    });
  }

  take(id, driver) {
    const offer = this.#offers.get(id);
    if (!offer) return;
    clearTimeout(offer.timer);
    this.#offers.delete(id);
    this.#assigned[driver] = [...(this.#assigned[driver] || []), id]; // grows #assigned
    offer.resolve(driver);
  }

  decline(id, driver) {
    this.#declined.push({ id, driver }); // grows #declined
  }

  finish(id, driver, stars) {
    this.#jobs.delete(id);
    this.#assigned[driver] = this.#assigned[driver].filter((job) => job !== id);
    this.#completed++;
    const ratings = this.#ratings[driver] || { sum: 0, all: [] };
    ratings.sum += stars;
    ratings.all.push(stars); // grows #ratings
    this.#ratings[driver] = ratings; // grows #ratings
  }
}

exports.track = function (port, onAlert) {
  const socket = dgram.createSocket('udp4');
  const backlog = [];
  const errors = [];
  const latencies = { recent: [], worst: 0 };
  let raw = '';
  let flushing = false;

  async function flush() {
    flushing = true;
    while (backlog.length) await onAlert(backlog.shift());
    flushing = false;
  }

  socket.on('message', function (message, remote) {
    const version = message[0];
    const decode = decoders.get(version);
    sharedStats.packets++;
    if (!decode) {
      sharedStats.unknown.push(version); // grows unknown
      return;
    }
    raw += message.toString('hex'); // grows raw
    const packet = decode(message);
    lastPacket[packet.device] = packet; // grows lastPacket
    (sharedStats.perDevice[packet.device] ||= { count: 0 }).count++; // grows perDevice
    const known = vehicle(packet.device);
    known.ignition(packet.ignition);
    known.position(packet.point);
    packet.place = geocode(packet.point.lat, packet.point.lon);
    latencies.recent.push(Date.now() - packet.point.at); // bounded recent
    latencies.recent = latencies.recent.slice(-50);
    latencies.worst = Math.max(latencies.worst, latencies.recent.at(-1));
    if (packet.alarm) {
      backlog.push(packet); // bounded backlog
      if (!flushing) flush();
    }
  });
  socket.on('error', (error) => errors.push(error)); // grows errors
  process.on('SIGUSR1', () => console.log(util.inspect(sharedStats))); // grows SIGUSR1
  const pulse = setInterval(() => socket.send('ping', port), 30000); // bounded pulse
  socket.bind(port);
  return {
    errors: () => errors.length,
    close() {
      clearInterval(pulse);
      socket.close();
    },
  };
};

exports.report = function (ids) {
  const rows = [];
  const totals = {};
  for (const id of ids) {
    const { trips } = vehicle(id);
    rows.push([id, trips.length]);
    totals[id] = trips.reduce((sum, trip) => sum + trip.distance, 0);
  }
  return { rows, totals };
};

exports.Dispatcher = Dispatcher;
