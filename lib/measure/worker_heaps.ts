/**
 * Reads the heaps of worker threads, each after a full collection. A worker's heap is not a part of
 * what V8 reports of the main thread, and in the resident set a small leak drowns. The inspector of
 * the process reaches into every worker without its help; it is opened when the first one starts.
 *
 * @module
 */

import { Session } from "node:inspector";

/** Watches the workers that this process starts from now on. */
export interface WorkerWatch {
  /** Collects in the workers and reads them; one that does not answer keeps its last reading. */
  read(): Promise<void>;
  /** Returns what their heaps held at the last reading, bytes. */
  used(): number;
  /** Returns what they kept outside their heaps, such as buffers, bytes. */
  external(): number;
  /** Returns how far their WebAssembly memories are filled, bytes. */
  wasm(): number;
  /** Returns what their heaps took from the system, bytes. */
  committed(): number;
  /** Returns the scripts of the workers that were read, as URLs. */
  scripts(): readonly string[];
}

/** Of more workers only the oldest are read: there the number of threads is what grows. */
const MOST_WORKERS = 8;
const PATIENCE_MS = 500;
const LITTLE_PATIENCE_MS = 10;

/**
 * Collects and reads in one function that is compiled once. What V8 allocates between a collection
 * and the reading opens an allocation buffer in the old generation, all of which counts as used: it
 * hides a leak of many kilobytes, and the inspector's own collection leaves time for that.
 */
const COLLECT_AND_READ = `(globalThis[Symbol.for("heapbook.read")] ??= (() => {
  const { gc, process: { memoryUsage } } = globalThis;
  return () => {
    gc?.();
    gc?.();
    const { heapUsed, heapTotal, external } = memoryUsage();
    const wasm = globalThis[Symbol.for("heapbook.wasm")]?.() ?? 0;
    return heapUsed + " " + heapTotal + " " + external + " " + wasm;
  };
})())()`;

/**
 * Keeps the memories that a worker has, without keeping them alive, and how far they are filled: to
 * the last 64 bytes that are not all zero.
 */
const REMEMBER_MEMORIES = `function () {
  const references = this.map((memory) => new WeakRef(memory));
  const chunk = 65536, line = 64, zeros = Buffer.alloc(chunk);
  const isZero = (bytes, start, end) => bytes.compare(zeros, 0, end - start, start, end) === 0;
  globalThis[Symbol.for("heapbook.wasm")] = () => {
    let total = 0;
    for (const reference of references) {
      const memory = reference.deref();
      if (memory === undefined) continue;
      const bytes = Buffer.from(memory.buffer);
      let end = bytes.length;
      while (end > 0 && isZero(bytes, Math.max(0, end - chunk), end)) end -= chunk;
      while (end > 0 && isZero(bytes, Math.max(0, end - line), end)) end -= line;
      total += Math.max(0, end);
    }
    return total;
  };
}`;
const WASM_PAGE_BYTES = 65536;

interface WorkerHeap {
  readonly session: string;
  /** Whether an answer is still due. */
  isBusy: boolean;
  patienceMs: number;
  used: number;
  external: number;
  wasm: number;
  committed: number;
}

/** Starts to watch. */
export function watchWorkers(): WorkerWatch {
  const heaps = new Map<string, WorkerHeap>();
  const scripts = new Set<string>();
  let asker: Asker | undefined;
  process.on("worker", () => asker ??= new Asker(heaps, scripts));

  async function read(): Promise<void> {
    if (asker === undefined || heaps.size === 0) return;
    const reading: Promise<void>[] = [];
    for (const heap of heaps.values()) {
      if (reading.length === MOST_WORKERS) break;
      reading.push(within(heap.patienceMs, readHeap(asker, heap), heap));
    }
    await Promise.all(reading);
  }

  const sum = (key: "used" | "external" | "wasm" | "committed"): number => {
    let total = 0;
    for (const heap of heaps.values()) total += heap[key];
    return total;
  };
  return {
    read,
    used: () => sum("used"),
    external: () => sum("external"),
    wasm: () => sum("wasm"),
    committed: () => sum("committed"),
    scripts: () => [...scripts],
  };
}

async function readHeap(asker: Asker, heap: WorkerHeap): Promise<void> {
  if (heap.isBusy) return;
  heap.isBusy = true;
  const text = await asker.evaluate(heap.session, COLLECT_AND_READ);
  const [used = 0, committed = 0, external = 0, wasm = 0] = text?.split(" ").map(Number) ?? [];
  // A page at least was added outside the heap, which may be that of a WebAssembly memory.
  const isNew = text !== undefined && external >= heap.external + WASM_PAGE_BYTES;
  if (isNew) await asker.rememberMemories(heap.session, REMEMBER_MEMORIES);
  heap.isBusy = false;
  if (text !== undefined) Object.assign(heap, { used, committed, external, wasm });
}

/** Waits for a reading, but not for ever; the answer may come while cycles run. */
function within(milliseconds: number, reading: Promise<void>, heap: WorkerHeap): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      // As one that waits in `Atomics.wait` between its jobs.
      heap.patienceMs = LITTLE_PATIENCE_MS;
      resolve();
    }, milliseconds);
    reading.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** As much of an inspector's answers as is read here. */
interface Answer {
  readonly result?: { readonly value?: string; readonly objectId?: string };
  readonly objects?: { readonly objectId?: string };
}

/** Puts questions to the inspectors of the workers. */
class Asker {
  readonly #session = new Session();
  readonly #waiting = new Map<number, { session: string; settle: (answer?: Answer) => void }>();
  #asked = 0;

  constructor(heaps: Map<string, WorkerHeap>, scripts: Set<string>) {
    this.#session.connect();
    this.#session.on("NodeWorker.attachedToWorker", ({ params }) => {
      const session = params.sessionId;
      heaps.set(session, {
        session,
        isBusy: false,
        patienceMs: PATIENCE_MS,
        used: 0,
        external: 0,
        wasm: 0,
        committed: 0,
      });
      if (scripts.size < MOST_WORKERS) scripts.add(params.workerInfo.url);
    });
    this.#session.on("NodeWorker.detachedFromWorker", ({ params }) => {
      heaps.delete(params.sessionId);
      this.#forget(params.sessionId);
    });
    this.#session.on("NodeWorker.receivedMessageFromWorker", ({ params }) => {
      const { id, result } = JSON.parse(params.message) as { id?: number; result?: Answer };
      if (id !== undefined) this.#settle(id, result);
    });
    this.#session.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
  }

  /** Evaluates an expression in a worker; its text is undefined where the worker ends before. */
  async evaluate(session: string, expression: string): Promise<string | undefined> {
    return (await this.#ask(session, "Runtime.evaluate", { expression }))?.result?.value;
  }

  /** Calls a function in a worker on the list of its WebAssembly memories. */
  async rememberMemories(session: string, functionDeclaration: string): Promise<void> {
    const objectGroup = "heapbook", expression = "WebAssembly.Memory.prototype";
    const prototype = await this.#ask(session, "Runtime.evaluate", { expression, objectGroup });
    const prototypeObjectId = prototype?.result?.objectId;
    const found = await this.#ask(session, "Runtime.queryObjects", {
      prototypeObjectId,
      objectGroup,
    });
    const objectId = found?.objects?.objectId;
    await this.#ask(session, "Runtime.callFunctionOn", { objectId, functionDeclaration });
    await this.#ask(session, "Runtime.releaseObjectGroup", { objectGroup });
  }

  /** Puts a question to a worker's inspector. */
  #ask(session: string, method: string, params: object): Promise<Answer | undefined> {
    const id = ++this.#asked;
    return new Promise((settle) => {
      this.#waiting.set(id, { session, settle });
      const message = JSON.stringify({ id, method, params });
      this.#session.post("NodeWorker.sendMessageToWorker", { sessionId: session, message }, (e) => {
        if (e !== null) this.#settle(id);
      });
    });
  }

  #settle(id: number, answer?: Answer): void {
    this.#waiting.get(id)?.settle(answer);
    this.#waiting.delete(id);
  }

  #forget(session: string): void {
    for (const [id, { session: asked }] of this.#waiting) if (asked === session) this.#settle(id);
  }
}
