import assert from "node:assert/strict";
import { test } from "node:test";
import { formatValue, tableBundle } from "./table.ts";

test("formatValue() keeps whole numbers whole and rounds the others", () => {
  const pairs: readonly [unknown, string][] = [
    [0.1 + 0.2, "0.3"],
    [12345.678, "12,346"],
    [12345678, "12,345,678"],
    [-3.14159, "-3.142"],
    [3e-7, "3e-7"],
    [NaN, "NaN"],
    [null, ""],
    [[1, 2.55555], "[1, 2.556]"],
    [{ a: 1 }, '{"a":1}'],
    [true, "true"],
  ];
  for (const [value, text] of pairs) assert.equal(formatValue(value), text);
});

test("tableBundle() escapes, limits and says what it left out", () => {
  const rows = Array.from({ length: 30 }, (_, i) => ({ "a<b": i, name: `<i>${i}</i>` }));
  const bundle = tableBundle(rows, { caption: "x & y", limit: 3 });
  const html = String(bundle["text/html"]);
  assert.equal(html.match(/<tr>/g)?.length, 4);
  assert.ok(html.includes(">x &amp; y</caption>") && html.includes("a&lt;b"));
  assert.ok(!html.includes("<i>") && html.includes("27 more of 30 rows"));
  assert.equal(String(bundle["text/plain"]).split("\n").length, 7);
});

test("tableBundle() takes a dataframe without reading more rows than it shows", () => {
  const asked: (number | undefined)[] = [];
  const frame = {
    columns: ["t"],
    height: 1_000_000,
    head: (n?: number) => (asked.push(n), { toRecords: () => [{ t: 0.5 }, { t: 1.25 }] }),
  };
  const text = String(tableBundle(frame, { limit: 2 })["text/plain"]);
  assert.deepEqual(asked, [2]);
  assert.match(text, /1\.25\n999998 more of 1000000 rows/);
});

test("tableBundle() shows a real Polars frame", async () => {
  const { default: pl } = await import("nodejs-polars");
  const frame = pl.DataFrame({ t: Float64Array.of(1, 2.5, 3e-7), n: ["a", "b", "c"] });
  const text = String(tableBundle(frame)["text/plain"]);
  assert.deepEqual(text.split("\n").map((line) => line.trim()).slice(2), [
    "1  a",
    "2.5  b",
    "3e-7  c",
  ]);
});
