import assert from "node:assert/strict";
import { test } from "node:test";
import { growthIn } from "./scan_text_test.ts";

test("an object without a prototype begins empty, one with another as its prototype does not", () => {
  const text = (fresh: string): string =>
    `export class Squares {
  #known: Record<string, number> = Object.create(null);
  #count = 0;
  of(text: string) {
    if (++this.#count >= 500) {
      this.#known = ${fresh};
      this.#count = 0;
    }
    this.#known[text] = text.length ** 2;
  }
}
`;
  assert.deepEqual(growthIn(text("Object.create(null)")), [[9, true]]);
  assert.deepEqual(growthIn(text("Object.create(this.#known)")), [[9, false]]);
});

test("a copy with one more in it grows, until a copy leaves some out", () => {
  const text = (more: string): string =>
    `import { BehaviorSubject } from "rxjs";
type Mode = "day" | "night";
export class Guests {
  readonly present$ = new BehaviorSubject<ReadonlySet<string>>(new Set());
  names = new Set<string>();
  rooms = new Map<string, number>();
  modes = new Map<Mode, number>();
  enter(name: string, mode: Mode) {
    this.present$.next(new Set(this.present$.value).add(name));
    this.names = new Set(this.names).add(name).add(name.trim());
    this.rooms = new Map(this.rooms).set(name, 1);
    this.modes = new Map(this.modes).set(mode, 1);
    this.last = new Set(name).add(name);
  }
${more}
}
`;
  assert.deepEqual(growthIn(text("")), [[9, false], [10, false], [11, false], [12, true]]);
  const leave = `  leave(name: string) {
    this.present$.next(new Set([...this.present$.value].filter((other) => other !== name)));
  }
  close() { this.rooms = new Map([...this.rooms].filter(([, room]) => room > 1)); }`;
  assert.deepEqual(growthIn(text(leave)), [[9, true], [10, false], [11, true], [12, true]]);
  const empty = `  leave() { this.present$.next(new Set()); }`;
  assert.deepEqual(growthIn(text(empty)).slice(0, 2), [[9, true], [10, false]]);
});

test("sets and lists under keys grow by |= and +=, numbers do not", () => {
  assert.deepEqual(
    growthIn(
      `from collections import Counter, defaultdict
from typing import Literal
class Graph:
    def __init__(self, names):
        self.links = defaultdict(set)
        self.roads = {name: set() for name in names}
        self.lines = {name: [] for name in names}
        self.masks = {name: 0 for name in names}
        self.sums = Counter()
        self.near: dict[str, set] = {}
        self.state = {"last": "none", "count": 0, "notes": ""}
    def join(self, a, b, text):
        self.links[a] |= {b}
        self.roads[a] |= b.roads
        self.lines[a] += [text]
        self.masks[a] |= 4
        self.masks[a] += 4
        self.near[a] |= b.near
        self.state["last"] = text.upper()
        self.state["last"] = "joined"
        self.state["count"] += len(text)
        self.state["notes"] += text
    def forget(self, a):
        self.near.pop(a)
`,
      "py",
    ),
    [[13, false], [14, false], [15, false], [18, true], [22, false]],
  );
});

test("of entries that are cut as they get longer the keys stay", () => {
  assert.deepEqual(
    growthIn(`type Mode = "day" | "night";
export class Notes {
  byMode = new Map<Mode, string[]>();
  byName = new Map<string, string[]>();
  lines: Record<string, string[]> = {};
  known: Record<string, string[]> = {};
  all = new Map<Mode, string[]>();
  add(mode: Mode, name: string, text: string) {
    this.byMode.set(mode, [text, ...(this.byMode.get(mode) ?? [])].slice(0, 9));
    this.byName.set(name, (this.byName.get(name) ?? []).concat(text).slice(-9));
    this.lines[name] = [...(this.lines[name] || []), text].slice(-9);
    this.known[name] = this.known[name].concat(text).slice(-9);
    this.all.set(mode, (this.all.get(mode) ?? []).concat(text));
  }
}
`),
    [[9, true], [10, false], [11, false], [12, true], [13, false]],
  );
  assert.deepEqual(
    growthIn(
      `class Notes:
    def __init__(self):
        self.lines = {}
    def add(self, name, text):
        self.lines[name] = (self.lines.get(name, []) + [text])[-9:]
`,
      "py",
    ),
    [[5, false]],
  );
});

test("a rest that is put back is a part of what was longer, a sum is all of it", () => {
  assert.deepEqual(
    growthIn(
      `export class Reader {
  rest = "";
  text = "";
  read(chunk) {
    let lines = (this.rest + chunk).split("\\n");
    lines = lines.map((line) => line.trim());
    this.rest = lines.pop();
    const words = (this.text + chunk).split(" ");
    this.text = this.text + chunk;
    return [...lines, words.pop()];
  }
}
`,
      "js",
    ),
    [[7, true], [9, false]],
  );
  assert.deepEqual(
    growthIn(
      `class Reader:
    def __init__(self):
        self.rest = ""
        self.tail = ""
    def read(self, chunk):
        *lines, self.rest = (self.rest + chunk).split(";")
        self.tail = f"{self.tail}{chunk}".split(";")[-1]
        return lines
`,
      "py",
    ),
    [[6, true], [7, true]],
  );
});
