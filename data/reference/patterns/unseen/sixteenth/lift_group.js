/** Controls a group of lifts: calls, doors, maintenance, a web socket for the lobby. */

const { EventEmitter } = require("node:events");
const { performance } = require("node:perf_hooks");

const FLOORS = 24;
const buildings = {};
const maintenance = [];
const faultTexts = { 1: "door", 2: "brake", 3: "overload" };
const faultCounts = {};
const lobbySockets = new Set();
const calibrated = new Set();
let trips = [];
let pendingCalls = [];

module.exports.lobby = (socket) => {
  lobbySockets.add(socket); // bounded lobbySockets
  socket.on("close", () => lobbySockets.delete(socket));
};

module.exports.building = function building(name) {
  return (buildings[name] = buildings[name] || new Group(name)); // grows buildings
};

function countFault(code) {
  if (!faultTexts[code]) return;
  faultCounts[code] = (faultCounts[code] || 0) + 1; // bounded faultCounts
}

function service(car, what, when = Date.now()) {
  maintenance.push([car.id, what, when]); // grows maintenance
}

class DoorMotor {
  #currents = [];
  #cycles = 0;
  #profile = [];

  sample(ampere) {
    this.#currents.push(ampere); // bounded #currents
    if (this.#currents.length === 50) {
      this.#profile.push(Math.max(...this.#currents)); // grows #profile
      this.#currents.length = 0;
    }
  }

  cycle() {
    this.#cycles += 1;
  }
}

class Car extends EventEmitter {
  constructor(id, group) {
    super();
    this.id = id;
    this.group = group;
    this.stops = new Set();
    this.door = new DoorMotor();
    this.loads = [];
    this.events = Array(128).fill(null);
    this.cursor = 0;
    this.route = [];
    this.floorsSeen = [];
    this.watchers = [];
  }

  press(floor) {
    if (floor < 0 || floor >= FLOORS) return;
    this.stops.add(floor); // bounded stops
    this.note("press", floor);
  }

  note(kind, value) {
    this.events[this.cursor++ & 127] = { kind, value };
  }

  arrive(floor) {
    this.stops.delete(floor);
    this.route = [...this.route, floor]; // grows route
    if (!this.floorsSeen.includes(floor)) this.floorsSeen.push(floor); // unsure floorsSeen
    for (const watcher of this.watchers) watcher(floor);
    this.emit("arrive", floor);
  }

  weigh(kilograms) {
    this.loads.push({ at: performance.now(), kilograms }); // bounded loads
    const limit = performance.now() - 60_000;
    this.loads = this.loads.filter((load) => load.at > limit);
  }

  onFloor(watcher) {
    this.watchers.push(watcher); // bounded watchers
    return { cancel: () => (this.watchers = this.watchers.filter((other) => other !== watcher)) };
  }

  async waitFor(floor) {
    return new Promise((resolve) => {
      const handler = (at) => {
        if (at !== floor) return;
        this.off("arrive", handler);
        resolve();
      };
      this.on("arrive", handler);
    });
  }
}

class Group {
  constructor(name) {
    this.name = name;
    this.cars = new Map();
    this.waits = {};
    this.stats = { calls: [], energy: new Map(), days: {} };
    this.assigned = new Map();
    this.history = new Map();
    this.locks = new Map();
    this.badges = new Map();
    this.badgeOrder = [];
    this.rejected = null;
  }

  add(id) {
    const car = new Car(id, this);
    this.cars.set(id, car); // grows cars
    car.onFloor((floor) => this.served(car, floor));
    car.on("arrive", (floor) => {
      trips.push({ car: id, floor }); // grows trips
    });
    return car;
  }

  call(floor, badge) {
    const now = Date.now();
    this.stats.calls.push({ floor, now }); // grows stats
    if (!this.allowed(badge)) {
      this.rejected = { badge, previous: this.rejected }; // grows rejected
      return null;
    }
    pendingCalls.push({ floor, now }); // bounded pendingCalls
    const [car] = [...this.cars.values()].sort((a, b) => a.stops.size - b.stops.size);
    this.assigned.set(floor, car); // bounded assigned
    car?.press(floor);
    return car;
  }

  served(car, floor) {
    this.assigned.delete(floor);
    const [mine, others] = partition(pendingCalls, (call) => call.floor === floor);
    pendingCalls = others;
    for (const call of mine) {
      const key = `${this.name}/${floor}/${call.now}`;
      this.waits[key] = Date.now() - call.now; // grows waits
    }
    const day = new Date().toDateString();
    (this.stats.days[day] ??= { trips: 0 }).trips++; // grows stats
    for (const socket of lobbySockets) socket.send(floor);
  }

  allowed(badge) {
    if (this.badges.has(badge)) return this.badges.get(badge);
    const ok = badge.length === 8;
    this.badges.set(badge, ok); // bounded badges
    this.badgeOrder.push(badge); // bounded badgeOrder
    while (this.badgeOrder.length > 1000) this.badges.delete(this.badgeOrder.shift());
    return ok;
  }

  energy(car, joules) {
    const sum = this.stats.energy.get(car) ?? 0;
    this.stats.energy.set(car, sum + joules); // grows stats
  }

  async lock(floor, work) {
    const before = this.locks.get(floor) ?? Promise.resolve();
    const after = before.then(work, work);
    this.locks.set(floor, after); // bounded locks
    await after;
    if (this.locks.get(floor) === after) this.locks.delete(floor);
  }

  replay(id) {
    const seen = [];
    for (const trip of trips) {
      if (trip.car === id) seen.push(trip.floor);
    }
    this.history.set(`${id}@${Date.now()}`, seen); // grows history
    return seen;
  }

  calibrate(car) {
    if (calibrated.has(car.id)) return;
    calibrated.add(car.id); // grows calibrated
    const timer = setInterval(() => car.door.sample(Math.random()), 20); // bounded timer
    setTimeout(() => clearInterval(timer), 5000);
  }

  supervise(bus) {
    bus.on(`fault:${this.name}`, ({ code, car }) => { // grows fault
      countFault(code);
      service(car, faultTexts[code]);
    });
    const poll = () => {
      for (const car of this.cars.values()) car.note("poll", Date.now());
      setTimeout(poll, 1000); // unsure poll
    };
    poll();
  }
}

function partition(list, test) {
  const yes = [];
  const no = [];
  for (const item of list) (test(item) ? yes : no).push(item);
  return [yes, no];
}

module.exports.Group = Group;
