import { EventEmitter } from "node:events";
import type { Socket } from "node:net";

export interface Task {
  readonly id: number;
  run(): Promise<void>;
}

export type Priority = "low" | "high";

export class Scheduler extends EventEmitter {
  private pending: Task[] = [];
  private running = new Set<Task>();
  private finished: number[] = [];
  private readonly failures: Error[] = [];
  private readonly byPriority = new Map<Priority, number>();
  private readonly owners = new Map<number, string>();
  private readonly maximum: number;
  private idle: (() => void) | null = null;

  constructor(maximum: number) {
    super();
    this.maximum = maximum;
  }

  enqueue(task: Task, owner: string, priority: Priority): void {
    this.pending.push(task);
    this.owners.set(task.id, owner);
    this.byPriority.set(priority, (this.byPriority.get(priority) ?? 0) + 1);
    void this.next();
  }

  whenIdle(callback: () => void): void {
    this.idle = callback;
  }

  private async next(): Promise<void> {
    if (this.running.size >= this.maximum) return;
    const task = this.pending.shift();
    if (task === undefined) return;
    this.running.add(task);
    try {
      await task.run();
      this.finished.push(task.id);
    } catch (error) {
      this.failures.push(error as Error);
      while (this.failures.length > 50) this.failures.shift();
    } finally {
      this.running.delete(task);
      if (this.running.size === 0) this.idle?.();
    }
  }

  takeFinished(): number[] {
    const ids = this.finished;
    this.finished = [];
    return ids;
  }
}

export class Connection {
  #socket: Socket;
  #received: Buffer[] = [];
  #sent = 0;
  readonly #acks = new Map<number, () => void>();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => this.#received.push(bytes));
    socket.setKeepAlive(true);
  }

  send(bytes: Buffer): Promise<void> {
    const id = this.#sent++;
    return new Promise((done) => {
      this.#acks.set(id, done);
      this.#socket.write(bytes);
    });
  }

  acknowledge(id: number): void {
    this.#acks.get(id)?.();
    this.#acks.delete(id);
  }

  message(): Buffer {
    const all = Buffer.concat(this.#received);
    this.#received = [];
    return all;
  }

  destroy(): void {
    this.#socket.destroy();
    this.#acks.clear();
  }
}
