import assert from "node:assert/strict";
import { test } from "node:test";
import { renderColumns } from "./columns.ts";

test("renderColumns() aligns numbers to the right and words to the left", () => {
  const text = renderColumns(["name", "bytes"], [["a", "1 024.5"], ["long name", "−3"]]);
  assert.deepEqual(text.split("\n"), [
    "name         bytes",
    "─────────  ───────",
    "a          1 024.5",
    "long name       −3",
  ]);
});
