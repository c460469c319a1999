import { Worker } from "node:worker_threads";

type Callback = (value: number) => void;

export class Tree {
  readonly children: Branch[] = [];
  root: Branch;

  constructor() {
    this.root = new Branch(this);
  }

  grow(): Branch {
    const branch = new Branch(this);
    this.children.push(branch);
    return branch;
  }
}

export class Branch {
  readonly parent: Tree;

  constructor(parent: Tree) {
    this.parent = parent;
  }

  detach(): void {}
}

export class Engine {
  #callback: Callback | null = null;
  #controller: Controller;
  readonly name: string;

  constructor(controller: Controller, name: string, private readonly onError: (e: Error) => void) {
    this.#controller = controller;
    this.name = name;
  }

  setCallback(callback: Callback): void {
    this.#callback = callback;
  }

  run(): void {
    this.#callback?.(this.#controller.control());
    if (this.name === "") this.onError(new Error("no name"));
  }
}

export class Controller {
  gain = 1;

  control(): number {
    return this.gain;
  }
}

export class Runner {
  #engine: Engine;
  #steps = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#engine.setCallback(() => {
      this.#steps++;
    });
  }
}

const registry: (() => void)[] = [];

export class Plugin {
  #uses = 0;

  install(): void {
    registry.push(() => {
      this.#uses++;
    });
  }
}

export class Pool {
  readonly #workers: Worker[] = [];
  #main: Worker;

  constructor(path: string, size: number) {
    this.#main = new Worker(path);
    for (let i = 0; i < size; i++) this.#workers.push(new Worker(path));
  }

  async terminate(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
    this.#workers.length = 0;
  }
}

export function pin(controller: Controller & { _history?: number[] }, history: number[]): void {
  controller._history = history;
}

export class Handle {
  static readonly #registry = new FinalizationRegistry<number>((fd) => close(fd));
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
    Handle.#registry.register(this, fd);
  }

  read(): number {
    return this.#fd;
  }
}

declare function close(fd: number): void;

export class WeakCache {
  readonly #entries = new Map<string, WeakRef<object>>();

  put(key: string, value: object): void {
    this.#entries.set(key, new WeakRef(value));
  }

  temporary(key: string): void {
    this.#entries.set(key, new WeakRef({ key }));
  }
}

export const leaky = new FinalizationRegistry<object>(() => {});

export function watch(value: object): void {
  leaky.register(value, value);
}
