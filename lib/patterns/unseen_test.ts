import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { scanSources } from "./mod.ts";
import type { PatternFinding } from "./mod.ts";

// Compiled tests run from lib/dist/patterns, sources from lib/patterns.
const root = fileURLToPath(
  new URL(
    `${import.meta.url.includes("/dist/") ? "../../../" : "../../"}data/reference/patterns/unseen/`,
    import.meta.url,
  ),
);

/** What can grow: a container, or a registration that is never taken back. */
const KINDS: readonly PatternFinding["kind"][] = ["growth", "listener", "timer", "subscription"];

/** `// grows history`, `# bounded cache`, `// unsure`: the label at the end of a line. */
const LABEL = /(?:\/\/|#) (grows|bounded|unsure)(?: \S+)?$/;

/** Compares findings with the labels in the sources of one folder. */
function compare(folder: string) {
  const { findings, problems } = scanSources([folder], { root: folder });
  assert.deepEqual(problems, []);
  const count = { grows: 0, found: 0, bounded: 0, agreed: 0, accused: 0 };
  const differences: string[] = [];
  for (const file of readdirSync(folder)) {
    readFileSync(`${folder}/${file}`, "utf8").split("\n").forEach((text, i) => {
      const label = LABEL.exec(text)?.[1] ?? "nothing";
      const here = findings.filter((finding) => finding.file === file && finding.line === i + 1);
      // A decorator that memoises for ever stands as module state.
      const kinds = text.trimStart().startsWith("@") ? [...KINDS, "module_state"] : KINDS;
      const judged = here.filter(({ kind }) => kinds.includes(kind));
      if (label === "unsure") return;
      const accuses = judged.some(({ bounded }) => bounded === false);
      const agrees = label === "nothing"
        ? !accuses
        : judged.length > 0 && accuses === (label === "grows");
      if (accuses) count.accused++;
      if (label === "grows") count.grows++;
      if (label === "bounded") count.bounded++;
      if (agrees && label === "grows") count.found++;
      if (agrees && label === "bounded") count.agreed++;
      if (!agrees) differences.push(`${file}:${i + 1} ${label}: ${text.trim()}`);
    });
  }
  return { ...count, differences };
}

for (
  const name of readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
) {
  test(`scanSources() agrees with the labels of the unseen set ${name.name} to 95 %`, (context) => {
    const { grows, found, bounded, agreed, accused, differences } = compare(root + name.name);
    context.diagnostic(
      `${found} of ${grows} growing found, ${found} of ${accused} accused rightly, ` +
        `${agreed} of ${bounded} bounded`,
    );
    assert.ok(grows >= 20 && bounded + grows >= 40, "too few labels to judge by");
    const report = differences.join("\n");
    assert.ok(found / grows >= 0.95 && found / accused >= 0.95, report);
    assert.ok((found + agreed) / (grows + bounded) >= 0.95, report);
  });
}

const python = process.env["HEAPBOOK_PYTHON_PROJECT"];

test("scanSources() agrees with the labels of the public Python sources outside the inventory", {
  skip: python === undefined || !existsSync(`${python}/src/controllers`)
    ? "HEAPBOOK_PYTHON_PROJECT names no checkout of theSadeQ/dip-smc-pso"
    : false,
}, (context) => {
  const { rows } = JSON.parse(readFileSync(`${root}public_python.json`, "utf8")) as {
    rows: { file: string; line: number; bounded: boolean }[];
  };
  const { findings } = scanSources([`${python}/src`], { root: python! });
  const differences = rows.filter(({ file, line, bounded }) => {
    const here = findings.filter((finding) =>
      finding.file === file && finding.line === line && KINDS.includes(finding.kind)
    );
    return here.length === 0 || here.some((finding) => finding.bounded === false) === bounded;
  });
  context.diagnostic(`${rows.length} sites, ${differences.length} judged otherwise`);
  assert.ok(differences.length / rows.length <= 0.05, JSON.stringify(differences, null, 1));
});
