import assert from "node:assert/strict";
import { test } from "node:test";
import { growthIn } from "./scan_text_test.ts";

test("keys cut off at a limit are closed where they are whole", () => {
  assert.deepEqual(
    growthIn(`const MOST = 99;
export class Lengths {
  seen = new Map<number, number>();
  add(line: string, price: number, sides: number) {
    const bucket = Math.min(line.length, 80);
    this.seen.set(bucket, 1);
    this.seen.set(Math.max(3, Math.min(12, Math.round(sides))), 1);
    this.seen.set(Math.min(Math.floor(price / 10), MOST), 1);
    this.seen.set(Math.min(price, 80), 1);
    this.seen.set(Math.max(Math.round(price), 80), 1);
  }
}
`),
    [[6, true], [7, true], [8, true], [9, false], [10, false]],
  );
  assert.deepEqual(
    growthIn(
      `class Lengths:
    def __init__(self):
        self.seen = {}
    def add(self, line, price):
        self.seen[min(len(line), 80)] = 1
        self.seen[min(9, int(price // 10))] = 1
        self.seen[min(price, 80)] = 1
`,
      "py",
    ),
    [[5, true], [6, true], [7, false]],
  );
});

test("entries of a list that is written down are closed keys, of one that changes they are open", () => {
  assert.deepEqual(
    growthIn(`const PALETTE = ["red", "blue"];
const chosen = ["red", "blue"];
const styles = new Map<string, object>();
export function choose(i: number, color: string) { chosen[i] = color; }
export function style(i: number) {
  const color = PALETTE[i % 2]!;
  styles.set(color, {});
  styles.set(PALETTE[i]!, {});
  styles.set(chosen[i]!, {});
}
`).filter(([line]) => line > 4),
    [[7, true], [8, true], [9, false]],
  );
});

test("unions of numbers and members of any enumeration are closed keys", () => {
  assert.deepEqual(
    growthIn(`export class Charger {
  states: Record<number, string> = {};
  put(connector: 1 | 2, socket: number, state: string) {
    this.states[connector] = state;
    this.states[socket] = state;
  }
}
`),
    [[4, true], [5, false]],
  );
  assert.deepEqual(
    growthIn(
      `from enum import Flag, IntEnum
class Joint(IntEnum):
    BASE = 0
class Axis(Flag):
    X = 1
Tool = IntEnum("Tool", "GRIPPER DRILL")
class Arm:
    def __init__(self):
        self.effort = {}
    def move(self, joints):
        for joint in Joint:
            self.effort[joint] = 1
        for axis in list(Axis):
            self.effort[axis] = 1
        for tool in Tool:
            self.effort[tool] = 1
        for joint in joints:
            self.effort[joint.number] = 1
`,
      "py",
    ),
    [[12, true], [14, true], [16, true], [18, false]],
  );
});

test("comparisons let few keys through, also in chains and by what they end", () => {
  assert.deepEqual(
    growthIn(`const KEYWORDS = new Set(["SELECT", "FROM"]);
export class Use {
  use: Record<string, number> = {};
  chain(name: string) {
    if (name !== "a" && name !== "b") throw new TypeError(name);
    this.use[name] = 1;
  }
  either(name: string, other: string) {
    if (name === "a" || name === "b") this.use[name] = 1;
    if (name === "a" || other === "b") this.use[name] = 1;
    if (name !== "a" || other !== "b") return;
    this.use[name] = 2;
  }
  open(name: string) {
    if (name !== "a" || name.length > 9) this.use[name] = 1;
    if (name === "a") return;
    this.use[name] = 2;
  }
  listed(word: string) {
    if (KEYWORDS.has(word)) this.use[word] = 1;
    if (["x", "y"].includes(word)) this.use[word] = 1;
    if (!KEYWORDS.has(word)) this.use[word] = 1;
  }
}
`),
    [
      [6, true],
      [9, true],
      [10, false],
      [12, true],
      [15, false],
      [17, false],
      [20, true],
      [21, true],
      [22, false],
    ],
  );
  assert.deepEqual(
    growthIn(
      `from collections import Counter
KINDS = frozenset({"hard", "soft"})
class Bounces:
    def __init__(self):
        self.by = Counter()
    def add(self, name):
        if name not in KINDS:
            raise ValueError(name)
        self.by[name] += 1
    def count(self, name):
        if name not in ("hard", "soft"):
            return
        self.by[name] += 1
    def all(self, name):
        self.by[name] += 1
`,
      "py",
    ),
    [[9, true], [13, true], [15, false]],
  );
});

test("a table that is entered by declaration has few keys, one that visitors enter has not", () => {
  const text = (enter: string): string =>
    `from collections import defaultdict
commands = {}
use = defaultdict(int)
${enter}
def run(verb):
    handler = commands.get(verb)
    if handler is None:
        return
    use[verb] += 1
    handler()
`;
  const decorator = `def command(name):
    def enter(fn):
        commands[name] = fn
        return fn
    return enter
`;
  const visitor = `def command(name, fn):
    commands[name] = fn


`;
  assert.deepEqual(growthIn(text(decorator), "py"), [[6, false], [14, true]]);
  assert.deepEqual(growthIn(text(visitor), "py").map(([, bounded]) => bounded), [false, false]);
});

test("what a private function enters while its module loads is entered once", () => {
  const text = (more: string): string =>
    `const commands: Record<string, () => void> = {};
function command(name: string, handler: () => void) {
  commands[name] = handler;
}
command("start", () => {});
command("stop", () => {});
${more}
`;
  assert.deepEqual(growthIn(text("")), [[3, true]]);
  assert.deepEqual(growthIn(text("export { command };")), [[3, false]]);
  assert.deepEqual(growthIn(text("names.forEach(command);")), [[3, false]]);
  assert.deepEqual(
    growthIn(text("export function add(name: string) { command(name, () => {}); }")),
    [[3, false]],
  );
});
