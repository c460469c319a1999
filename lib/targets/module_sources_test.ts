import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { findModuleSources } from "./module_sources.ts";

test("findModuleSources() follows every form of relative import, and circles, once", (context) => {
  const root = mkdtempSync(join(tmpdir(), "heapbook-sources-"));
  context.after(() => rmSync(root, { recursive: true }));
  const files = {
    "target.ts": `import { a } from "./a.js";\nimport fs from "node:fs";\nimport "pkg";\n` +
      `const b = await import('./deep/b.mjs');\nexport * from "./folder";`,
    "a.ts": `const c = require("./c");\nimport type { T } from "./target.ts";`,
    "c.cjs": `module.exports = require(\`./data.json\`);`,
    "data.json": "{}",
    "deep/b.mjs": `import "../a";\nimport "./missing.js";`,
    "folder/index.js": "",
    "unrelated.ts": "",
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const found = findModuleSources(join(root, "target.ts")).map((file) => relative(root, file));
  assert.deepEqual(found.sort(), ["a.ts", "c.cjs", "deep/b.mjs", "folder/index.js", "target.ts"]);
});

test("findModuleSources() leaves it to the loader to complain about a missing module", () => {
  assert.equal(findModuleSources("/nowhere/target.ts").length, 1);
});
