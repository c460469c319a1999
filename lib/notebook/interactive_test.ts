import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { audit } from "./interactive.ts";

test("audit.leaks() finds the leak of a module and returns what it showed", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "heapbook-interactive-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const module = join(folder, "cache.ts");
  writeFileSync(
    module,
    "const entries: Map<number, string[]> = new Map();\n" +
      "export function cycle(_: unknown, i: number): void {\n" +
      "  entries.set(i, Array.from({ length: 64 }, (_, k) => `${i} ${k}`));\n}\n",
  );
  const { results, samples, figure } = await audit.leaks(module, {
    cycles: 200,
    maxCycles: 400,
    runs: join(folder, "runs"),
  });
  assert.equal(results[0]!.verdict, "leak");
  assert.ok(results[0]!.bytesPerCycle > 1000);
  assert.ok(samples[0]!["heap"]!.length > 5);
  assert.equal(figure.data.length, 1);
  await assert.rejects(audit.leaks(join(folder, "nothing.ts")), /nothing\.ts/);
});
