// A random program out of parts that hold a bounded state, each the seed's own size, and, where
// `leak` is above 0, a list of 64-byte nodes that grows by so many bytes per cycle on average.
import { EventEmitter } from "node:events";

const PARTS = {
  ring(random) {
    const items = new Array(random(20, 420));
    const width = random(1, 12);
    return (i) => items[i % items.length] = { i, values: new Array(width).fill(i) };
  },
  evicting(random) {
    const entries = new Map();
    const [cap, keys] = [random(20, 380), random(400, 1500)];
    return (i) => {
      const key = `key ${i * 7919 % keys}`;
      const found = entries.get(key) ?? { key };
      entries.delete(key);
      entries.set(key, found);
      if (entries.size > cap) entries.delete(entries.keys().next().value);
    };
  },
  loading(random) {
    const [at, rows] = [random(5, 380), random(1, 1500)];
    let table;
    return (i) => {
      if (i === at) table = Array.from({ length: rows }, (_, k) => new Array(512).fill(k));
      return table?.length;
    };
  },
  batches(random) {
    const size = random(20, 420);
    let batch = [];
    return (i) => {
      batch.push({ i, words: [i, i] });
      if (batch.length >= size) batch = [];
    };
  },
  pool(random) {
    const slots = [];
    const size = random(10, 420);
    return (i) => {
      if (slots.length < size) slots.push({ i, buffer: new Float64Array(16) });
      slots[i % slots.length].i = i;
    };
  },
  turnover(random) {
    const live = new Array(random(20, 400)).fill(null);
    const [most, times] = [random(2, 150), random(1, 15)];
    return (i) => {
      for (let k = 0; k < times; k++) {
        const at = random(0, live.length - 1);
        live[at] = random(0, 1) === 0 ? new Array(random(1, most)).fill(i) : null;
      }
    };
  },
  numbers(random) {
    const steps = random(20, 250);
    return () => {
      const trace = [];
      for (let k = 0, x = 1; k < steps; k++) trace.push([x = Math.sin(x) + k * 1e-3, x * x]);
      return trace.length;
    };
  },
  text(random) {
    const parts = random(2, 40);
    return (i) => {
      let text = "";
      for (let k = 0; k < parts; k++) text += `${k}:${i};`;
      return JSON.parse(JSON.stringify({ text })).text.split(";").length;
    };
  },
  listeners() {
    const bus = new EventEmitter();
    return (i) => {
      const listener = () => i;
      bus.on("tick", listener);
      bus.emit("tick");
      bus.off("tick", listener);
    };
  },
  promises(random) {
    const width = random(1, 6);
    return async (i) => {
      const work = async (k) => ({ i, k: await k });
      return (await Promise.all(Array.from({ length: width }, (_, k) => work(k)))).length;
    };
  },
  weak(random) {
    const notes = new WeakMap();
    const width = random(1, 40);
    return (i) => {
      const key = { i };
      notes.set(key, { key, note: new Array(width).fill(i) });
    };
  },
  lazy(random) {
    const [count, every] = [random(5, 110), random(1, 4)];
    const routines = Array.from({ length: count }, (_, k) =>
      new Function("o", `const a = { p${k}: o.i, q: 1 }; return a.p${k} + Math.hypot(a.q, ${k});`));
    return (i) => {
      const reached = Math.min(count, 1 + Math.floor(i / every));
      let sum = 0;
      for (let k = 0; k < reached; k++) sum += routines[k]({ i });
      return sum;
    };
  },
  buffers(random) {
    const count = random(1, 8);
    return (i) => {
      let total = 0;
      for (let k = 0; k < count; k++) total += Buffer.alloc(random(10, 4000), i & 255).length;
      return total;
    };
  },
  waiting() {
    return (i) => new Promise((resolve) => setImmediate(resolve, i));
  },
  failing() {
    return (i) => {
      try {
        throw new RangeError(`step ${i}`);
      } catch (error) {
        return error.message.length;
      }
    };
  },
};

class Link {
  a = 1;
  b = 2;
  c = 3;
  d = 4;
  constructor(next) {
    this.next = next;
  }
}

export function setup({ seed = 1, leak = 0 }) {
  let state = Math.imul(Number(seed) + 1, 2654435761) >>> 0 || 1;
  const random = (low, high) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return low + (state >>> 0) % (high - low + 1);
  };
  for (let k = 0; k < 20; k++) random(0, 1);
  const names = Object.keys(PARTS);
  const parts = Array.from({ length: random(1, 4) }, () =>
    PARTS[names[random(0, names.length - 1)]](random));
  return { parts, leak: Number(leak), due: 0, head: null };
}

export async function cycle(program, i) {
  for (const part of program.parts) await part(i);
  program.due += program.leak;
  for (; program.due >= 64; program.due -= 64) program.head = new Link(program.head);
}
