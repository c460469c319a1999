import { Worker } from "node:worker_threads";
import { AsyncLocalStorage } from "node:async_hooks";

interface Task {
  readonly name: string;
  run(): Promise<void>;
  parent: Task | null;
  children: Task[];
}

interface Node<T> {
  readonly value: T;
  readonly next: Node<T> | null;
}

const context = new AsyncLocalStorage<{ trail: string[] }>();
const registry = new FinalizationRegistry<{ release(): void }>((held) => held.release());

/** An async queue with a consumer. */
export class Channel<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  send(item: T): void {
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) waiter(item);
    else this.#items.push(item); // bounded #items
  }

  receive(): Promise<T> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#waiting.push(resolve)); // bounded #waiting
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    while (true) yield await this.receive();
  }
}

export class Engine {
  #done: Node<string> | null = null;
  #tail: Promise<void> = Promise.resolve();
  #failures: { task: Task; reason: unknown }[] = [];
  #queue: Task[] = [];
  #workers: Worker[] = [];
  #durations: Record<string, number[]> = {};
  #undo: (() => void)[] = [];
  #plan: string[] = [];

  enqueue(task: Task): void {
    this.#queue.push(task); // bounded #queue
  }

  async drain(): Promise<void> {
    for (let task = this.#queue.shift(); task; task = this.#queue.shift()) {
      const started = performance.now();
      try {
        await task.run();
        this.#done = { value: task.name, next: this.#done }; // grows #done
      } catch (reason) {
        this.#failures.push({ task, reason }); // grows #failures
      }
      (this.#durations[task.name] ??= []).push(performance.now() - started); // grows #durations
    }
  }

  chain(step: () => Promise<void>): void {
    this.#tail = this.#tail.then(step);
  }

  spawn(url: URL): Worker {
    const worker = new Worker(url);
    this.#workers.push(worker); // bounded #workers
    worker.once("exit", () => {
      const at = this.#workers.indexOf(worker);
      if (at >= 0) this.#workers.splice(at, 1);
    });
    return worker;
  }

  perform(action: () => void, revert: () => void): void {
    action();
    this.#undo.push(revert); // grows #undo
  }

  undo(): void {
    this.#undo.pop()?.();
  }

  plan(goal: string): readonly string[] {
    this.#plan = [];
    for (let i = 0; i < goal.length; i++) {
      this.#plan.push(goal[i]!); // bounded #plan
    }
    return this.#plan;
  }

  adopt(parent: Task, child: Task): void {
    parent.children.push(child); // grows children
    child.parent = parent;
  }

  guard(resource: { release(): void }, owner: object): void {
    registry.register(owner, resource);
  }
}

export function trace(step: string): void {
  context.getStore()?.trail.push(step);
}

export class Store<S extends object> {
  #state: S;
  #past: S[] = [];
  #future: S[] = [];
  readonly #limit = 50;
  readonly #subscribers = new Set<(state: S) => void>();
  readonly actions: string[] = [];

  constructor(initial: S) {
    this.#state = initial;
  }

  dispatch(type: string, patch: Partial<S>): void {
    this.#past = [...this.#past.slice(-this.#limit + 1), this.#state]; // bounded #past
    this.#state = { ...this.#state, ...patch };
    this.#future.length = 0;
    this.actions.push(type); // grows actions
    for (const subscriber of this.#subscribers) subscriber(this.#state);
  }

  subscribe(subscriber: (state: S) => void): () => void {
    this.#subscribers.add(subscriber); // bounded #subscribers
    return () => void this.#subscribers.delete(subscriber);
  }

  undo(): void {
    const previous = this.#past.pop();
    if (previous === undefined) return;
    this.#future.push(this.#state); // bounded #future
    this.#state = previous;
  }
}

export class Tokenizer {
  #input = "";
  #line = "";
  tokens: string[] = [];

  feed(text: string): string[] {
    this.#input = text;
    const found: string[] = [];
    for (const character of this.#input) {
      if (character === " ") {
        found.push(this.#line);
        this.#line = "";
      } else {
        this.#line += character; // bounded #line
      }
    }
    return found;
  }

  keep(text: string): void {
    this.tokens.push(...text.split(" ")); // grows tokens
  }
}

/** Visits once and is thrown away. */
class Visitor {
  readonly seen: Task[] = [];
  visit(task: Task): this {
    this.seen.push(task);
    task.children.forEach((child) => this.visit(child));
    return this;
  }
}

export function flatten(task: Task): readonly Task[] {
  return new Visitor().visit(task).seen;
}
