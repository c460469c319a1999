type Handler = (payload: unknown) => void;

/** Registers without a way back. */
export class EventBus {
  private handlers: Map<string, Handler[]> = new Map();
  private readonly once = new Set<Handler>();

  on(event: string, handler: Handler): void {
    const list = this.handlers.get(event) ?? [];
    list.push(handler);
    this.handlers.set(event, list);
  }

  emit(event: string, payload: unknown): void {
    for (const handler of this.handlers.get(event) ?? []) handler(payload);
  }

  first(handler: Handler): void {
    this.once.add(handler);
  }

  fire(): void {
    for (const handler of this.once) {
      handler(null);
      this.once.delete(handler);
    }
  }
}

/** Registers and gives a way back. */
export class SafeBus {
  readonly #handlers = new Map<string, Set<Handler>>();

  on(event: string, handler: Handler): () => void {
    let set = this.#handlers.get(event);
    if (set === undefined) {
      set = new Set();
      this.#handlers.set(event, set);
    }
    set.add(handler);
    return () => {
      this.#handlers.get(event)?.delete(handler);
      if (this.#handlers.get(event)?.size === 0) this.#handlers.delete(event);
    };
  }
}

export class Panel {
  private visible = false;
  constructor(private readonly bus: EventBus, private readonly title: string) {
    bus.on("show", () => {
      this.visible = true;
    });
    window.addEventListener("resize", this.layout);
  }

  layout = (): void => {
    if (this.visible) console.log(this.title);
  };

  dispose(): void {
    this.visible = false;
  }
}

export class Dialog {
  #open = false;
  #done = new AbortController();

  constructor(target: EventTarget) {
    target.addEventListener("click", () => this.toggle(), { signal: this.#done.signal });
    document.addEventListener("keydown", this.onKey);
  }

  private onKey = (): void => {
    this.toggle();
  };

  toggle(): void {
    this.#open = !this.#open;
  }

  [Symbol.dispose](): void {
    this.#done.abort();
    document.removeEventListener("keydown", this.onKey);
  }
}
