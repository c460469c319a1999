import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cellIds } from "./cell_ids.ts";
import { type Notebook, TSLAB_METADATA } from "./notebook_file.ts";
import { notebookText, parseNotebook } from "./notebook_file.ts";
import { notebookOf, scriptOf } from "./script.ts";

const SCRIPT = `// %% [markdown]
// # Leak trend
//
// The heap returns to its baseline.

// %% tags=["parameters"]
let cycles = 1000;

// %% Run [markdown]
// Look at the slope.

// %%
const text = \`
// \\%% not a cell
\`;
`;

test("notebookOf() and scriptOf() are inverse on a script", () => {
  const notebook = notebookOf(SCRIPT);
  assert.equal(scriptOf(notebook), SCRIPT);
  assert.deepEqual(notebook.cells.map((cell) => [cell.cell_type, cell.id, cell.metadata]), [
    ["markdown", "leak-trend", {}],
    ["code", "leak-trend-2", { tags: ["parameters"] }],
    ["markdown", "leak-trend-3", { title: "Run" }],
    ["code", "leak-trend-4", {}],
  ]);
  assert.equal(notebook.cells[0]!.source, "# Leak trend\n\nThe heap returns to its baseline.");
  assert.equal(notebook.cells[3]!.source, "const text = `\n// %% not a cell\n`;");
  assert.deepEqual(notebook.metadata, TSLAB_METADATA);
});

test("notebookOf() reads Windows line ends, jupytext's [md] and text before the first marker", () => {
  const notebook = notebookOf('import "x";\r\n\r\n// %% [md]\r\n// # A\r\n');
  assert.deepEqual(notebook.cells.map((cell) => cell.source), ['import "x";', "# A"]);
});

test("notebookOf() names the line that it cannot read", () => {
  const wrong: readonly [string, RegExp][] = [
    [
      "// %% [markdown]\n# no slashes\n",
      /Cannot read a\.ts, line 2: prose must stand.*"# no slashes"/,
    ],
    ["// %%\n\n// %% tags=[1\n", /Cannot read a\.ts, line 3: /],
    ["// %% [video]\n", /line 1: a cell must be \[markdown\], \[raw\] or code: found \[video\]/],
    ["// ---\n// jupyter: {}\n", /line 1: the header has no end/],
  ];
  for (const [script, message] of wrong) {
    assert.throws(() => notebookOf(script, "a.ts"), { name: "SyntaxError", message });
  }
});

test("scriptOf() and notebookOf() lose nothing but outputs, whatever the notebook holds", () => {
  fc.assert(
    fc.property(notebooks(), (notebook) => {
      const script = scriptOf(notebook, { keepIds: true });
      const back = notebookOf(script);
      assert.deepEqual(back, notebook);
      assert.equal(scriptOf(back, { keepIds: true }), script);
      assert.deepEqual(parseNotebook(notebookText(notebook)), notebook);
    }),
    { numRuns: 400 },
  );
});

test("cellIds() are unique, fit nbformat, and follow from the headings", () => {
  fc.assert(fc.property(notebooks(), ({ cells }) => {
    const ids = cellIds(cells);
    assert.equal(new Set(ids).size, cells.length);
    ids.forEach((id) => assert.match(id, /^[a-z0-9-]{1,64}$/));
  }));
  const heading = { cell_type: "markdown" as const, source: "text\n## Größe & Zahl" };
  assert.deepEqual(cellIds([heading, heading]), ["gro-e-zahl", "gro-e-zahl-2"]);
});

/** Notebooks with the awkward things in them: markers, brackets, quotes, blank lines, odd keys. */
function notebooks(): fc.Arbitrary<Notebook> {
  const line = fc.oneof(
    fc.constantFrom(
      "",
      " ",
      "// %%",
      "// \\%% x",
      "%% [markdown]",
      "// ---",
      "# A b",
      "let a = 1;",
    ),
    fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\n")),
  );
  const source = fc.array(line, { maxLength: 5 }).map((lines) => lines.join("\n"));
  const key = fc.oneof(
    fc.constantFrom("tags", "title", "id", "metadata", "attachments", "a b", "x=1", "[md]", ""),
    fc.string().filter((text) => text !== "__proto__"),
  );
  const value = fc.jsonValue({ maxDepth: 2 }).map((json) => JSON.parse(JSON.stringify(json)));
  const metadata = fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true });
  const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/);
  const attachments = fc.constant({ "a.png": { "image/png": "AQID" } });
  const cell = fc.oneof(
    fc.record({ source, metadata, id }).map((fields) => ({
      ...fields,
      cell_type: "code" as const,
      outputs: [],
      execution_count: null,
    })),
    fc.record(
      { source, metadata, id, attachments, cell_type: fc.constantFrom("markdown", "raw") },
      { requiredKeys: ["source", "metadata", "id", "cell_type"] },
    ),
  );
  const cells = fc.uniqueArray(cell, { maxLength: 6, selector: ({ id }) => id });
  const own = fc.dictionary(fc.string(), fc.constantFrom(1, "x", true, null), {
    noNullPrototype: true,
  });
  // structuredClone gives every object the prototype that JSON.parse gives.
  return fc.record({ cells, metadata: fc.oneof(fc.constant(TSLAB_METADATA), own) }).map((fields) =>
    structuredClone({ nbformat: 4, nbformat_minor: 5, ...fields }) as unknown as Notebook
  );
}
