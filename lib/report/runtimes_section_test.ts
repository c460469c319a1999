import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  type AuditResults,
  DEFAULT_LIMITS,
  findRuntimes,
  finishRun,
  measureLeaks,
  measureRuntimes,
  openRun,
  recordEnvironment,
  type RunStore,
  startRun,
  verifyRun,
  writeAudit,
} from "../audit/mod.ts";
import { renderReports, reportFor } from "./phase_reports.ts";
import { describeRuntimes, runtimeMatrix } from "./runtimes_section.ts";
import { siteIndex } from "./site_index.ts";
import { writeReport } from "./write_report.ts";

const SOURCES: Readonly<Record<string, string>> = {
  still: "const ring = []; export const cycle = (_, i) => { ring[i % 8] = { i }; };\n",
  growing: "const kept = new Map();\n" +
    "export const cycle = (_, i) => {\n  kept.set(i, Array(64).fill(i));\n};\n",
};

let root: string;
let store: RunStore;
let results: AuditResults;
const exportsFolder = () => join(root, "exports");
const verify = () => verifyRun(store.folder, exportsFolder(), { root, renderReports });

before(async () => {
  root = mkdtempSync(join(tmpdir(), "heapbook-runtimes-"));
  const targets = Object.entries(SOURCES).map(([name, text]) => {
    writeFileSync(join(root, `${name}.mjs`), text);
    return { name, module: join(root, `${name}.mjs`) };
  });
  store = openRun(join(root, "runs"), { id: "r" });
  startRun(store, {
    cycles: 40,
    quick: true,
    limits: DEFAULT_LIMITS,
    environment: recordEnvironment({ seed: 1, configText: "" }),
    plannedSeconds: [1, 1, 1, 1, 1],
  });
  const options = { cycles: 40, root, store, alwaysProfile: false };
  const [still] = targets;
  store.write("leaks", await measureLeaks([still!], options));
  // The machine of a test has one node for sure: under another name it is another runtime.
  const runtimes = findRuntimes(["other/24"], [{ name: "other/24", path: process.execPath }], root);
  store.write("runtimes", await measureRuntimes(targets, runtimes, options));
  results = finishRun(store);
  mkdirSync(exportsFolder());
  writeAudit(results, exportsFolder());
  for (const phase of [2, 5] as const) writeReport(exportsFolder(), reportFor(phase, results));
});
after(() => rmSync(root, { recursive: true, force: true }));

test("measureRuntimes() keeps what it measures on a runtime apart from the run's own", () => {
  const samples = results.runtimes!.results[0]!.leaks.results
    .flatMap(({ stages }) => stages.flatMap(({ samples }) => samples ?? []));
  assert.equal(samples.length, 2);
  for (const path of samples) assert.match(path, /^samples\/leaks%40other%2F24\//);
  assert.equal(results.runtimes!.results[0]!.node, process.versions.node);
});

test("a leak on another runtime decides the answer, and is a finding with its place", () => {
  const { verdict } = results;
  assert.match(verdict!.why, /not tried on planted leaks/); // the instrument ran without controls
  const finding = verdict!.findings.find(({ id }) => id === "P2-growing-default@other/24");
  assert.match(finding!.title, /^On other\/24: growing \(default\) leaks [56]\d\d(\.\d+)? B/);
  assert.deepEqual([finding!.site?.file, finding!.site?.line], ["growing.mjs", 3]);
});

test("runtimeMatrix() has a row per target, and says what was not measured", () => {
  assert.deepEqual(
    runtimeMatrix({ ...results, runtimes: { ...results.runtimes!, results: [] } }),
    null,
  );
  const { runtimes, rows } = runtimeMatrix(results)!;
  assert.deepEqual(runtimes, [`node ${process.versions.node}`, "other/24"]);
  assert.deepEqual(
    rows.map(({ target, cells }) => [target, ...cells.map((cell) => cell?.verdict ?? null)]),
    [["still", "clean", "clean"], ["growing", null, "leak"]],
  );
});

test("the matrix stands in the reports of phases 2 and 5 and on the site", () => {
  for (const name of ["PHASE2_LEAK_DETECTION_RESULTS.md", "CA-02_FINAL_MEMORY_AUDIT_REPORT.md"]) {
    const markdown = readFileSync(join(exportsFolder(), name), "utf8");
    assert.match(markdown, /## On other runtimes/);
    assert.match(markdown, /\| growing \| default \| {2}\| \*\*leak\*\* \|/);
    assert.match(markdown, /- other\/24, growing, default: Leak in heap at growing\.mjs:3/);
  }
  assert.match(
    describeRuntimes(results),
    /\| still \| default \| \*\*clean\*\* \| \*\*clean\*\* \|/,
  );
  const html = siteIndex(results, []);
  assert.match(html, /On other runtimes<\/h2>/);
  assert.match(html, /<td>growing<\/td><td>default<\/td><td>.*not measured.*verdict-leak/);
});

test("verifyRun() recomputes what was measured on other runtimes", () => {
  const { ok, problems, checked } = verify();
  assert.ok(ok, JSON.stringify(problems));
  assert.equal(checked.series, 3);
  const told = store.read<{ results: { leaks: { results: { bytesPerCycle: number }[] } }[] }>(
    "runtimes",
  );
  const [{ bytesPerCycle }] = told.results[0]!.leaks.results.slice(1) as [
    { bytesPerCycle: number },
  ];
  told.results[0]!.leaks.results[1]!.bytesPerCycle = bytesPerCycle / 2;
  store.write("runtimes", told);
  const found = verify().problems.map(({ where }) => where);
  assert.ok(found.includes("/runtimes/results/0/leaks/results/1/bytesPerCycle"), String(found));
});

test("findRuntimes() refuses what is no node, and two of one name", () => {
  const node = { name: "a", path: process.execPath };
  assert.throws(() => findRuntimes(["all"], [], root), /names none/);
  assert.throws(() => findRuntimes(["nowhere"], [], root), /does not exist/);
  assert.throws(() => findRuntimes([join(root, "still.mjs")], [], root), /no node executable/);
  assert.throws(() => findRuntimes(["all"], [node, node], root), /two runtimes of one name/);
  assert.equal(
    findRuntimes([process.execPath], [], root)[0]!.name,
    `node ${process.versions.node}`,
  );
});
