import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { remedyFor, scanSources } from "./mod.ts";
import { scanText } from "./scan_text_test.ts";

let folder: string;
before(() => void (folder = mkdtempSync(join(tmpdir(), "heapbook-patterns-"))));
after(() => rmSync(folder, { recursive: true, force: true }));

function growth(
  text: string,
  extension = "ts",
): (readonly [number, string | null, boolean | null])[] {
  return scanText(text, extension).filter((finding) => finding.kind === "growth")
    .map(({ line, attribute, bounded }) => [line, attribute, bounded] as const);
}

const cannot = (name: string) => {
  const { findings, problems } = scanSources([join(folder, name)], {
    root: folder,
    maxFileBytes: 999,
  });
  assert.deepEqual(findings, []);
  assert.equal(problems.length, 1);
  return problems[0]!.message;
};

test("scanSources() names a path that does not exist", () => {
  assert.match(cannot("missing.ts"), /^Cannot read .*missing\.ts as it does not exist$/);
});

test("scanSources() names the line and column where the syntax breaks, in each language", () => {
  writeFileSync(join(folder, "broken.ts"), "export const a = 1;\nclass { (\n");
  writeFileSync(join(folder, "broken.py"), "x = 1\ndef f(:\n  pass\n");
  writeFileSync(join(folder, "broken.js"), "const a = ;\n");
  assert.match(cannot("broken.ts"), /syntax is broken at broken\.ts:2:\d+ near/);
  assert.match(cannot("broken.py"), /syntax is broken at broken\.py:\d+:\d+ near/);
  assert.match(cannot("broken.js"), /syntax is broken at broken\.js:1:\d+ near/);
});

test("scanSources() refuses binary, oversized and foreign files, and folders without sources", () => {
  writeFileSync(join(folder, "binary.ts"), Buffer.from([0x66, 0, 1, 2, 0xff]));
  writeFileSync(join(folder, "huge.ts"), "// x\n".repeat(200));
  writeFileSync(join(folder, "notes.md"), "# notes");
  mkdirSync(join(folder, "empty"));
  assert.match(cannot("binary.ts"), /it is binary, not source text$/);
  assert.match(cannot("huge.ts"), /files must be at most 999 bytes: current value is 1000$/);
  assert.match(cannot("notes.md"), /only \.ts, \.js and \.py sources are understood$/);
  assert.match(cannot("empty"), /it holds no \.ts, \.js or \.py files to scan$/);
});

test("scanSources() goes on with the other files when one is broken", () => {
  const mixed = join(folder, "mixed");
  mkdirSync(mixed);
  writeFileSync(join(mixed, "bad.py"), "def f(:\n");
  writeFileSync(
    join(mixed, "good.py"),
    "class A:\n    def __init__(self):\n        self.x = []\n    def f(self, v):\n        self.x.append(v)\n",
  );
  const result = scanSources([mixed], { root: mixed });
  assert.equal(result.files, 1);
  assert.equal(result.problems.length, 1);
  assert.deepEqual(
    result.findings.filter(({ kind }) => kind === "growth").map(({ file, line }) => [file, line]),
    [["good.py", 5]],
  );
});

test("scanSources() gives the same findings whatever the order of the paths", () => {
  const names = ["a.ts", "b.py", "c.js"];
  const many = join(folder, "many");
  mkdirSync(many);
  for (const name of names) {
    const text = name.endsWith("py")
      ? "cache = {}\ndef put(k, v):\n    cache[k] = v\n"
      : "const cache = new Map();\nexport function put(k, v) { cache.set(k, v); }\n";
    writeFileSync(join(many, name), text);
  }
  const expected = JSON.stringify(scanSources([many], { root: many }).findings);
  fc.assert(
    fc.property(fc.shuffledSubarray(names, { minLength: 3 }), (order) => {
      const paths = order.map((name) => join(many, name));
      assert.equal(JSON.stringify(scanSources(paths, { root: many }).findings), expected);
    }),
    { numRuns: 6 },
  );
});

test("scanSources() never throws, whatever the text", () => {
  const file = join(folder, "any.ts");
  const pieces = fc.constantFrom(
    "class A {",
    "}",
    "this.x",
    ".push(",
    ")",
    "const h =",
    "\n",
    "[]",
    "=>",
    "{",
    "=",
    "new Map()",
    ";",
    "for (const a of b)",
    "self",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
      writeFileSync(file, parts.join(" "));
      const { findings, problems } = scanSources([file], { root: folder });
      assert.ok(findings.length >= 0 && problems.length <= 1);
    }),
    { numRuns: 60 },
  );
});

test("scanSources() reads a `with` broken over lines and a list filled by index of `self`", () => {
  const text = `def put(table, key, value):
    table[key].append(value)

class Rows(dict):
    def read(self, a, b):
        with open(a) as x, \\
             open(b) as y:
            put(self, a, y)
            self.names.append(x)
`;
  assert.deepEqual(growth(text, "py").map(([line]) => line), [9]);
});

test("a list that only a loop without end fills is state, a result that an error ends is not", () => {
  const text = `async def beat(period):
    beats = []
    while True:
        beats.append(1)
        await wait(period)

def read(source):
    rows = []
    try:
        while True:
            rows.append(next(source))
    except StopIteration:
        return rows
`;
  assert.deepEqual(growth(text, "py"), [[4, "beats", false]]);
});

test("scanSources() finds its way where a method is given to `this` inside another one", () => {
  const text =
    "function install(app) { app.open = function () { this.close = function () { this.jobs.push(1); }; }; }\n";
  assert.deepEqual(growth(text, "js").map(([line]) => line), [1]);
});

test("growth is found through aliases, destructuring, closures, parameters, getters and bases", () => {
  assert.deepEqual(
    growth(`export class Recorder {
  history: number[] = [];
  get log() { return this.history; }
  alias(x: number) { const h = this.history; h.push(x); }
  destructured(x: number) { const { history } = this; history.push(x); }
  closure(x: number) { return () => this.history.push(x); }
  bound(x: number) { const push = this.history.push.bind(this.history); push(x); }
  getter(x: number) { this.log.push(x); }
  passed(x: number) { append(this.history, x); }
  #mine() { return this.history; }
  returned(x: number) { this.#mine().push(x); }
}
function append(list: number[], x: number) { list.push(x); }
export class Special extends Recorder {
  inherited(x: number) { this.history.push(x); }
}
`),
    [4, 5, 6, 7, 8, 9, 11, 15].map((line) => [line, "history", false]),
  );
});

test("a bound is recognised by the idiom that enforces it", () => {
  const idioms: Readonly<Record<string, string>> = {
    ring: "this.items[this.next++ % this.limit] = x;",
    shift: "this.items.push(x); if (this.items.length > this.limit) this.items.shift();",
    slice: "this.items.push(x); this.items = this.items.slice(-this.limit);",
    length: "this.items.push(x); if (this.items.length > 9) this.items.length = 9;",
    guard: "if (this.items.length < this.limit) this.items.push(x);",
    early: "if (this.items.length >= this.limit) return; this.items.push(x);",
    anew: "this.items = []; for (let i = 0; i < x; i++) this.items.push(i);",
    anew_when_full: "this.items.push(x); if (this.items.length >= this.limit) this.items = [];",
    helper: "this.items.push(x); if (this.items.length > this.limit) this.evict();",
  };
  for (const [idiom, body] of Object.entries(idioms)) {
    const found = growth(`export class Kept {
  items: number[] = [];
  next = 0;
  limit = 10;
  add(x: number) { ${body} }
  evict() { this.items.splice(0, 5); }
}
`).filter(([, , bounded]) => bounded === false);
    assert.deepEqual(found, [], idiom);
  }
});

test("the state of a component grows by what its setters are given", () => {
  assert.deepEqual(
    growth(`
import { useState } from "react";
export function useFeed(socket: WebSocket) {
  const [items, setItems] = useState<string[]>([]);
  const [recent, setRecent] = useState<string[]>([]);
  const [text, setText] = useState("");
  const [count, setCount] = useState(0);
  socket.onmessage = ({ data }) => {
    setItems((all) => [...all, data]);
    setRecent((all) => [...all, data].slice(-50));
    setText((before) => before + data + "\\n");
    setCount((n) => n + 1);
  };
  return { items, recent, text, count };
}
`),
    [[9, "items", false], [10, "recent", true], [11, "text", false]],
  );
});

test("what a subject keeps and what scan gathers grows by what is put in front of the old value", () => {
  assert.deepEqual(
    growth(`export class Desk {
  open$ = new BehaviorSubject<string[]>([]);
  all$ = new BehaviorSubject<string[]>([]);
  last$ = new BehaviorSubject<string[]>([]);
  seen$ = this.all$.pipe(scan((seen, list) => [...seen, list.length], [] as number[]));
  few$ = this.all$.pipe(scan((seen, list) => [...seen, list.length].slice(-9), [] as number[]));
  submit(claim: string) {
    this.open$.next([...this.open$.value, claim]);
    this.all$.next(this.all$.getValue().concat(claim));
    this.last$.next([claim]);
  }
  settle(claim: string) {
    this.open$.next(this.open$.value.filter((other) => other !== claim));
  }
}
`),
    [
      [5, "seen", false],
      [6, "seen", true],
      [8, "open$.value", true],
      [9, "all$.value", false],
    ],
  );
});

test("a stream's lines outlive it where a view that is handed out reads them as well", () => {
  assert.deepEqual(
    growth(`export function tail(child: ChildProcess) {
  const lines: string[] = [];
  const parts: string[] = [];
  child.stdout.on("data", (data) => {
    lines.push(data);
    parts.push(data);
  });
  return { last: () => lines.at(-1) };
}
`),
    [[5, "lines", false]],
  );
});

test("parts go with entries that a helper evicts, or that are taken in another branch", () => {
  assert.deepEqual(
    growth(`export class Writer {
  terms = new Map<string, { at: number[] }>();
  stack: { locals: Map<string, number> }[] = [];
  put(word: string, at: number) {
    const entry = this.terms.get(word) ?? { at: [] };
    this.terms.set(word, entry);
    entry.at.push(at);
    if (this.terms.size > 1000) this.flush();
  }
  flush() { this.terms.clear(); }
  step(name: string, value: number) {
    const top = this.stack[this.stack.length - 1]!;
    if (name === "call") this.stack.push({ locals: new Map() });
    else if (name === "return") this.stack.pop();
    else top.locals.set(name, value);
  }
}
`).filter(([, , bounded]) => bounded === false),
    [],
  );
});

test("what happens once, or in a function called background, is told apart", () => {
  assert.deepEqual(
    growth(`export function follow(source: EventEmitter) {
  const changes: number[] = [];
  source.on("change", (at: number) => changes.push(at));
  source.once("ready", () => { changes.length = 0; });
}
`),
    [[3, "changes", false]],
  );
  assert.deepEqual(
    growth(
      `import asyncio
tasks = set()
def background(work):
    task = asyncio.ensure_future(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
class Splitter:
    def __init__(self):
        self.garbage = bytearray()
        self.frame = bytearray(256)
    def feed(self, chunk):
        self.frame[0] = 1
        self.garbage += chunk
        self.frame += chunk
`,
      "py",
    ),
    [[5, "tasks", true], [13, "garbage", false], [14, "frame", false]],
  );
});

test("listeners without a name before them and watched files are listeners", () => {
  const found = scanText(`import fs from "node:fs";
export class Link {
  open() {
    addEventListener("online", this.open);
    addEventListener("offline", () => this.open());
    fs.watchFile("a.json", () => this.open());
  }
  close() { removeEventListener("online", this.open); }
}
`).filter(({ kind }) => kind === "listener").map(({ line, bounded }) => [line, bounded]);
  assert.deepEqual(found, [[4, true], [5, false], [6, false]]);
});

test("names that only look alike are no growth", () => {
  assert.deepEqual(
    growth(`export class View {
  element = document.createElement("p");
  total = 0;
  buffer = new Float64Array(8);
  router = createRouter();
  draw(node: Node, x: number) {
    this.element.append(node);
    this.element.classList.add("on");
    this.total += x;
    this.buffer.set([x], 0);
    this.buffer[3] = x;
    const local: number[] = [];
    local.push(x);
    const seen = new Set<number>();
    seen.add(x);
    let text = "";
    text += x;
    return local.map((y) => y + text.length + seen.size);
  }
}
`),
    [],
  );
});

test("a private method that only the constructor calls runs once, unless it is handed on", () => {
  assert.deepEqual(
    growth(`export class Tree {
  nodes: number[] = [];
  seen: number[] = [];
  constructor(n: number) {
    this.build(n);
    this.refresh();
    setInterval(this.refresh.bind(this), 1000);
  }
  private build(n: number) {
    this.nodes.push(n);
    if (n > 0) this.build(n - 1);
  }
  private refresh() {
    this.seen.push(Date.now());
  }
}
`),
    [[10, "nodes", true], [14, "seen", false]],
  );
});

test("remedyFor() says what to do about an unbounded finding, in the language of the source", () => {
  const [typescript] = scanText(
    "export class A { x: number[] = []; add_it() { this.x.push(1); } }\n",
  );
  const python = scanText(
    "class A:\n    def __init__(self):\n        self.x = []\n    def step(self):\n        self.x.append(1)\n",
    "py",
  )
    .find(({ kind }) => kind === "growth")!;
  assert.match(remedyFor(typescript!).text, /\S/);
  assert.match(remedyFor(python).code, /self\.x = deque\(maxlen=/);
  assert.equal(remedyFor({ ...python, bounded: true }).effort, "none");
});

test("keys that the code or all of its callers look up in a fixed table are closed", () => {
  assert.deepEqual(
    growth(
      `TABLE = {"a": 1, "b": 2}
class Counts:
    def __init__(self, tanks):
        self.tanks = tanks
        self.asked = {}
        self.half = {}
        self.errors = {}
        self.byLanguage = {}
    def ask(self, name):
        self.asked[name] = 1
    def ask_some(self, name):
        self.half[name] = 1
    def sure(self, word):
        assert word in TABLE
        self.ask(word)
        self.ask_some(word)
    def unsure(self, word, language):
        self.ask_some(word)
        self.byLanguage[language] = word
    def step(self):
        for tank in self.tanks:
            self.control(tank)
    def control(self, tank):
        self.errors[tank.name] = tank.error
`,
      "py",
    ),
    [
      [10, "asked", true],
      [12, "half", false],
      [19, "byLanguage", false],
      [24, "errors", true],
    ],
  );
  assert.deepEqual(
    growth(`const ZONES = { a: 1, b: 2 };
export class Zones {
  sold: Record<string, number> = {};
  kept = new Map<"a" | "b", string[]>();
  sell(zone: string, by: string, half: "a" | "b") {
    if (!Object.hasOwn(ZONES, zone)) return;
    this.sold[zone] = 1;
    this.kept.set(half, [...(this.kept.get(half) ?? []), by]);
  }
}
`).map(([line, , bounded]) => [line, bounded]),
    [[7, true], [8, false]],
  );
});

test("a listener for the end of the service stays until then, also with once", () => {
  const [last, first] = scanText(`export class A {
  constructor() {
    process.once("SIGTERM", () => this.stop());
    process.once("message", () => this.stop());
  }
  stop() {}
}
`).filter(({ kind }) => kind === "listener");
  assert.deepEqual([last!.bounded, first!.bounded], [false, true]);
});
