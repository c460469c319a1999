import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { GrowthSyntax } from "./growth_expression.ts";
import { LISTENERS, TIMERS } from "./growth_score.ts";
import { SourcePositions } from "./source_position.ts";

const folder = mkdtempSync(join(tmpdir(), "heapbook-test-"));
after(() => rmSync(folder, { recursive: true }));

const SOURCE = `const seen = new Map<string, number[]>();
class Store {
  readonly rows: number[] = [];
  #head: object | null = null;
  add(row: number): void {
    const copy = [row];
    seen.get("x")?.push(row);
    this.rows.push(...copy);
    this.#head = { before: this.#head };
  }
}
export function cycle(store: Store, i: number): void {
  store.add(i);
  seen.set(String(i), [i]);
}
`;

function syntaxOf(text: string): { syntax: GrowthSyntax; file: string } {
  const file = join(folder, "store.ts");
  writeFileSync(file, text);
  return { syntax: new GrowthSyntax(new SourcePositions()), file };
}

test("GrowthSyntax finds the call that fills the named holder, by its class", () => {
  const { syntax, file } = syntaxOf(SOURCE);
  const add = { file, line: 5, column: 6 };
  const rows = { names: ["store", "rows"], classes: [], holderClass: "Array" };
  assert.equal(syntax.inFunction(add, rows)?.line, 8);
  const head = { names: ["store", "head"], classes: ["Object"] };
  assert.equal(syntax.inFunction(add, head)?.line, 9);
  const map = { names: ["seen"], classes: [], holderClass: "Map" };
  assert.deepEqual(syntax.inFile(file, map), {
    file,
    line: 14,
    column: 3,
    function: "cycle",
    score: 101,
    isTied: false,
  });
});

test("GrowthSyntax finds declarations of variables, fields and private fields", () => {
  const { syntax, file } = syntaxOf(SOURCE);
  const place = (name: string) => {
    const found = syntax.declaration(file, name);
    return found === null ? null : [found.kind, found.line];
  };
  assert.deepEqual(place("seen"), ["const", 1]);
  assert.deepEqual(place("rows"), ["field", 3]);
  assert.deepEqual(place("#head"), ["field", 4]);
  assert.equal(place("absent"), null);
});

test("GrowthSyntax takes neither a removal nor a property that is written over for growth", () => {
  const { syntax, file } = syntaxOf(`const seen = [];
const counts = {};
export function forget(key) {
  seen.splice(seen.indexOf(key), 1);
  counts[key].last = key;
  seen.total = seen.length;
}
export function note(key) {
  seen.unshift(key);
  counts[key] = { last: key };
}
`);
  const array = { names: ["seen"], classes: [], holderClass: "Array" };
  assert.equal(syntax.inFile(file, array)?.line, 9);
  const table = { names: ["counts"], classes: [], holderClass: "Object" };
  assert.equal(syntax.inFile(file, table)?.line, 10);
});

test("GrowthSyntax trusts an unnamed array more where the holder is spoken of", () => {
  const { syntax, file } = syntaxOf(`const byHour = new Map();
function rowsOf() {
  const rows = [];
  rows.push(1);
  return rows;
}
export function cycle(_, i) {
  const rows = byHour.get(i % 8);
  rows.push(rowsOf());
}
`);
  const hints = { names: ["byHour"], classes: [], holderClass: "Array" };
  assert.equal(syntax.inFile(file, hints)?.line, 9);
});

test("SourcePositions follows a map beside the compiled file, and leaves others alone", () => {
  const source = join(folder, "store.ts");
  writeFileSync(source, SOURCE);
  const compiled = join(folder, "store.js");
  writeFileSync(compiled, "var a;\nvar b;\n//# sourceMappingURL=store.js.map\n");
  // Line 1 comes from line 1, line 2 from line 8, column 5.
  const map = { version: 3, sources: ["store.ts"], names: [], mappings: "AAAA;AAOI" };
  writeFileSync(`${compiled}.map`, JSON.stringify(map));
  const positions = new SourcePositions();
  const place = positions.map({ url: `file://${compiled}`, line: 2, column: 1 });
  assert.deepEqual(place, { file: source, line: 8, column: 5 });
  assert.equal(positions.textAt({ file: source, line: 8 }), "this.rows.push(...copy);");
  assert.deepEqual(positions.map({ url: source, line: 3, column: 2 }), {
    file: source,
    line: 3,
    column: 2,
  });
  assert.equal(positions.map({ url: "", line: 1, column: 1 }), null);
});

test("GrowthSyntax prefers what a function does to what the module did once", () => {
  const { syntax, file } = syntaxOf(
    "const rows: number[] = [];\nrows.push(1, 2);\nexport function cycle() {\n  rows.push(3);\n}\n",
  );
  assert.equal(syntax.inFile(file, { names: ["rows"], classes: [] })?.line, 4);
});

test("GrowthSyntax follows variables into a container inside the one that has a name", () => {
  const { syntax, file } = syntaxOf(`const byDay = new Map();
export function add(day, order) {
  let orders = byDay.get(day);
  if (!orders) byDay.set(day, orders = []);
  orders.push(order);
}
let current = [];
let next = current;
export function take(taker) {
  next.push(taker);
}
`);
  const inside = { names: ["byDay"], classes: [], holderClass: "Array", isInside: true };
  assert.equal(syntax.inFile(file, inside)?.line, 5);
  const map = { names: ["byDay"], classes: [], holderClass: "Map" };
  assert.equal(syntax.inFile(file, map)?.line, 4);
  const other = { names: ["current"], classes: [], holderClass: "Array" };
  assert.equal(syntax.inFile(file, other)?.line, 10);
});

test("GrowthSyntax tells listeners of one event from those of others, and finds timers", () => {
  const { syntax, file } = syntaxOf(`export function wait(stream, done) {
  stream.on("end", done);
  stream.on("close", done);
  once(done);
  setTimeout(done, 1e9);
}
`);
  const listeners = { names: [], classes: [], holderClass: LISTENERS, event: "close" };
  assert.equal(syntax.inFile(file, listeners)?.line, 3);
  const timers = { names: [], classes: [], holderClass: TIMERS };
  assert.equal(syntax.inFile(file, timers)?.line, 5);
});

test("GrowthSyntax finds where a chain is given its next link, and where lines are alike", () => {
  const { syntax, file } = syntaxOf(`let latest = null;
export function update(changes) {
  const locale = Object.assign({}, changes);
  locale.parent = latest;
  locale.name = changes.name;
  latest = locale;
}
const seen = {};
export function see(file, map) {
  if (map) seen[file] = { map };
  else seen[file] = { map: null };
}
`);
  const chain = { names: ["latest", "parent"], links: ["latest", "parent"], classes: [] };
  assert.equal(syntax.inFile(file, chain)?.line, 4);
  const table = { names: ["seen"], classes: [], holderClass: "Object" };
  assert.equal(syntax.inFile(file, table)?.isTied, true);
  const found = syntax.inFile(file, table, ({ line }) => line !== 10);
  assert.deepEqual([found?.line, found?.isTied], [11, false]);
});
