import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkNotebooks } from "./check.ts";
import { writeNotebook } from "./notebook_file.ts";
import { notebookOf } from "./script.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "heapbook-check-"));
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
writeFileSync(join(folder, "package.json"), '{"type": "module"}');
after(() => rmSync(folder, { recursive: true, force: true }));

const RIGHT = `// %% [markdown]
// # Title

// %% tags=["parameters"]
let cycles = 1000; // per target
let names: string[] = ["a"];

// %% [markdown]
// Look at the table.

// %%
import { showTable } from "heapbook/notebook";
await showTable(names.map((name) => ({ name, cycles: cycles })));
`;

const WRONG = `// %% [markdown]
// Prose without a title, and ${"far too many words ".repeat(16)}.

// %% tags=["parameters"]
const seed = Number("1");

// %%
import { missing } from "heapbook/notebook";
for (const i of [1]) {
  console.log({ seed, i });
}
const first: string = [1][0];
`;

test("checkNotebooks() finds nothing wrong with the sample", () => {
  assert.deepEqual(checkNotebooks(join(root, "lib", "notebook", "testdata")), []);
});

test("checkNotebooks() names file, line and reason of each problem", () => {
  writeFileSync(join(folder, "01_right.ts"), RIGHT);
  writeNotebook(join(folder, "01_right.ipynb"), notebookOf(RIGHT));
  writeFileSync(join(folder, "02_wrong.ts"), WRONG);
  writeFileSync(join(folder, "03_spaced.ts"), RIGHT.replace("// # Title\n", "// # Title\n\n\n"));
  writeFileSync(join(folder, "04_stale.ts"), RIGHT);
  writeNotebook(join(folder, "04_stale.ipynb"), notebookOf(RIGHT.replace("1000", "1")));
  writeFileSync(join(folder, "05_torn.ts"), "// %% [markdown]\nno slashes\n");
  const found = checkNotebooks(folder)
    .map(({ file, line, kind, message }) => `${basename(file)}:${line} ${kind}: ${message}`);
  const expected = [
    /^02_wrong\.ts:1 style: must open with a title/,
    /^02_wrong\.ts:1 style: must have 0\.8 prose cells per code cell: it has 1 and 2/,
    /^02_wrong\.ts:1 style: prose has 6\d words, at most 60/,
    /^02_wrong\.ts:5 style: a parameters cell holds only let or const with a literal/,
    /^02_wrong\.ts:7 style: cell needs a sentence above/,
    /^02_wrong\.ts:9 style: loops in a cell/,
    /^02_wrong\.ts:10 style: prints to the console/,
    /^02_wrong\.ts:10 style: \{ seed \} of an earlier cell fails in tslab/,
    /^03_spaced\.ts:4 round_trip: comes back/,
    /^04_stale\.ts:1 stale: .*04_stale\.ipynb holds other cells/,
    /^05_torn\.ts:2 unreadable: .*prose must stand in lines/,
    /^02_wrong\.ts:8 types: TS2305: .*missing/,
    /^02_wrong\.ts:12 types: TS2322: .*not assignable to type 'string'/,
  ];
  for (const pattern of expected) {
    assert.ok(found.some((line) => pattern.test(line)), `${pattern} in\n${found.join("\n")}`);
  }
  assert.deepEqual(found.filter((line) => !expected.some((pattern) => pattern.test(line))), []);
});

test("checkNotebooks() refuses a folder without scripts", () => {
  assert.throws(
    () => checkNotebooks(join(root, "lib", "plant")),
    /no script named like 01_name\.ts/,
  );
});
