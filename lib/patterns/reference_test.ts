import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { scanSources } from "./mod.ts";
import type { PatternFinding } from "./mod.ts";

interface Label {
  readonly file: string;
  readonly line: number;
  readonly kind: string;
  readonly class: string | null;
  readonly attribute: string | null;
  readonly bounded: boolean | null;
}

// Compiled tests run from lib/dist/patterns, sources from lib/patterns.
const root = fileURLToPath(
  new URL(import.meta.url.includes("/dist/") ? "../../../" : "../../", import.meta.url),
);

function labels(name: string): readonly Label[] {
  const text = readFileSync(`${root}data/reference/patterns/${name}.json`, "utf8");
  return (JSON.parse(text) as { rows: Label[] }).rows;
}

const keyOf = ({ file, line, kind, class: owner, attribute, bounded }: Label | PatternFinding) =>
  [file, line, kind, owner, attribute, bounded].join(" ");

/** Recall over the labels, precision over the findings in the labelled files. */
function measure(wanted: readonly Label[], findings: readonly PatternFinding[]) {
  const files = new Set(wanted.map(({ file }) => file));
  const judged = findings.filter(({ file, kind }) => files.has(file) && kind !== "not_growth");
  const want = new Set(wanted.map(keyOf));
  const found = new Set(findings.map(keyOf));
  const missed = [...want].filter((key) => !found.has(key));
  const wrong = judged.map(keyOf).filter((key) => !want.has(key));
  return {
    recall: 1 - missed.length / want.size,
    precision: 1 - wrong.length / judged.length,
    report: `missed:\n${missed.join("\n")}\nwrong:\n${wrong.join("\n")}`,
  };
}

for (const name of ["fixtures", "fixtures_second", "fixtures_third"]) {
  test(`scanSources() agrees with the hand-made labels of ${name} to 95 %`, (context) => {
    const folder = `${root}lib/patterns/testdata`;
    const wanted = labels(name);
    const { findings, problems } = scanSources([folder], { root: folder });
    assert.deepEqual(problems, []);
    const { recall, precision, report } = measure(wanted, findings);
    context.diagnostic(`${wanted.length} labels, recall ${recall}, precision ${precision}`);
    assert.ok(recall >= 0.95 && precision >= 0.95, report);
  });
}

interface OwnLabels {
  readonly kinds: readonly string[];
  /** SHA-256 of every labelled file, cut to 16 digits: labels hold for that text only. */
  readonly files: Readonly<Record<string, string>>;
  readonly rows: readonly Label[];
}

test("scanSources() agrees with the labels of the laboratory's own sources to 95 %", (context) => {
  const path = `${root}data/reference/patterns/own_sources.json`;
  const { kinds, files, rows } = JSON.parse(readFileSync(path, "utf8")) as OwnLabels;
  const unchanged = Object.entries(files).filter(([file, digest]) => {
    const path = `${root}${file}`;
    if (!existsSync(path)) return false;
    return createHash("sha256").update(readFileSync(path)).digest("hex").startsWith(digest);
  }).map(([file]) => file);
  context.diagnostic(
    `${unchanged.length} of ${Object.keys(files).length} labelled files unchanged`,
  );
  const { findings } = scanSources(unchanged.map((file) => `${root}${file}`), { root });
  const wanted = rows.filter(({ file }) => unchanged.includes(file));
  const judged = findings.filter(({ kind }) => kinds.includes(kind));
  const want = new Set(wanted.map(keyOf));
  const found = new Set(judged.map(keyOf));
  const missed = [...want].filter((key) => !found.has(key));
  const wrong = [...found].filter((key) => !want.has(key));
  // One label in twenty may fail; with few labels left, one may in any case.
  const allowed = Math.max(1, Math.floor(want.size / 20));
  assert.ok(
    missed.length <= allowed && wrong.length <= allowed,
    [...missed, "wrong:", ...wrong].join("\n"),
  );
});

/** Kinds of the inventory of the public Python project, as kinds of ours. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  container_append: ["growth"],
  container_insert: ["growth", "not_growth"],
  module_mutable: ["module_state", "growth"],
  stored_ref: ["stored_reference"],
  foreign_attr: ["foreign_attribute"],
  reference_cycle: ["reference_cycle"],
  lifecycle: ["lifecycle"],
  missing_lifecycle: ["missing_lifecycle"],
  weakref: ["weak_reference"],
};

const python = process.env["HEAPBOOK_PYTHON_PROJECT"];

test("scanSources() finds the public Python inventory to 95 %, bounded or not", {
  skip: python === undefined || !existsSync(`${python}/src/simulation`)
    ? "HEAPBOOK_PYTHON_PROJECT names no checkout of theSadeQ/dip-smc-pso"
    : false,
}, (context) => {
  const text = readFileSync(`${root}data/reference/audit/python_growth_sites.json`, "utf8");
  const rows = JSON.parse(text) as Label[];
  const folders = ["simulation", "optimization", "optimizer"].map((name) =>
    `${python}/src/${name}`
  );
  const { findings } = scanSources(folders, { root: python! });
  const bare = (name: string | null) => (name ?? "").replace(/['"]/g, "");
  const missed: string[] = [];
  for (const row of rows) {
    const here = findings.filter(({ file, line }) => file === row.file && line === row.line);
    const kinds = KINDS[row.kind];
    const isFound = kinds === undefined
      // A negative: nothing here may be reported as growing.
      ? here.every(({ kind }) => kind !== "growth")
      : here.some((finding) =>
        kinds.includes(finding.kind) &&
        (row.bounded === null || finding.bounded === null || finding.bounded === row.bounded) &&
        (bare(finding.attribute) === bare(row.attribute) || row.kind === "reference_cycle")
      );
    if (!isFound) missed.push(keyOf(row));
  }
  context.diagnostic(`${rows.length} rows, ${missed.length} missed`);
  assert.ok(missed.length / rows.length <= 0.05, missed.join("\n"));
});
