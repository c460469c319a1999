import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { notebookOf, writeNotebook } from "../notebook/mod.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const main = join(root, "lib", "dist", "cli", "main.js");
const folder = mkdtempSync(join(tmpdir(), "heapbook-notebook-cli-"));
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
after(() => rmSync(folder, { recursive: true, force: true }));

function heapbook(...words: readonly string[]): { code: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, [main, "notebook", ...words], {
    cwd: folder,
    encoding: "utf8",
  });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

const SCRIPT =
  "// %% [markdown]\n// # One\n\n// %%\nlet a: number = 1;\nawait Promise.resolve(a);\n";

test("heapbook notebook publish runs a script and says what it wrote", () => {
  writeFileSync(join(folder, "01_one.ts"), SCRIPT);
  const run = heapbook("publish", "01_one.ts", "--kernel", "deno", "--html", "--out", "out");
  assert.equal(run.code, 0, run.err);
  assert.equal(run.out, `${join("out", "01_one.ipynb")}\n${join("out", "01_one.html")}\n`);
  assert.match(readFileSync(join(folder, "out", "01_one.html"), "utf8"), /<h1 id="one">One<\/h1>/);
});

test("heapbook notebook import writes the script of a notebook", () => {
  writeNotebook(join(folder, "02_two.ipynb"), notebookOf(SCRIPT));
  const run = heapbook("import", "02_two.ipynb");
  assert.deepEqual([run.code, run.out], [0, "02_two.ts\n"]);
  assert.equal(readFileSync(join(folder, "02_two.ts"), "utf8"), SCRIPT);
});

test("heapbook notebook check prints file, line and reason, and exits 1", () => {
  writeFileSync(join(folder, "03_three.ts"), SCRIPT.replace("number = 1", 'number = "1"'));
  const run = heapbook("check", ".");
  assert.equal(run.code, 1);
  assert.match(run.out, /^03_three\.ts:5: types: TS2322/m);
  const right = heapbook("check", join(root, "lib", "notebook", "testdata"));
  assert.deepEqual([right.code, right.out], [0, "1 notebooks are right\n"]);
});

test("heapbook notebook answers a slip with one line and exit code 2", () => {
  const slips: readonly [readonly string[], RegExp][] = [
    [["publsh", "x"], /found "publsh" \(did you mean publish\?\)/],
    [["publish"], /Cannot publish as no file is named/],
    [["publish", "none.ts"], /Cannot read the script none\.ts/],
    [["publish", "01_one.ts", "-p", "=3"], /--parameter as it must be NAME=JSON/],
    [["publish", "01_one.ts", "-p", "b=3"], /no cell is tagged "parameters"/],
    [["import", "01_one.ts"], /Cannot read 01_one\.ts as it is no JSON/],
    [["import", "a", "b", "--out", "c"], /Cannot import 2 notebooks into one --out/],
    [["check", "nowhere"], /Cannot check nowhere as there is no such folder/],
  ];
  for (const [words, message] of slips) {
    const run = heapbook(...words);
    assert.equal(run.code, 2, words.join(" "));
    assert.match(run.err, message);
    assert.equal(run.err.trim().split("\n").length, 1, run.err);
  }
});
