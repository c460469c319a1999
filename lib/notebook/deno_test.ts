import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { PLOTLY_MIME } from "../report/mod.ts";
import { type Notebook, notebookOf, readNotebook } from "./mod.ts";
import { publishNotebook } from "./publish.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const notebooks = join(root, "notebooks");
let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "heapbook-deno-"));
  const sources = ["simulation", "controllers"].map((room) => join(root, "lib", room));
  writeFileSync(
    join(folder, "config.yaml"),
    `audit:\n  targets: [sta_smc]\n  patterns: { sources: ${JSON.stringify(sources)} }\n`,
  );
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Publishes a script on Deno's kernel; every cell has run where it returns. */
async function publish(script: string, parameters: Record<string, unknown>): Promise<Notebook> {
  const outIpynb = join(folder, "out.ipynb");
  const { cells } = await publishNotebook(script, {
    kernel: "deno",
    parameters,
    outIpynb,
    timeoutSeconds: 600,
  });
  assert.ok(cells.length > 0 && cells.every(({ state }) => state === "done"));
  return readNotebook(outIpynb);
}

const formatsIn = (notebook: Notebook) =>
  notebook.cells.flatMap(({ outputs = [] }) => outputs.map(({ data }) => Object.keys(data ?? {})));

test("the notebooks of phases 1 and 5 run on Deno's kernel, with charts as full bundles", async () => {
  const parameters = { run: "r", configFile: join(folder, "config.yaml"), folder };
  for (
    const [name, words] of [
      ["01_memory_patterns", /growth sites/],
      ["05_final_report", /not established/],
    ] as const
  ) {
    const notebook = await publish(join(notebooks, `${name}.ts`), parameters);
    const charts = formatsIn(notebook).filter((formats) => formats.includes(PLOTLY_MIME));
    assert.ok(charts.length > 0, name);
    for (const formats of charts) assert.ok(formats.includes("text/html"), String(formats));
    assert.match(JSON.stringify(notebook), words);
    assert.ok(formatsIn(notebook).some((formats) => formats.includes("text/markdown")));
  }
});

test("audit.leaks() measures on node in Deno's kernel, and tells its story in one cell", async () => {
  writeFileSync(
    join(folder, "cache.ts"),
    "const entries: Map<number, string[]> = new Map();\n" +
      "export function cycle(_: unknown, i: number): void {\n" +
      "  entries.set(i, Array.from({ length: 64 }, (_, k) => `${i} ${k}`));\n}\n",
  );
  const code = `import { audit } from "heapbook/notebook";
const { results } = await audit.leaks(${JSON.stringify(join(folder, "cache.ts"))}, {
  cycles: 100,
  maxCycles: 200,
  runs: ${JSON.stringify(join(folder, "runs"))},
});`;
  const script = join(notebooks, "..", "node_modules", ".heapbook-deno-test.ts");
  writeFileSync(script, `// %%\n${code}\n`);
  try {
    assert.equal(notebookOf(readFileSync(script, "utf8")).cells.length, 1);
    const [cell] = (await publish(script, {})).cells;
    const shown = cell!.outputs!.map(({ data }) => Object.keys(data ?? {}));
    assert.ok(shown.some((formats) => formats.includes(PLOTLY_MIME)), JSON.stringify(shown));
    const text = JSON.stringify(cell!.outputs);
    assert.match(text, /kept by module .*cache\.ts.* → const .*entries.* \(Map\)/);
    assert.match(text, /100 % ·/);
  } finally {
    rmSync(script, { force: true });
  }
});
