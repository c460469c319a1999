import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Progress } from "./progress.ts";
import { openRun } from "./run_store.ts";
import { scanPatterns } from "./patterns.ts";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "heapbook-audit-patterns-"));
  for (const name of ["a.py", "b.py"]) {
    writeFileSync(join(folder, name), "log = []\n\n\ndef note(x):\n    log.append(x)\n");
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

test("scanPatterns() records its result and reports progress per file", async () => {
  const seen: Progress[] = [];
  const store = await openRun(join(folder, "runs"));
  const phase = scanPatterns([folder], { root: folder, store, onProgress: (p) => seen.push(p) });
  assert.equal(phase.files, 2);
  assert.deepEqual(seen.map(({ done, total, detail }) => [done, total, detail]), [
    [0, 2, "a.py"],
    [1, 2, "b.py"],
    [2, 2, undefined],
  ]);
  const recorded = JSON.parse(readFileSync(join(store.folder, "patterns.json"), "utf8"));
  assert.deepEqual(recorded.findings, JSON.parse(JSON.stringify(phase.findings)));
  assert.deepEqual(
    phase.findings.filter(({ kind }) => kind === "growth").map((
      { file, line, declared },
    ) => [file, line, declared]),
    [["a.py", 5, 1], ["b.py", 5, 1]],
  );
});

test("scanPatterns() stops when its signal aborts", () => {
  const signal = AbortSignal.abort();
  assert.throws(() => scanPatterns([folder], { signal }), { name: "AbortError" });
});
