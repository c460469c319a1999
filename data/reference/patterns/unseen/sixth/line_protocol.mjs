import { EventEmitter, once } from "node:events";
import { connect } from "node:net";
import { Transform } from "node:stream";
import { createInterface } from "node:readline";

export class LineSplitter extends Transform {
  #rest = "";
  #counts = new Map();
  #offsets = [];

  constructor() {
    super({ readableObjectMode: true });
  }

  _transform(chunk, _encoding, done) {
    this.#rest += chunk.toString(); // bounded #rest
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop();
    for (const line of lines) {
      this.#offsets.push(line.length); // grows #offsets
      const verb = line.split(" ", 1)[0];
      this.#counts.set(verb, (this.#counts.get(verb) ?? 0) + 1); // grows #counts
      this.push(line);
    }
    done();
  }

  _flush(done) {
    if (this.#rest) this.push(this.#rest);
    done();
  }
}

export class Client extends EventEmitter {
  #pending = [];
  #sent = [];
  #replies = new Map();
  #nextId = 1;
  #reconnects = 0;
  #backlog = [];
  #subscriptions = new Map();
  #latency = [];

  constructor(port) {
    super();
    this.port = port;
    this.setMaxListeners(0);
  }

  async open() {
    this.socket = connect(this.port);
    const lines = this.socket.pipe(new LineSplitter());
    lines.on("data", (line) => this.#receive(line));
    this.socket.on("close", () => {
      this.#reconnects++;
      setTimeout(() => this.open(), 1000);
    });
    await once(this.socket, "connect");
    for (const line of this.#backlog.splice(0)) this.socket.write(line);
  }

  request(command) {
    const id = this.#nextId++;
    this.#sent.push(command); // grows #sent
    const line = `${id} ${command}\n`;
    if (this.socket?.writable) this.socket.write(line);
    else this.#backlog.push(line); // bounded #backlog
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#replies.delete(id);
        reject(new Error("timeout"));
      }, 5000);
      this.#replies.set(id, { resolve, timer, at: Date.now() }); // bounded #replies
    });
  }

  #receive(line) {
    const [id, ...words] = line.split(" ");
    const waiting = this.#replies.get(Number(id));
    if (waiting) {
      clearTimeout(waiting.timer);
      this.#replies.delete(Number(id));
      this.#latency = [Date.now() - waiting.at, ...this.#latency.slice(0, 63)]; // bounded #latency
      waiting.resolve(words.join(" "));
    } else {
      this.#pending.push(line); // bounded #pending
      this.emit("notification", words);
    }
  }

  subscribe(topic, handler) {
    const handlers = this.#subscriptions.get(topic);
    if (handlers) handlers.push(handler); // bounded #subscriptions
    else this.#subscriptions.set(topic, [handler]); // bounded #subscriptions
    const relay = (words) => words[0] === topic && handler(words);
    this.on("notification", relay); // grows notification
  }

  unsubscribe(topic) {
    this.#subscriptions.delete(topic);
  }

  *drain() {
    while (this.#pending.length) yield this.#pending.shift();
  }
}

export async function* batches(source, size) {
  let batch = [];
  for await (const item of source) {
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

export function createTail(stream, keep = 100) {
  const ring = new Array(keep);
  const matches = [];
  const patterns = new Map();
  let count = 0;
  const lines = createInterface({ input: stream });
  lines.on("line", (line) => {
    ring[count++ % keep] = line;
    for (const [name, pattern] of patterns) {
      if (pattern.test(line)) matches.push({ name, line }); // grows matches
    }
  });
  return {
    grep(name, pattern) {
      patterns.set(name, pattern); // bounded patterns
      return () => patterns.delete(name);
    },
    matches: () => matches.slice(),
    close: () => lines.close(),
  };
}

export class Semaphore {
  #free;
  #queue = [];
  #holders = new Set();
  #acquisitions = [];

  constructor(count) {
    this.#free = count;
  }

  async acquire(holder) {
    if (this.#free === 0) {
      await new Promise((resolve) => this.#queue.push(resolve)); // bounded #queue
    }
    this.#free--;
    this.#holders.add(holder); // bounded #holders
    this.#acquisitions.push({ holder, at: Date.now() }); // grows #acquisitions
    return {
      [Symbol.dispose]: () => {
        this.#free++;
        this.#holders.delete(holder);
        this.#queue.shift()?.();
      },
    };
  }
}
