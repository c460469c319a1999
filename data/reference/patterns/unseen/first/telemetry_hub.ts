import { EventEmitter } from "node:events";
import { createReadStream, watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import type { Socket } from "node:net";

interface Sample {
  readonly sensor: string;
  readonly value: number;
  readonly at: number;
}

interface Stats {
  count: number;
  values: number[];
  bySensor: Map<string, Sample[]>;
}

/** Everything that subclasses share. */
abstract class BaseCollector {
  protected readonly _stats: Stats = { count: 0, values: [], bySensor: new Map() };
  protected log = "";
  protected recent: Sample[] = [];

  protected note(line: string): void {
    this.log += `${line}\n`; // grows log
  }

  protected keepRecent(sample: Sample): void {
    this.recent = [...this.recent, sample].slice(-32); // bounded recent
  }
}

export class SensorCollector extends BaseCollector {
  private snapshots: Stats[] = [];
  private window = new Float64Array(64);
  private cursor = 0;
  private errors: Error[] = [];
  private readonly known = new WeakMap<Sample, number>();
  private lastBySensor: Record<string, Sample> = {};

  collect(sample: Sample): void {
    this._stats.count += 1;
    this._stats.values.push(sample.value); // grows values
    const list = this._stats.bySensor.get(sample.sensor) ?? [];
    list.push(sample); // grows bySensor
    this._stats.bySensor.set(sample.sensor, list); // grows bySensor
    this.window[this.cursor] = sample.value;
    this.cursor = (this.cursor + 1) % this.window.length;
    this.known.set(sample, this.cursor);
    this.keepRecent(sample);
  }

  snapshot(): Stats {
    const copy = { ...this._stats, values: this._stats.values.slice() };
    this.snapshots = [...this.snapshots, copy]; // grows snapshots
    return copy;
  }

  fail(error: Error): void {
    this.errors = this.errors.concat(error); // grows errors
    this.note(error.message);
  }

  remember(sample: Sample): void {
    this.lastBySensor = { ...this.lastBySensor, [sample.sensor]: sample }; // grows lastBySensor
  }

  summary(): string {
    const parts: string[] = [];
    for (const [sensor, samples] of this._stats.bySensor) {
      parts.push(`${sensor}: ${samples.length}`);
    }
    let text = "";
    for (const part of parts) text += part + "\n";
    return text;
  }
}

/** Hands its lists to others. */
export class Recorder {
  readonly #frames: Sample[] = [];
  readonly #marks: number[] = [];
  readonly #limits = { frames: 1000 };

  record(sample: Sample): void {
    appendAll(this.#frames, [sample]); // grows #frames
    appendCapped(this.#marks, sample.at, 256); // bounded #marks
  }

  get limit(): number {
    return this.#limits.frames;
  }
}

function appendAll<T>(target: T[], items: readonly T[]): void {
  for (const item of items) target.push(item);
}

function appendCapped<T>(target: T[], item: T, limit: number): void {
  target.push(item);
  while (target.length > limit) target.shift();
}

/** Emits for everybody. */
export class Hub extends EventEmitter {
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly pending = new Map<number, (value: unknown) => void>();
  private nextId = 0;
  private sockets = new Set<Socket>();
  private replay: Sample[] = [];

  attach(socket: Socket): void {
    this.sockets.add(socket); // bounded sockets
    socket.once("close", () => this.sockets.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      this.replay.push(parse(chunk)); // grows replay
    });
  }

  watchFile(path: string): void {
    const watcher = watch(path);
    this.watchers.set(path, watcher); // bounded watchers
    watcher.on("change", () => this.emit("change", path));
  }

  unwatch(path: string): void {
    this.watchers.get(path)?.close();
    this.watchers.delete(path);
  }

  request(socket: Socket, body: unknown): Promise<unknown> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.pending.set(id, resolve); // bounded pending
      socket.write(JSON.stringify({ id, body }));
    });
  }

  answer(id: number, value: unknown): void {
    this.pending.get(id)?.(value);
    this.pending.delete(id);
  }

  follow(collector: SensorCollector): void {
    process.on("SIGUSR2", () => collector.snapshot()); // grows
  }

  pipe(path: string, sink: NodeJS.WritableStream): void {
    createReadStream(path).pipe(sink);
  }
}

function parse(chunk: Buffer): Sample {
  const [sensor = "", value = "0", at = "0"] = chunk.toString().split(",");
  return { sensor, value: Number(value), at: Number(at) };
}
