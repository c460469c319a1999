export class Store {
  listeners = [];
  #state = {};
  history = [];

  subscribe(listener) {
    this.listeners = this.listeners.concat(listener);
    return () => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    };
  }

  dispatch(action) {
    this.#state = { ...this.#state, last: action };
    this.history[this.history.length] = action;
    this.listeners.forEach((listener) => listener(this.#state));
  }
}

export function debounceAll() {
  const pending = new Map();
  return (key, work) => {
    clearTimeout(pending.get(key));
    pending.set(key, setTimeout(work, 50));
  };
}

export function once(make) {
  let value;
  return () => (value ??= make());
}

export function memoize(compute) {
  const known = new Map();
  return function (key) {
    if (!known.has(key)) known.set(key, compute(key));
    return known.get(key);
  };
}

export const counter = (() => {
  const seen = new Set();
  return { count: (item) => seen.add(item).size, reset: () => seen.clear() };
})();

export function unique(items) {
  const seen = new Set();
  return items.filter((item) => !seen.has(item) && seen.add(item));
}

export function groupBy(items, keyOf) {
  const groups = {};
  for (const item of items) (groups[keyOf(item)] ??= []).push(item);
  return groups;
}

class Job {
  constructor(queue, run) {
    this.queue = queue;
    this.run = run;
    this.attempts = [];
  }

  async start() {
    this.attempts.push(Date.now());
    if (this.attempts.length < 3) await this.run();
  }
}

export class Queue {
  #waiting = [];
  #done = 0;

  add(run) {
    const job = new Job(this, run);
    this.#waiting.push(job);
    return job;
  }

  async drain() {
    while (this.#waiting.length > 0) {
      const job = this.#waiting.shift();
      await job.start();
      this.#done += 1;
    }
  }
}

export class Metrics {
  static instances = [];
  #series = {};

  constructor() {
    Metrics.instances.push(this);
  }

  observe(name, value) {
    (this.#series[name] ||= []).push(value);
  }

  count(kind) {
    this.#series[kind] = (this.#series[kind] || 0) + 1;
  }
}

globalThis.__metrics = [];
export function report(value) {
  globalThis.__metrics.push(value);
}

export function render(list, router, node) {
  router.push("/home");
  node.append(list);
  node.classList.add("ready");
  const params = new URLSearchParams();
  params.set("a", 1);
  params.append("b", 2);
  return params.toString();
}
