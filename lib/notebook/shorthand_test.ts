import assert from "node:assert/strict";
import { test } from "node:test";
import { findBrokenShorthands } from "./shorthand.ts";

test("findBrokenShorthands() finds names of earlier cells, and only those", () => {
  const cells = [
    'import { join as path } from "node:path";\nimport all, * as os from "node:os";\nlet n = 1;',
    "const { a, b: [c] } = { a: 1, b: [2] };\nfunction f() {}\nclass K {}",
    "const own = 1;\nshow({ n, own });\nconst { x } = g({ a: a, c });",
    "h({\n  path,\n  all,\n  os,\n  f,\n  K,\n  x,\n  z,\n});",
  ];
  const found = findBrokenShorthands(cells).map(({ cell, line, name }) =>
    `${cell}:${line} ${name}`
  );
  assert.deepEqual(found, [
    "2:1 n",
    "2:2 c",
    "3:1 path",
    "3:2 all",
    "3:3 os",
    "3:4 f",
    "3:5 K",
    "3:6 x",
  ]);
});
