/**
 * What to do about a finding: one sentence and code that does it, in the language of the source.
 *
 * @module
 */
import type { PatternFinding } from "./finding.ts";

/** Advice about one finding. */
export interface Remedy {
  /** One or two sentences. */
  readonly text: string;
  /** Code to start from, with the names of the finding; empty where nothing is to be done. */
  readonly code: string;
  readonly effort: "none" | "minutes" | "an hour" | "a day";
}

interface Words {
  readonly field: string;
  readonly bare: string;
  readonly self: string;
  readonly line: string;
  readonly isPython: boolean;
}

const NOTHING: Remedy = { text: "Nothing to do.", code: "", effort: "none" };

/** Returns the remedy for a finding, chosen by its kind and idiom. */
export function remedyFor(finding: PatternFinding): Remedy {
  if (isHarmless(finding)) return NOTHING;
  const isPython = finding.file.endsWith(".py");
  const name = finding.attribute ?? "state";
  const isField = finding.class !== null && /^[#\w]+(\[[^\]]*\])*$/.test(name);
  const self = isPython ? "self" : "this";
  const words: Words = {
    field: isField ? `${self}.${name}` : name,
    bare: name.replace(/[^\w$]+/g, "_").replace(/^_+|_+$/g, "") || "state",
    self,
    line: finding.text,
    isPython,
  };
  return REMEDIES[finding.kind]?.(words, finding) ?? NOTHING;
}

function isHarmless({ kind, bounded, severity }: PatternFinding): boolean {
  if (kind === "not_growth" || kind === "lifecycle") return true;
  if (kind === "weak_reference") return severity === "none";
  return bounded === true && kind !== "foreign_attribute";
}

type Advice = (words: Words, finding: PatternFinding) => Remedy;

const REMEDIES: Readonly<Partial<Record<PatternFinding["kind"], Advice>>> = {
  growth: (words, finding) => growth(words, finding),
  module_state: ({ field, isPython }) => ({
    text:
      "State of a module lives as long as the process: bound it, or give it an owner that ends.",
    code: isPython
      ? `from functools import lru_cache\n\n@lru_cache(maxsize=256)\ndef lookup(key): ...`
      : `const MAX_ENTRIES = 256;\nif (${field}.size >= MAX_ENTRIES) ${field}.delete(${field}.keys().next().value);`,
    effort: "an hour",
  }),
  stored_reference: ({ field, isPython }) => ({
    text: "Drop the reference when the owner is done, so that it does not keep the other alive.",
    code: isPython
      ? `def close(self):\n    ${field} = None`
      : `[Symbol.dispose]() {\n  ${field} = undefined;\n}`,
    effort: "minutes",
  }),
  foreign_attribute: ({ isPython }) => ({
    text: "Return the value, or keep it with its owner, instead of writing it into another object.",
    code: isPython
      ? "return trajectory, history  # the caller decides how long it lives"
      : "return { trajectory, history }; // the caller decides how long it lives",
    effort: "minutes",
  }),
  listener: (words) => listener(words),
  timer: ({ isPython }) => ({
    text: "Keep the handle and clear it when the owner is done; `unref` alone frees nothing.",
    code: isPython
      ? "self._timer = threading.Timer(period, self._tick)\nself._timer.start()\n# in close():\nself._timer.cancel()"
      : "this.#timer = setInterval(tick, periodMs);\n// in [Symbol.dispose]():\nclearInterval(this.#timer);",
    effort: "minutes",
  }),
  subscription: () => ({
    text: "Keep what subscribe returns and undo it when the owner is done.",
    code:
      "this.#subscription = source.subscribe(handler);\n// in [Symbol.dispose]():\nthis.#subscription.unsubscribe();",
    effort: "minutes",
  }),
  closure_capture: ({ isPython }) => ({
    text:
      "The closure keeps the whole instance alive: take it back, or capture only what it needs.",
    code: isPython
      ? "handler = weakref.WeakMethod(self.handle)\nregister(lambda event: (call := handler()) and call(event))"
      : "const { limit } = this; // not this\nregistry.add((event) => check(event, limit));",
    effort: "minutes",
  }),
  reference_cycle: ({ isPython }) =>
    isPython
      ? {
        text:
          "Break the cycle when the work is done, or point back weakly; until the cycle collector runs, both objects stay.",
        code: "self._parent = weakref.ref(parent)\n# or, in close():\nself.child = None",
        effort: "minutes",
      }
      : NOTHING,
  weak_reference: ({ isPython }) => ({
    text:
      "The referent has no other owner, so the reference goes empty at once: keep a strong reference where it is owned.",
    code: isPython
      ? "self._callback = weakref.WeakMethod(owner.handle)"
      : "this.#value = value; // the owner\nconst reference = new WeakRef(this.#value);",
    effort: "minutes",
  }),
  missing_lifecycle: ({ field, isPython }) => ({
    text: "Give the class a way to let go of what it owns, and call it where its work ends.",
    code: isPython
      ? `def reset(self) -> None:\n    ${field}.clear()\n\ndef close(self) -> None:\n    self.reset()`
      : `reset(): void {\n  ${field}.length = 0; // Map and Set: .clear()\n}\n\n[Symbol.dispose](): void {\n  this.reset();\n}`,
    effort: "minutes",
  }),
  unreleased: ({ field, isPython }) => ({
    text: "Release it in the lifecycle method that the class has already.",
    code: isPython
      ? `${field}.clear()`
      : `${field}.length = 0; // Map and Set: .clear(); a resource: its close()`,
    effort: "minutes",
  }),
  finaliser: ({ isPython }) => ({
    text:
      "Release explicitly; a finaliser runs late or never, so keep it only to warn that somebody forgot.",
    code: isPython
      ? "def close(self) -> None: ...\n\ndef __enter__(self): return self\n\ndef __exit__(self, *exc): self.close()"
      : "[Symbol.dispose](): void {\n  this.#handle.close();\n}",
    effort: "an hour",
  }),
};

function growth({ field, bare, isPython, line }: Words, { growth }: PatternFinding): Remedy {
  if (growth === "per_registration") {
    return {
      text: "Give each registration a way back, and use it when the registrant is done.",
      code: isPython
        ? `def remove(self, item):\n    ${field}.remove(item)`
        : `return () => void ${field}.delete(item); // what register() gives back`,
      effort: "minutes",
    };
  }
  if (/\+=/.test(line) && !/[[{(]\s*$/.test(line)) {
    return {
      text: "Keep only the tail, or write it out.",
      code: isPython ? `${field} = ${field}[-LIMIT:]` : `${field} = ${field}.slice(-LIMIT);`,
      effort: "minutes",
    };
  }
  const isKeyed = /\.set\(|\]\s*=[^=]|setdefault\(|\.add\(/.test(line) && !/append|push/.test(line);
  if (isKeyed) {
    return {
      text: "Bound the number of keys: evict the oldest entry when the container is full.",
      code: isPython
        ? `if len(${field}) >= MAX_ENTRIES:\n    ${field}.pop(next(iter(${field})))`
        : `if (${field}.size >= MAX_ENTRIES) ${field}.delete(${field}.keys().next().value);`,
      effort: "minutes",
    };
  }
  return {
    text: "Keep a bounded window of it, or write it out in pieces; make the bound a parameter.",
    code: isPython
      ? `from collections import deque\n\n${field} = deque(maxlen=${bare}_limit)`
      : `if (${field}.length >= LIMIT) ${field}.shift();\n${line}`,
    effort: "minutes",
  };
}

function listener({ isPython }: Words): Remedy {
  return {
    text:
      "Remove the listener when the owner is done; one AbortController takes back many at once.",
    code: isPython
      ? "atexit.unregister(self.close)"
      : 'target.addEventListener("change", handler, { signal: this.#done.signal });\n// in [Symbol.dispose]():\nthis.#done.abort();\n// an EventEmitter: emitter.off("change", handler)',
    effort: "minutes",
  };
}
