const { EventEmitter } = require("node:events");
const commands = [];
const limits = { force: 150, rate: 50 };
const warned = {};
let previous = null;

class Actuator extends EventEmitter {
  constructor(bus, options = {}) {
    super();
    this.bus = bus;
    this.options = { ...options };
    this.saturations = 0;
    this.history = { time: [], force: [] };
    this.pending = new Map();
    this.faults = [];
    this.calibration = new Float64Array(16);
    this.offsets = {};
    this.onTick = this.onTick.bind(this);
    bus.on("tick", this.onTick); // bounded
    bus.on("fault", (fault) => this.faults.push(fault)); // grows faults
  }

  onTick(time) {
    const force = this.options.force ?? 0;
    this.history.time.push(time); // grows history.time
    this.history.force.push(force); // grows history.force
    if (Math.abs(force) > limits.force && !warned[this.options.name]) {
      warned[this.options.name] = true; // grows warned
    }
    for (const [id, resolve] of this.pending) {
      resolve(time);
      this.pending.delete(id);
    }
  }

  command(id, force) {
    commands.push({ id, force, previous }); // grows commands
    previous = force;
    return new Promise((resolve) => this.pending.set(id, resolve)); // bounded pending
  }

  calibrate(values) {
    values.forEach((value, i) => {
      this.calibration[i] = value;
      this.offsets["zero"] = value;
    });
  }

  close() {
    this.bus.off("tick", this.onTick);
  }
}

function Monitor(actuator) {
  this.actuator = actuator;
  this.samples = [];
  this.peaks = [];
  this.timer = setInterval(this.sample.bind(this), 10); // bounded
}
Monitor.prototype.sample = function sample() {
  this.samples.push(this.actuator.saturations); // bounded samples
  if (this.samples.length === 256) this.flush();
};
Monitor.prototype.flush = function flush() {
  this.peaks.push(Math.max.apply(null, this.samples)); // grows peaks
  this.samples = [];
};
Monitor.prototype.stop = function stop() {
  clearInterval(this.timer);
};

function withRetry(run, attempts) {
  const errors = [];
  return async function retried() {
    errors.length = 0;
    for (let i = 0; i < attempts; i++) {
      try {
        return await run();
      } catch (error) {
        errors.push(error); // bounded errors
      }
    }
    throw new AggregateError(errors);
  };
}

const tracer = {
  spans: [],
  open: {},
  begin(name) {
    this.open[name] = Date.now(); // bounded open
  },
  end(name) {
    this.spans.push({ name, ms: Date.now() - this.open[name] }); // grows tracer.spans
    delete this.open[name];
  },
};

module.exports = { Actuator, Monitor, withRetry, tracer };
