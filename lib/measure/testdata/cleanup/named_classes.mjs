// A target as a user writes it: it names its classes and exports them, no subjects.
export class Cache {
  #entries = new Map();
  add(key, value) {
    this.#entries.set(key, value);
  }
  close() {
    this.#entries.clear();
  }
}

export class Forgetful {
  #entries = new Map();
  add(key, value) {
    this.#entries.set(key, value);
  }
  close() {}
}

export const meta = { name: "two-caches", classes: ["Cache", "Forgetful"] };

export function setup() {
  return { caches: new Map([["a", new Cache()]]), other: { forgetful: new Forgetful() } };
}

export function cycle(context, i) {
  context.caches.get("a").add(i, { i });
  context.other.forgetful.add(i, { i });
}
