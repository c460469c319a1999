import { createHmac, timingSafeEqual } from "node:crypto";
import { EventEmitter } from "node:events";

const endpoints = new Map();
const secrets = {};
const replayed = new Set();
const ledger = [];
const exchangeRates = new Map();
const currencies = ["EUR", "USD", "GBP", "JPY"];

export const bus = new EventEmitter();

/** Keeps up to `limit` entries; the oldest go first. */
export class Lru {
  #entries = new Map();
  #evicted = 0;

  constructor(limit) {
    this.limit = limit;
  }

  get(key) {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value); // bounded #entries
    return value;
  }

  set(key, value) {
    this.#entries.delete(key);
    if (this.#entries.size >= this.limit) {
      this.#entries.delete(this.#entries.keys().next().value);
      this.#evicted++;
    }
    this.#entries.set(key, value); // bounded #entries
  }
}

export class Deliveries {
  constructor(send, { retries = 5 } = {}) {
    this.send = send;
    this.retries = retries;
    this.queue = [];
    this.attemptsById = {};
    this.failed = new Map();
    this.lastBodies = new Lru(100);
    this.responses = [];
    this.paused = new Set();
    this.outcomes = { ok: [], bad: [] };
    this.active = 0;
    bus.on("shutdown", this.stop.bind(this)); // grows shutdown
  }

  enqueue(endpoint, body) {
    const delivery = { id: crypto.randomUUID(), endpoint, body, tries: 0 };
    this.queue.push(delivery); // bounded queue
    this.lastBodies.set(endpoint, body);
    this.pump();
    return delivery.id;
  }

  async pump() {
    while (this.active < 4 && this.queue.length) {
      const delivery = this.queue.shift();
      this.active++;
      try {
        const response = await this.send(delivery.endpoint, delivery.body);
        this.responses.push({ id: delivery.id, status: response.status }); // grows responses
        this.outcomes.ok.push(delivery.id); // grows outcomes
        this.failed.delete(delivery.id);
      } catch (error) {
        this.outcomes.bad.push(delivery.id); // grows outcomes
        delivery.tries += 1;
        this.attemptsById[delivery.id] = delivery.tries; // grows attemptsById
        if (delivery.tries < this.retries) this.failed.set(delivery.id, delivery); // bounded failed
      } finally {
        this.active--;
      }
    }
  }

  retryAll() {
    for (const [id, delivery] of this.failed) {
      this.failed.delete(id);
      this.queue.push(delivery); // bounded queue
    }
    return this.pump();
  }

  pause(endpoint) {
    this.paused.add(endpoint); // bounded paused
    setTimeout(() => this.paused.delete(endpoint), 60_000).unref();
  }

  stop() {
    this.queue = [];
  }
}

export function registerEndpoint(name, handler) {
  const list = endpoints.get(name) ?? [];
  endpoints.set(name, list.concat(handler)); // bounded endpoints
  return () => {
    const left = endpoints.get(name).filter((known) => known !== handler);
    if (left.length) endpoints.set(name, left);
    else endpoints.delete(name);
  };
}

export function rotateSecret(merchant, secret) {
  const known = (secrets[merchant] ??= { current: secret, previous: [] }); // grows secrets
  known.previous.push(known.current); // grows secrets
  known.current = secret;
}

export function verify(merchant, body, signature, timestamp) {
  const key = `${merchant}:${timestamp}:${signature}`;
  if (replayed.has(key)) return false;
  replayed.add(key); // grows replayed
  const digest = createHmac("sha256", secrets[merchant].current).update(body).digest();
  return timingSafeEqual(digest, Buffer.from(signature, "hex"));
}

export function post(entry) {
  ledger.push(Object.freeze({ ...entry, at: Date.now() })); // grows ledger
  bus.emit("posted", entry);
}

export async function refreshRates(load) {
  for (const currency of currencies) {
    exchangeRates.set(currency, await load(currency)); // bounded exchangeRates
  }
}

export async function waitForPosting(id, { signal } = {}) {
  return new Promise((resolve, reject) => {
    const listener = (entry) => {
      if (entry.id !== id) return;
      bus.off("posted", listener);
      resolve(entry);
    };
    bus.on("posted", listener);
    signal?.addEventListener("abort", () => {
      bus.off("posted", listener);
      reject(signal.reason);
    }, { once: true });
  });
}

export function monitor(deliveries, notify) {
  let alerts = [];
  const depth = [];
  const handle = setInterval(() => {
    depth.push(deliveries.queue.length); // grows depth
    if (deliveries.queue.length > 1000) {
      alerts = [...alerts, Date.now()].filter((at) => at > Date.now() - 3600e3); // bounded alerts
      if (alerts.length > 10) notify(alerts);
    }
  }, 1000);
  handle.unref();
  bus.on("posted", ({ amount }) => { // grows posted
    if (amount > 1e6) notify([amount]);
  });
  return { stop: () => clearInterval(handle) };
}

export const dispute = (() => {
  const cases = {};
  const evidence = [];
  return {
    open(id, reason) {
      cases[id] = { reason, notes: [] }; // bounded cases
    },
    note(id, text) {
      cases[id]?.notes.push(text); // bounded cases
    },
    attach(file) {
      evidence.push(file); // grows evidence
    },
    settle(id) {
      const { [id]: settled, ...rest } = cases;
      for (const key of Object.keys(cases)) if (!(key in rest)) delete cases[key];
      return settled;
    },
  };
})();
