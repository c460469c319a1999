// Classes that clean up well and badly, for the tests of the cleanup instrument.
const everything = new Set();

class Good {
  #rows = new Float64Array(64);
  #seen = new Map();
  #count = 0;
  gain = 2;
  step(x) {
    if (this.#rows === null) throw new Error("Cannot step as this Good was released by cleanup()");
    if (Number.isNaN(x)) throw new RangeError("Cannot step as x must be finite");
    this.#seen.set(this.#count, x);
    this.#rows[this.#count++ % 64] = this.gain * x;
    return this.#rows.reduce((sum, row) => sum + row, 0);
  }
  reset() {
    this.#rows.fill(0);
    this.#seen.clear();
    this.#count = 0;
  }
  cleanup() {
    this.#rows = null;
    this.#seen.clear();
  }
  [Symbol.dispose]() {
    this.cleanup();
  }
}

class Bad {
  #rows = new Float64Array(64);
  #history = [];
  #ended = false;
  inner = new Good();
  gain = 2;
  constructor() {
    everything.add(this); // and never deletes it
  }
  step(x) {
    this.#history.push(x);
    this.gain += 1;
    return this.#rows.length + this.#history.length * this.gain;
  }
  reset() {
    this.#history.length = 0; // but the gain stays where work took it
  }
  cleanup() {
    if (this.#ended) throw new Error("already ended");
    this.#ended = true;
    this.#rows = undefined;
    this.#history.push("ended");
  }
}

class Endless {
  data = [1, 2, 3];
}

class Value {
  numbers = [1, 2, 3];
}

class Holder {
  part = new Good();
}

class Owner {
  parts = [new Good(), new Good()];
  cleanup() {
    for (const part of this.parts) part.cleanup(); // stops at the first that throws
    this.parts.length = 0;
  }
}

const steps = (instance) => [1, 2, 3].map((x) => instance.step(x));

export const cleanupSubjects = [
  {
    class: "Good",
    create: () => new Good(),
    use: steps,
    fail: (good) => good.step(NaN),
    settings: (good) => good.gain,
  },
  {
    class: "Bad",
    create: () => new Bad(),
    use: steps,
    nested: (bad) => ({ inner: bad.inner }),
    settings: (bad) => bad.gain,
  },
  { class: "Endless", create: () => new Endless() },
  { class: "Value", create: () => new Value(), needsNoEnd: "it owns numbers only" },
  { class: "Holder", create: () => new Holder(), needsNoEnd: "so its author thinks" },
  {
    class: "Owner",
    create: () => new Owner(),
    sabotage(owner) {
      owner.parts[0].cleanup = () => {
        throw new Error("a part got stuck");
      };
    },
  },
];

export function cycle() {}
