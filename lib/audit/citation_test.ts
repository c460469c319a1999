import { strict as assert } from "node:assert";
import { test } from "node:test";
import { renderCitation, resolvePointer } from "./citation.ts";

test("renderCitation() keeps three significant digits and the unit", () => {
  assert.equal(renderCitation(1_234_567, "bytes"), "1.23 MB");
  assert.equal(renderCitation(0, "bytes_per_cycle"), "0 B/cycle");
  assert.equal(renderCitation(-240.4, "bytes_per_cycle"), "−240 B/cycle");
  assert.equal(renderCitation(64_000, "mb_per_1000_cycles"), "64.0 MB");
  assert.equal(renderCitation(0.136, "mb_per_1000_cycles"), "136 B");
  assert.equal(renderCitation([0, 5120], "bytes_per_cycle_interval"), "0 … 5.12 KB");
  assert.equal(renderCitation(null, "bytes"), "not measured");
  assert.equal(renderCitation(1_000_000, "integer"), "1,000,000");
});

test("renderCitation() counts the items of a list that match", () => {
  const list = [{ verdict: "clean" }, { verdict: "leak" }, { verdict: "clean" }];
  assert.equal(renderCitation(list, "count"), "3");
  assert.equal(renderCitation(list, "count", { verdict: "clean" }), "2");
});

test("resolvePointer() follows escapes and names what is missing", () => {
  assert.equal(resolvePointer({ "a/b": [{ "~": 7 }] }, "/a~1b/0/~0"), 7);
  assert.throws(() => resolvePointer({ a: {} }, "/a/b"), /no "b" there/);
});
