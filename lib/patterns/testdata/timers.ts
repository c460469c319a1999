import { EventEmitter } from "node:events";

interface Observable<T> {
  subscribe(next: (value: T) => void): { unsubscribe(): void };
  pipe(...steps: unknown[]): Observable<T>;
}
declare function take(count: number): unknown;

export class Poller {
  #timer: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;
  #values: number[] = [];

  start(): void {
    this.#timer = setInterval(() => this.poll(), 1000);
    this.#beat = setInterval(() => this.poll(), 5000);
  }

  poll(): void {
    this.#values.push(1);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#values = [];
  }
}

export function heartbeat(send: () => void): void {
  setInterval(send, 1000);
}

export function ticker(send: () => void): () => void {
  const timer = setInterval(send, 1000);
  return () => clearInterval(timer);
}

export function delay(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

export function loop(work: () => void): void {
  work();
  setTimeout(() => loop(work), 10);
}

export class Feed {
  #subscription: { unsubscribe(): void } | undefined;
  #last = 0;

  watch(source: Observable<number>): void {
    source.subscribe((value) => {
      this.#last = value;
    });
    this.#subscription = source.subscribe((value) => (this.#last = value));
    source.pipe(take(1)).subscribe((value) => (this.#last = value));
  }

  close(): void {
    this.#subscription?.unsubscribe();
  }
}

export function request(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    signal.addEventListener("abort", () => done(), { once: true });
  });
}

export function exitHook(save: () => void): void {
  process.on("exit", save);
}

export function readAll(): Promise<string> {
  const emitter = new EventEmitter();
  const chunks: string[] = [];
  return new Promise((done) => {
    emitter.on("data", (chunk: string) => chunks.push(chunk));
    emitter.once("end", () => done(chunks.join("")));
  });
}

export function watchSize(element: Element): void {
  const observer = new ResizeObserver(() => {});
  observer.observe(element);
}
