/** Test doubles and a structured logger, as shipped in an internal toolkit. */
import { createWriteStream, type WriteStream } from "node:fs";
import { AsyncResource } from "node:async_hooks";

type Fn = (...args: any[]) => any;

export interface MockState {
  calls: unknown[][];
  results: { type: "return" | "throw"; value: unknown }[];
  instances: unknown[];
  invocationCallOrder: number[];
}

let order = 0;
const restores: (() => void)[] = [];
const states = new WeakMap<Fn, MockState>();
const timersPatched = new Set<string>();

export function fn(implementation?: Fn) {
  let impl = implementation;
  const once: Fn[] = [];
  const state: MockState = { calls: [], results: [], instances: [], invocationCallOrder: [] };
  function mock(this: unknown, ...args: unknown[]): unknown {
    state.calls.push(args); // unsure calls
    state.instances.push(this); // unsure instances
    state.invocationCallOrder.push(++order); // unsure invocationCallOrder
    try {
      const value = (once.shift() ?? impl)?.apply(this, args);
      state.results.push({ type: "return", value }); // unsure results
      return value;
    } catch (error) {
      state.results.push({ type: "throw", value: error }); // unsure results
      throw error;
    }
  }
  states.set(mock, state); // bounded states
  return Object.assign(mock, {
    mockOnce(next: Fn) {
      once.push(next); // bounded once
      return mock;
    },
    mockImplementation(next: Fn) {
      impl = next;
    },
    mockClear() {
      state.calls = [];
      state.results = [];
      state.instances = [];
      state.invocationCallOrder = [];
    },
  });
}

export function spyOn<T extends object, K extends keyof T>(object: T, key: K): Fn {
  const original = object[key];
  const spy = fn(original as Fn);
  object[key] = spy as T[K];
  restores.push(() => { // bounded restores
    object[key] = original;
  });
  return spy;
}

export function restoreAll(): void {
  while (restores.length > 0) restores.pop()!();
}

export function useFakeTimers(names: ("setTimeout" | "setInterval" | "Date")[]): void {
  for (const name of names) timersPatched.add(name); // bounded timersPatched
}

export type Level = "debug" | "info" | "warn" | "error";

export interface LogRecord {
  level: Level;
  message: string;
  at: number;
  fields: Record<string, unknown>;
}

export interface Transport {
  write(record: LogRecord): void;
  close?(): void;
}

export class FileTransport implements Transport {
  private stream?: WriteStream;
  private waiting: string[] = [];
  private draining = false;
  private rotated: string[] = [];
  private bytes = 0;

  constructor(private readonly path: string, private readonly limit = 1 << 20) {}

  write(record: LogRecord): void {
    const line = JSON.stringify(record) + "\n";
    this.bytes += line.length;
    if (this.bytes > this.limit) this.rotate();
    this.stream ??= createWriteStream(this.path, { flags: "a" });
    if (this.draining) {
      this.waiting.push(line); // bounded waiting
      return;
    }
    if (!this.stream.write(line)) {
      this.draining = true;
      this.stream.once("drain", () => { // bounded drain
        this.draining = false;
        const lines = this.waiting.splice(0, Infinity);
        for (const text of lines) this.stream?.write(text);
      });
    }
  }

  private rotate(): void {
    this.stream?.end();
    this.stream = undefined;
    this.bytes = 0;
    this.rotated.push(`${this.path}.${Date.now()}`); // bounded rotated
    if (this.rotated.length > 5) this.rotated.splice(0, 1);
  }

  close(): void {
    this.stream?.end();
  }
}

export class MemoryTransport implements Transport {
  readonly records: LogRecord[] = [];
  readonly byLevel: Record<Level, LogRecord[]> = { debug: [], info: [], warn: [], error: [] };
  text = "";

  write(record: LogRecord): void {
    this.records.push(record); // grows records
    this.byLevel[record.level].push(record); // grows byLevel
    this.text += `[${record.level}] ${record.message}\n`; // grows text
  }
}

export class Logger {
  private static readonly loggers = new Map<string, Logger>();
  private readonly children: Logger[] = [];
  private readonly transports: Transport[] = [];
  private readonly onceMessages = new Set<string>();
  private readonly counts = new Map<Level, number>();
  private readonly timers: Record<string, number> = {};
  private readonly context: Record<string, unknown>[] = [];
  private redactions: RegExp[] = [];

  private constructor(readonly name: string, private readonly parent?: Logger) {
    parent?.children.push(this); // grows children
  }

  static get(name: string): Logger {
    const known = Logger.loggers.get(name);
    if (known) return known;
    const logger = new Logger(name);
    Logger.loggers.set(name, logger); // grows loggers
    return logger;
  }

  child(name: string): Logger {
    return new Logger(`${this.name}.${name}`, this);
  }

  addTransport(transport: Transport): void {
    this.transports.push(transport); // bounded transports
  }

  removeTransport(transport: Transport): void {
    const index = this.transports.indexOf(transport);
    if (index !== -1) {
      const [gone] = this.transports.splice(index, 1);
      gone?.close?.();
    }
  }

  redact(...patterns: RegExp[]): void {
    this.redactions.push(...patterns); // grows redactions
  }

  log(level: Level, message: string, fields: Record<string, unknown> = {}): void {
    this.counts.set(level, (this.counts.get(level) ?? 0) + 1); // bounded counts
    let text = message;
    for (const pattern of this.redactions) text = text.replace(pattern, "***");
    const merged = Object.assign({}, ...this.context, fields);
    const record: LogRecord = { level, message: text, at: Date.now(), fields: merged };
    for (const transport of this.transports) transport.write(record);
    this.parent?.log(level, text, merged);
  }

  warnOnce(message: string): void {
    if (this.onceMessages.has(message)) return;
    this.onceMessages.add(message); // grows onceMessages
    this.log("warn", message);
  }

  time(label: string): void {
    this.timers[label] = performance.now(); // bounded timers
  }

  timeEnd(label: string): void {
    const started = this.timers[label];
    if (started === undefined) return;
    delete this.timers[label];
    this.log("debug", `${label}: ${performance.now() - started} ms`);
  }

  with<T>(fields: Record<string, unknown>, work: () => T): T {
    this.context.push(fields); // bounded context
    try {
      return work();
    } finally {
      this.context.pop();
    }
  }

  capture(): AsyncResource {
    process.on("warning", (warning) => this.log("warn", warning.message)); // grows warning
    return new AsyncResource(this.name);
  }
}
