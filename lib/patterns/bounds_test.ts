import assert from "node:assert/strict";
import { test } from "node:test";
import { growthIn } from "./scan_text_test.ts";

test("a size that a method, a getter or a negation asks for is a limit", () => {
  assert.deepEqual(
    growthIn(`export class Kept {
  a: number[] = [];
  b: number[] = [];
  c: number[] = [];
  d: number[] = [];
  add(x: number) {
    this.a.push(x);
    if (this.tooMany()) this.a.shift();
    if (!this.isFull) this.b.push(x);
    if (!(this.c.length > 9)) this.c.push(x);
    if (this.isFull) this.d.push(x);
  }
  tooMany() { return this.a.length > 9; }
  get isFull() { return this.b.length >= 9; }
}
`),
    [[7, true], [9, true], [10, true], [11, false]],
  );
});

test("entries that wait until their counterpart takes them out leave again", () => {
  assert.deepEqual(
    growthIn(
      `class Joiner:
    def __init__(self):
        self.waiting = {}
        self.seen = {}
        self.made = {}
    def offer(self, key, one):
        other = self.waiting.pop(key, None)
        if other is None:
            self.waiting[key] = one
            return None
        return other, one
    def swap(self, key, one):
        self.seen.pop(key, None)
        self.seen[key] = one
    def fetch(self, key):
        found = self.made.pop(key, None)
        if found is None:
            self.made[key] = make(key)
        else:
            self.made[key] = found
`,
      "py",
    ).map(([, bounded]) => bounded),
    [true, false, false, false],
  );
  assert.deepEqual(
    growthIn(`export class Toggles {
  on = new Set<string>();
  toggle(name: string) {
    if (!this.on.delete(name)) this.on.add(name);
  }
}
`),
    [[4, true]],
  );
});

test("arrays that are joined and assigned back grow, unless they are cut at once", () => {
  assert.deepEqual(
    growthIn(
      `import numpy as np
import torch
class Records:
    def __init__(self):
        self.wins = np.zeros(0)
        self.norms = torch.zeros(0)
        self.rows = np.empty((0, 3))
    def add(self, x):
        self.wins = np.append(self.wins, x)[-500:]
        self.norms = torch.cat([self.norms, x.view(1)])
        self.rows = np.vstack((self.rows, x))
        self.total = np.dstack((x, x))
`,
      "py",
    ),
    [[9, true], [10, false], [11, false]],
  );
});

test("a list that is filtered by age and added to at once is bounded, also in a reducer", () => {
  assert.deepEqual(
    growthIn(`export function reduce(state: State, one: Reading) {
  if (one.kind === "a") {
    return { ...state, near: [...state.near.filter(({ at }) => one.at - at < 9000), one] };
  }
  return { ...state, names: [...state.names.filter((name) => name !== one.name), one.name] };
}
export class Limits {
  hits = new Map<string, number[]>();
  hit(ip: string, now: number) {
    this.hits.set(ip, [...this.hits.get(ip)!.filter((at) => now - at < 9000), now]);
  }
}
`).map(([line, bounded]) => [line, bounded]),
    [[3, true], [5, false], [10, false]],
  );
});

test("what an undo function that is returned takes from a parameter was there till then", () => {
  assert.deepEqual(
    growthIn(`class Body {
  joints = new Set<object>();
  marks = new Set<object>();
}
export const world = {
  join(a: Body, b: Body) {
    const joint = { a, b };
    a.joints.add(joint);
    return () => a.joints.delete(joint);
  },
};
`),
    [[8, true]],
  );
});

test("a hook whose handle is removed in the same call keeps nothing", () => {
  const text = (end: string): string =>
    `def activations(module):
    captured = []
    handle = module.register_forward_hook(lambda output: captured.append(output))
    try:
        yield captured
    finally:
        ${end}
`;
  assert.deepEqual(growthIn(text("handle.remove()"), "py"), []);
  assert.deepEqual(growthIn(text("print(handle)"), "py"), [[3, false]]);
});

test("entries go with a container that is made anew elsewhere", () => {
  assert.deepEqual(
    growthIn(`let index = new Map<string, string[]>();
const kept = new Map<string, string[]>();
function read(tag: string, path: string) {
  index.get(tag)!.push(path);
  kept.get(tag)!.push(path);
}
export function build(paths: string[]) {
  index = new Map();
  for (const path of paths) read(path, path);
}
`),
    [[4, true], [5, false]],
  );
});

test("what a helper makes of a list that it is handed grows or is cut back as written there", () => {
  assert.deepEqual(
    growthIn(
      `const longer = (list, item) => [...list, item];
const keepLast = (count) => (list) => list.slice(-count);
const again = (list) => once(list);
const once = (list) => again(list);
export class Log {
  all = [];
  few = [];
  last = [];
  same = [];
  whole = [];
  add(x) {
    this.all = longer(this.all, x);
    this.few = keepLast(9)(longer(this.few, x));
    this.last = longer(this.last, x).slice(-9);
    this.same = again(this.same);
    this.whole.push(x);
    this.whole = this.whole.slice();
  }
}
export function reduce(state, x) {
  return { ...state, near: keepLast(9)(longer(state.near, x)), far: longer(state.far, x) };
}
`,
      "js",
    ),
    [[12, false], [13, true], [14, true], [16, false], [21, false], [21, true]],
  );
});
