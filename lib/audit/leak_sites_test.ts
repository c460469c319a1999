import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { GrowingHolder } from "../measure/mod.ts";
import { guessSites, nameSites, type SiteEvidence } from "./leak_sites.ts";

const folder = mkdtempSync(join(tmpdir(), "heapbook-test-"));
after(() => rmSync(folder, { recursive: true }));

const KINDS = `export const KINDS = {
  first() {
    const kept = [];
    return (i) => {
      kept.push({ i });
    };
  },
  second() {
    const kept = [];
    return (i) => {
      const at = { i };
      kept.push(at);
    };
  },
  third() {
    const memory = new WebAssembly.Memory({ initial: 1 });
    return () => memory.buffer.byteLength;
  },
};
function work() {
  const rows = [];
  rows.push({});
}
`;
const step = { type: "object", value: "Array", repeats: 0 } as const;

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** A holder that is reached through the function at `line`, by a variable and what is below it. */
function heldBy(file: string, line: number, variable: string, ...below: string[]): GrowingHolder {
  const steps = [
    { ...step, edge: "property", name: "step", value: "", place: { url: file, line, column: 12 } },
    { ...step, edge: "internal", name: "context", value: "system / Context" },
    { ...step, edge: "variable", name: variable, scope: file },
    ...below.map((name) => ({ ...step, edge: "property", name } as const)),
  ] as const;
  const holder = steps.length - 1;
  return { steps, holder, bytes: [100, 100], objects: [4, 4], store: [8, 16], classes: [] };
}

function sitesOf(module: string, holder: GrowingHolder, isReached?: SiteEvidence["isReached"]) {
  const ran = isReached === undefined ? {} : { isReached };
  return nameSites({ module, groups: [], holders: [holder], files: [], sourceMaps: {}, ...ran });
}

test("nameSites() tells variables of one name in two functions apart", () => {
  const module = write("kinds.mjs", KINDS);
  for (const [line, declared, filled] of [[4, 3, 5], [10, 9, 12]] as const) {
    const { allocations, retainers } = sitesOf(module, heldBy(module, line, "kept"));
    assert.equal(retainers[0]?.container?.line, declared);
    assert.equal(allocations[0]?.line, filled);
  }
});

test("nameSites() takes no other array of the file for one that it cannot find", () => {
  const module = write("kinds.mjs", KINDS);
  const { allocations } = sitesOf(module, heldBy(module, 17, "memory", "_events", "error"));
  assert.deepEqual(allocations.filter(({ bytes }) => bytes > 0), []);
});

test("guessSites() names the variable that is a memory, not one around it", () => {
  const [holder] = guessSites(write("kinds.mjs", KINDS), "wasm").retainers;
  assert.equal(holder?.words, 'module "kinds.mjs" → const "memory" (WebAssembly memory)');
});

test("nameSites() names a variable of a function that sleeps while it runs", () => {
  const module = write(
    "sleeper.mjs",
    `const BELL = new Int32Array(1);
const names = ["a", "b"];
const jobs = [];
for (;;) {
  Atomics.wait(BELL, 0, 0);
  jobs.push({ name: names[0] });
}
`,
  );
  const root = (name: string, value: string) =>
    ({ ...step, type: "synthetic", edge: "element", name, value }) as const;
  const steps = [
    root("1", "(GC roots)"),
    root("7", "(Stack roots)"),
    { ...step, edge: "internal", name: "25" } as const,
    { ...step, edge: "element", name: "200", value: "Object" } as const,
  ];
  const classes = [{ class: "Object", objects: 8, bytes: 200 }];
  const holder = { steps, holder: 2, bytes: [100, 100], objects: [4, 4], store: [8, 16], classes };
  const { allocations, retainers } = sitesOf(module, holder);
  assert.equal(
    retainers[0]?.words,
    'module "sleeper.mjs" → const "jobs" (Array) → 8 values (Object)',
  );
  assert.equal(retainers[0]?.container?.line, 3);
  assert.equal(allocations[0]?.line, 6);
});

test("nameSites() names the roots of the engine, not their numbers", () => {
  const module = write("symbols.mjs", "export const cycle = (_, i) => Symbol.for(`${i}`);");
  const root = (name: string, value: string) =>
    ({ ...step, type: "synthetic", edge: "element", name, value }) as const;
  const table = {
    ...step,
    edge: "internal",
    name: "public_symbol_table",
    value: "(array)",
  } as const;
  const steps = [root("1", "(GC roots)"), root("4", "(Strong roots)"), table];
  const classes = [{ class: "symbol", objects: 8, bytes: 200 }];
  const holder = { steps, holder: 2, bytes: [100, 100], objects: [4, 4], store: [8, 16], classes };
  const words = "strong roots → public symbol table → 8 values (symbol)";
  assert.equal(sitesOf(module, holder).retainers[0]?.words, words);
});

test("guessSites() guesses nothing in functions that did not run", () => {
  const text = `export function unused(rows) {
  rows.push({});
}
export function cycle() {
  process.env.SETTING = "value";
  globalThis.open = () => 0;
}
`;
  const module = write("reached.mjs", text);
  assert.equal(guessSites(module, "native").allocations[0]?.line, 2);
  const url = pathToFileURL(module).href;
  const coverage = { scripts: [{ url, idle: [[[1, 0], [3, 1]]] as const }], sourceMaps: {} };
  assert.notEqual(guessSites(module, "native", coverage).allocations[0]?.line, 2);
});

test("nameSites() names no line that never ran, and says where it only read the source", () => {
  const module = write("kinds.mjs", KINDS);
  const holder = heldBy(module, 10, "elsewhere", "kept");
  assert.equal(sitesOf(module, holder).isRead, true);
  const { allocations } = sitesOf(module, holder, ({ line }) => line !== 5);
  assert.equal(allocations[0]?.line, 12);
});

const GRID = `const engine = { grid: { buckets: {} } };
export function cycle(context, i) {
  engine.grid = update(engine.grid, i);
}
`;

test("nameSites() takes a property that is set anew for no growth of what it leads to", () => {
  const module = write("grid.mjs", GRID);
  const { allocations } = sitesOf(module, heldBy(module, 2, "engine", "grid", "buckets"));
  assert.deepEqual(allocations.filter(({ bytes }) => bytes > 0), []);
});

const FETCH = `export function fetchAll(socket, i) {
  const parts = [];
  parts.push(i);
  socket.on("data", () => parts.push(i));
}
`;

test("nameSites() looks for what adds a listener where listeners grow", () => {
  const module = write("fetch.mjs", FETCH);
  const { allocations } = sitesOf(module, heldBy(module, 1, "socket", "_events", "data"));
  assert.equal(allocations[0]?.line, 4);
});

test("nameSites() looks for what fills a variable that a listener holds", () => {
  const module = write("kinds.mjs", KINDS);
  const { steps, ...held } = heldBy(module, 10, "kept");
  const events = { ...step, edge: "property", name: "_events", value: "Object" } as const;
  const holder = { ...held, steps: [events, ...steps], holder: held.holder + 1 };
  assert.equal(sitesOf(module, holder).allocations[0]?.line, 12);
});
