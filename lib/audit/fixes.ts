/**
 * What to do about what measurement found, chosen by its kind: the remedy in words, how long it
 * takes, and code to start from. Remedies of static findings are those of `heapbook/patterns`.
 *
 * @module
 */

/** What keeps memory: it decides what helps. */
export type FixKind =
  | "history"
  | "cache"
  | "listener"
  | "timer"
  | "subscription"
  | "closure_capture"
  | "promise_chain"
  | "byte_buffer"
  | "kept_slice"
  | "native_handle"
  | "worker"
  | "missing_cleanup"
  | "incomplete_cleanup"
  | "cleanup_contract"
  | "reset"
  | "finaliser"
  | "measure_longer"
  | "repair_target"
  | "unknown_holder";

/** A remedy. */
export interface Fix {
  readonly fix: string;
  readonly effort: string;
  readonly code: string;
}

const MINUTES = "minutes";
const HOUR = "about an hour";
const HALF_DAY = "half a day";

const FIXES: Readonly<Record<FixKind, (name: string) => Fix>> = {
  history: (name) => ({
    fix: `Keep the newest entries of ${name} only, in a buffer of fixed length, or hand entries ` +
      "to the caller and keep none.",
    effort: MINUTES,
    code: `const LIMIT = 1000;
this.${name}.push(entry);
if (this.${name}.length > LIMIT) this.${name}.shift();`,
  }),
  cache: (name) => ({
    fix: `Cap ${name} and drop the least recently used entry, or key it by object in a WeakMap.`,
    effort: MINUTES,
    code: `${name}.delete(key);
${name}.set(key, value);
if (${name}.size > LIMIT) ${name}.delete(${name}.keys().next().value);`,
  }),
  listener: (name) => ({
    fix: `Remove what ${name} registers when its owner ends; an AbortSignal removes all at once.`,
    effort: MINUTES,
    code: `emitter.on("event", this.${name});
// in cleanup():
emitter.off("event", this.${name});`,
  }),
  timer: (name) => ({
    fix: `Keep the handle of ${name} and clear it when its owner ends.`,
    effort: MINUTES,
    code: `this.#timer = setInterval(tick, period);
// in cleanup():
clearInterval(this.#timer);`,
  }),
  subscription: (name) => ({
    fix: `Keep what ${name} returns and call it when its owner ends.`,
    effort: MINUTES,
    code: `this.#unsubscribe = source.subscribe(listener);
// in cleanup():
this.#unsubscribe();`,
  }),
  closure_capture: (name) => ({
    fix: `Let ${name} close over the values it needs instead of the whole object.`,
    effort: MINUTES,
    code: `const { gain } = this;
register(() => use(gain)); // not: () => use(this.gain)`,
  }),
  promise_chain: (name) => ({
    fix: `Do not chain each new promise of ${name} to the last one, and settle every promise.`,
    effort: HOUR,
    code: `// not: this.tail = this.tail.then(() => work());
await work();`,
  }),
  byte_buffer: (name) => ({
    fix: `Release the bytes of ${name} when they have been used, and reuse one buffer.`,
    effort: MINUTES,
    code: `const scratch = new Float64Array(size); // once, outside the cycle
compute(input, scratch);`,
  }),
  kept_slice: (name) => ({
    fix: `Copy the part of ${name} that is kept: a slice keeps the whole it was cut from.`,
    effort: MINUTES,
    code: `const kept = Buffer.from(whole.subarray(from, to)); // copies`,
  }),
  native_handle: (name) => ({
    fix: `Close ${name} in a finally block: the collector does not see what it holds outside.`,
    effort: MINUTES,
    code: `const handle = await open(path);
try { await use(handle); } finally { await handle.close(); }`,
  }),
  worker: (name) => ({
    fix: `Terminate ${name}, or reuse a pool of workers.`,
    effort: MINUTES,
    code: `const worker = new Worker(url);
try { await ask(worker); } finally { await worker.terminate(); }`,
  }),
  missing_cleanup: (name) => ({
    fix: `Give ${name} a cleanup() that empties what it grows, and let using call it.`,
    effort: HOUR,
    code: `cleanup() { this.history.length = 0; }
[Symbol.dispose]() { this.cleanup(); }`,
  }),
  incomplete_cleanup: (name) => ({
    fix: `Release ${name} in cleanup() as well.`,
    effort: MINUTES,
    code: `cleanup() { this.${name} = null; }`,
  }),
  cleanup_contract: (name) => ({
    fix: `Make cleanup() of ${name} safe to call twice, before use and after an error, and let ` +
      "later use fail clearly.",
    effort: HOUR,
    code: `cleanup() {
  if (this.#closed) return;
  this.#closed = true;
}`,
  }),
  reset: (name) => ({
    fix: `Let reset() of ${name} restore each field that its constructor sets, except settings.`,
    effort: HOUR,
    code: `constructor(gains) { this.gains = gains; this.reset(); }
reset() { this.integral = 0; this.history.length = 0; }`,
  }),
  finaliser: (name) => ({
    fix: `Do the work of ${name} in an explicit dispose: finalisers run late, or never.`,
    effort: HOUR,
    code: `[Symbol.dispose]() { this.handle.close(); }`,
  }),
  measure_longer: (name) => ({
    fix: `Measure ${name} for more cycles: its noise hides what is asked for.`,
    effort: MINUTES,
    code: `npx heapbook audit --phase 2 --target ${name} --cycles 8000`,
  }),
  repair_target: (name) => ({
    fix: `Make ${name} do its work: a cycle that fails proves nothing about memory.`,
    effort: HOUR,
    code: `export function validate(context) {
  if (context.done === 0) throw new Error("no work was done");
}`,
  }),
  unknown_holder: (name) => ({
    fix: `Follow the retainer path of ${name} to what holds it and drop that reference.`,
    effort: HALF_DAY,
    code: `npx heapbook check ./target.ts --json   # prints the retainer path`,
  }),
};

/** Returns the remedy for a kind of finding about something called `name`. */
export function fixFor(kind: FixKind, name: string): Fix {
  return FIXES[kind](name);
}

const HOLDERS: readonly (readonly [pattern: RegExp, kind: FixKind])[] = [
  [/setInterval|setTimeout|Timeout|TimersList|timerListMap/, "timer"],
  [/AbortSignal|EventEmitter|_events|listener|EventTarget/i, "listener"],
  [/subscri|observer/i, "subscription"],
  [/Promise/, "promise_chain"],
  [/FinalizationRegistry/, "finaliser"],
  [/sliced string|Buffer\b.*(slice|subarray)/i, "kept_slice"],
  [/Worker|MessagePort/, "worker"],
  [/WebAssembly|JSArrayBufferData|ArrayBuffer|Float64Array|Uint8Array|Buffer/, "byte_buffer"],
  [/FileHandle|FSReqCallback|TCP|Pipe|Handle/, "native_handle"],
  [/\b(Map|Set|WeakMap|Object)\b/, "cache"],
  [/\bArray\b|\.push/, "history"],
  [/context|closure/i, "closure_capture"],
];

/** Returns the kind that the words of a retainer path or of a source line point to. */
export function fixKindFor(words: string): FixKind {
  return HOLDERS.find(([pattern]) => pattern.test(words))?.[1] ?? "unknown_holder";
}
