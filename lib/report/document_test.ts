import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { AuditResults } from "../audit/mod.ts";
import { createDocument } from "./document.ts";

const results = {
  run: "r1",
  cycles: 1000,
  leaks: { results: [{ target: "a|b", bytesPerCycle: 64.2 }], seconds: 2 },
} as unknown as AuditResults;

test("createDocument() records line, pointer and text of each cited value", () => {
  const doc = createDocument("R.md", results);
  doc.heading(1, "Result");
  doc.table(["target", "growth"], [[
    doc.cite("/leaks/results/0/target", "text"),
    doc.cite("/leaks/results/0/bytesPerCycle", "bytes_per_cycle"),
  ]]);
  const { markdown, citations } = doc.render();
  const lines = markdown.split("\n");
  assert.equal(lines[0], "# Result");
  for (const { line, text, file } of citations) {
    assert.equal(file, "R.md");
    assert.ok(
      lines[line - 1]?.includes(text.replace("|", "\\|")) || lines[line - 1]?.includes(text),
    );
  }
  assert.deepEqual(citations.map((c) => c.pointer), [
    "/leaks/results/0/target",
    "/leaks/results/0/bytesPerCycle",
  ]);
  assert.equal(citations[1]?.text, "64.2 B/cycle");
});

test("createDocument() refuses to cite what was not recorded", () => {
  const doc = createDocument("R.md", results);
  assert.throws(() => doc.cite("/leaks/results/0/severity", "text"), RangeError);
});

test("createDocument() fences code that itself holds a fence", () => {
  const doc = createDocument("R.md", results);
  doc.code("md", "```ts\n1\n```");
  assert.match(doc.render().markdown, /^````md\n/);
});
