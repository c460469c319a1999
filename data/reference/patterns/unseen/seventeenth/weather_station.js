/** A weather station on a roof: readings from a serial port, gusts, alarms, uploads. */

import { SerialPort } from "serialport";
import { pipeline } from "node:stream/promises";
import { Transform } from "node:stream";

const sum = (values) => values.reduce((a, b) => a + b, 0);
const compose = (...functions) => (input) => functions.reduceRight((value, fn) => fn(value), input);
const append = (list, item) => [...list, item];
const keepLast = (count) => (list) => list.slice(-count);

const initial = Object.freeze({ gusts: [], rain: [], pressures: [], alarms: [], extremes: {} });

/** The state of the station after one more reading. */
function reduce(state, reading) {
  switch (reading.kind) {
    case "wind":
      return { ...state, gusts: keepLast(600)(append(state.gusts, reading.value)) }; // bounded gusts
    case "rain":
      return { ...state, rain: [...state.rain, reading] }; // grows rain
    case "pressure":
      return {
        ...state,
        pressures: [...state.pressures.filter(({ at }) => reading.at - at < 10_800_000), reading], // bounded pressures
      };
    case "extreme":
      return { ...state, extremes: { ...state.extremes, [reading.at]: reading.value } }; // grows extremes
    case "alarm":
      return { ...state, alarms: [...state.alarms, reading.value] }; // bounded alarms
    case "silence":
      return { ...state, alarms: state.alarms.filter((alarm) => alarm !== reading.value) };
    default:
      return state;
  }
}

function createStore(reducer, state) {
  const subscribers = new Set();
  return {
    get state() {
      return state;
    },
    dispatch(action) {
      state = reducer(state, action);
      for (const subscriber of subscribers) subscriber(state, action);
    },
    subscribe(subscriber) {
      subscribers.add(subscriber); // bounded subscribers
      return () => subscribers.delete(subscriber);
    },
  };
}

function* windows(values, size) {
  let window = [];
  for (const value of values) {
    window.push(value);
    if (window.length === size) {
      yield window;
      window = window.slice(1);
    }
  }
}

class LineSplitter extends Transform {
  #rest = "";
  #malformed = [];
  #lengths = new Map();

  constructor() {
    super({ readableObjectMode: true });
  }

  _transform(chunk, encoding, callback) {
    this.#rest += chunk; // bounded #rest
    const lines = this.#rest.split("\r\n");
    this.#rest = lines.pop();
    for (const line of lines) {
      const [kind, value] = line.split("=");
      if (value === undefined) this.#malformed.push(line); // grows #malformed
      else this.push({ kind, value: Number(value), at: Date.now() });
      const bucket = Math.min(line.length, 80);
      this.#lengths.set(bucket, (this.#lengths.get(bucket) ?? 0) + 1); // bounded #lengths
    }
    callback();
  }
}

function uploader(url, batchSize = 20) {
  let batch = [];
  const failed = [];
  const accepted = [];
  return async function upload(reading) {
    batch.push(reading); // bounded batch
    if (batch.length < batchSize) return;
    const body = batch;
    batch = [];
    try {
      const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
      const { receipt } = await response.json();
      accepted.push(receipt); // grows accepted
    } catch {
      if (failed.unshift(body) > 50) failed.pop(); // bounded failed
    }
  };
}

export class Station {
  static instances = [];

  #store = createStore(reduce, initial);
  #unsubscribe = [];
  #hourly = [];
  #ports = new Map();
  #means = [];

  constructor(url) {
    const upload = uploader(url);
    this.#unsubscribe.push(this.#store.subscribe((_, reading) => void upload(reading))); // bounded #unsubscribe
    Station.instances.push(this); // grows instances
  }

  async open(path) {
    const port = new SerialPort({ path, baudRate: 9600 });
    this.#ports.set(path, port); // bounded #ports
    port.once("error", (error) => console.error(error));
    try {
      await pipeline(port, new LineSplitter(), async (readings) => {
        for await (const reading of readings) this.#store.dispatch(reading);
      });
    } finally {
      this.#ports.delete(path);
    }
  }

  summarise() {
    const { gusts, rain } = this.#store.state;
    const maxima = [];
    for (const window of windows(gusts, 3)) maxima.push(Math.max(...window));
    const mean = compose((total) => total / Math.max(1, gusts.length), sum)(gusts);
    this.#means = append(this.#means, mean); // grows #means
    this.#hourly.splice(0, 0, { mean, rain: rain.length, gust: Math.max(0, ...maxima) }); // bounded #hourly
    this.#hourly.splice(168);
    return this.#hourly[0];
  }

  close() {
    while (this.#unsubscribe.length) this.#unsubscribe.pop()();
    for (const port of this.#ports.values()) port.close();
  }
}
