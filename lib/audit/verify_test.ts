import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createRandom } from "../statistics/mod.ts";
import { type Citation, renderCitation, resolvePointer } from "./citation.ts";
import { differences } from "./differences.ts";
import { recordEnvironment } from "./environment.ts";
import type { AuditResults } from "./results.ts";
import { measureLeaks, witnessPath } from "./leaks.ts";
import type { LeakWitness } from "./measure_leak.ts";
import { finishRun, readResults, startRun, writeAudit } from "./run.ts";
import { openRun } from "./run_store.ts";
import type { RunStore } from "./run_store.ts";
import {
  cleanupPhase,
  leakPhase,
  leakResult,
  patternFinding,
  patternsPhase,
  stressPhase,
  stressResult,
} from "./testdata/recorded_phases.ts";
import { DEFAULT_LIMITS } from "./verdict.ts";
import { verifyRun } from "./verify.ts";
import type { Verification } from "./verify.ts";
import { rank } from "./stress.ts";
import { recomputeLeak } from "./verify_leaks.ts";
import { recomputeStress } from "./verify_stress.ts";

const SOURCE = ["const history = [];", "history.push(1);", "export {};"];
const ALLOCATION = {
  file: "lib/a.ts",
  line: 2,
  column: 1,
  function: "cycle",
  bytes: 64,
  objects: 1,
  text: "history.push(1);",
};

const WITNESS: LeakWitness = {
  cycles: 1000,
  askedCycles: 1200,
  concern: 16,
  // What the place of ALLOCATION keeps.
  survivors: {
    groups: [{ stack: [], objects: [0.5, 0.5], bytes: [32, 32], samples: [1, 1] }],
    slices: 2,
    cyclesPerSlice: 500,
    intervalBytes: 64,
  },
  holders: null,
  explained: null,
  snapshots: { cycle: [0, 100], heap: [4e6, 4.1e6], rss: [5e7, 5.1e7] },
  instances: { Session: [0, 3] },
};

/** A trend in which nothing grows. */
function trendColumns(): Record<string, Float64Array> {
  const cycle = Float64Array.from({ length: 80 }, (_, i) => 12.5 * i);
  const names = ["heap", "external", "arrayBuffers", "wasm", "wasmSize", "native", "files"];
  const flat = Object.fromEntries(
    [...names, "threads"].map((name, k) => [name, cycle.map(() => 1000 * (k + 1))]),
  );
  return { cycle, ...flat };
}

interface Laid {
  readonly root: string;
  readonly exports: string;
  readonly store: RunStore;
}

/** Lays out a run with its samples, source and published report, as an audit leaves them. */
function layOut(root: string): Laid {
  mkdirSync(join(root, "lib"), { recursive: true });
  writeFileSync(join(root, "lib/a.ts"), SOURCE.join("\n"));
  const store = openRun(join(root, "data/runs"), { id: "r1" });
  startRun(store, {
    cycles: 1000,
    quick: false,
    limits: DEFAULT_LIMITS,
    environment: recordEnvironment({ seed: 7, configText: "audit: {}" }),
    plannedSeconds: [20, 120, 60, 40, 20],
  });
  store.write(
    "patterns",
    patternsPhase([patternFinding({ file: "lib/a.ts", line: 2, text: SOURCE[1]! })]),
  );
  const random = createRandom("verify");
  const cycle = Float64Array.from({ length: 80 }, (_, i) => 12.5 * i);
  const columns = {
    cycle,
    rss_bytes: cycle.map((c) => 4096 * Math.round((6e7 + 300 * c + 2e4 * random.normal()) / 4096)),
    virtual_bytes: cycle.map(() => 1e9),
  };
  const samples = store.writeSamples("stress/classical_smc", columns);
  const stressed = recomputeStress(stressResult({ samples }), columns, {
    majorMb: 10,
    criticalMb: 50,
  });
  store.write(
    "stress",
    stressPhase({ results: [stressed], ranking: rank([stressed]) }),
  );
  const trend = store.writeSamples("leaks/classical_smc", trendColumns());
  store.write(witnessPath(trend), WITNESS);
  const stages = [{ ...leakResult().stages[0]!, samples: trend }];
  const record = { samples: store.readSamples(trend), witness: WITNESS };
  const measured = ["long_lived", "create_destroy"].map((scenario) =>
    recomputeLeak(leakResult({ scenario, stages, topAllocations: [ALLOCATION] }), record, {})
  );
  const limitOfDetection = Math.max(...measured.map((result) => result.limitOfDetection));
  store.write("leaks", leakPhase({ results: measured, limitOfDetection }));
  store.write("cleanup", cleanupPhase());
  const results = finishRun(store);
  const exports = join(root, "exports");
  writeAudit(results, exports);
  publish(results, exports);
  return { root, exports, store };
}

const CITED: readonly Pick<Citation, "pointer" | "format">[] = [
  { pointer: "/stress/results/0/rss/bytesPerCycle", format: "bytes_per_cycle" },
  { pointer: "/stress/results/0/meanRssBytes", format: "bytes" },
  { pointer: "/verdict/score", format: "number" },
];

function publish(results: AuditResults, folder: string): void {
  const { text, citations } = report(results);
  writeFileSync(join(folder, "REPORT.md"), text);
  writeFileSync(join(folder, "citations.json"), JSON.stringify(citations));
}

function report(results: AuditResults): { text: string; citations: Citation[] } {
  const citations = CITED.map(({ pointer, format }, i) => ({
    file: "REPORT.md",
    line: i < 2 ? 3 : 4,
    text: renderCitation(resolvePointer(results, pointer), format),
    pointer,
    format,
  }));
  const [rate, mean, score] = citations.map((citation) => citation.text);
  return { text: `# Report\n\n| ${rate} | ${mean} |\nScore ${score} points.\n`, citations };
}

function inFolder(body: (laid: Laid) => void): void {
  const root = mkdtempSync(join(tmpdir(), "heapbook-verify-"));
  try {
    body(layOut(root));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const verify = ({ root, exports, store }: Laid): Verification =>
  verifyRun(store.folder, exports, {
    root,
    renderReports: (results) => [{ file: "REPORT.md", markdown: report(results).text }],
  });

function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, "utf8");
  const after = change(before);
  assert.notEqual(after, before, "the test must change something");
  writeFileSync(path, after);
}

/** Asserts that a problem of this kind is found and that its place and message say so. */
function assertFound(laid: Laid, kind: string, where: RegExp, message: RegExp): void {
  const { ok, problems } = verify(laid);
  assert.equal(ok, false);
  assert.ok(
    problems.some((p) => p.kind === kind && where.test(p.where) && message.test(p.message)),
    JSON.stringify(problems, null, 1),
  );
}

test("recomputeLeak() keeps what probes saw grow, and changes what they did not", () => {
  const holder = { steps: [], holder: 0, bytes: [0], objects: [0], store: [64, 4160], classes: [] };
  const probed = { places: [{ stack: [], bytes: 640, times: 9 }], holder };
  const samples = { cycle: Float64Array.from([0, 1]) };
  const retainer = { words: "memory", steps: [], bytes: 4096 };
  const given = leakResult({
    topAllocations: [{ ...ALLOCATION, bytes: 640, objects: 0 }, { ...ALLOCATION, bytes: 650 }],
    retainers: [retainer, { ...retainer, bytes: 5000 }],
  });
  const witness = { ...WITNESS, survivors: null, probed };
  const result = recomputeLeak(given, { samples, witness }, {});
  assert.deepEqual(result.topAllocations.map(({ bytes }) => bytes), [640, 640]);
  assert.deepEqual(result.retainers.map(({ bytes }) => bytes), [4096, 4096]);
});

test("verifyRun() accepts a run as it was left, and has looked at all of it", () =>
  inFolder((laid) => {
    const { ok, problems, checked } = verify(laid);
    assert.deepEqual(problems, []);
    assert.equal(ok, true);
    assert.deepEqual(checked, { files: 9, series: 3, sites: 3, citations: 3, reports: 1 });
  }));

test("verifyRun() names the line of a changed digit in a report", () =>
  inFolder((laid) => {
    edit(join(laid.exports, "REPORT.md"), (text) => text.replace(/\d(?= points)/, "9"));
    assertFound(laid, "citation", /^REPORT\.md:4$/, /\/verdict\/score/);
  }));

test("verifyRun() notices a digit put before a cited number", () =>
  inFolder((laid) => {
    edit(join(laid.exports, "REPORT.md"), (text) => text.replace("| ", "| 1"));
    assertFound(laid, "citation", /^REPORT\.md:3$/, /bytesPerCycle/);
  }));

test("verifyRun() notices changed words where reports can be written anew", () =>
  inFolder((laid) => {
    edit(join(laid.exports, "REPORT.md"), (text) => text.replace("# Report", "# Report 2"));
    assertFound(laid, "report", /^REPORT\.md:1$/, /# Report 2/);
  }));

test("verifyRun() names the pointer of a changed digit in audit.json", () =>
  inFolder((laid) => {
    edit(
      join(laid.exports, "audit.json"),
      (text) => text.replace('"cycles": 1000', '"cycles": 10'),
    );
    assertFound(laid, "number", /^audit\.json\/cycles$/, /says 10, the run says 1000/);
  }));

test("verifyRun() says once that the exports are of another run", () =>
  inFolder((laid) => {
    edit(join(laid.exports, "audit.json"), (text) => text.replace('"run": "r1"', '"run": "r0"'));
    assertFound(laid, "report", /^audit\.json$/, /published from the run "r0"/);
    assert.equal(verify(laid).problems.length, 1);
  }));

test("verifyRun() recomputes growth from samples: a forged rate does not stand", () =>
  inFolder((laid) => {
    const forged = laid.store.read<{ results: { rss: { bytesPerCycle: number } }[] }>("stress");
    forged.results[0]!.rss.bytesPerCycle = 1;
    laid.store.write("stress", forged);
    const results = readResults(laid.store);
    writeAudit(results, laid.exports);
    publish(results, laid.exports);
    assertFound(laid, "number", /^\/stress\/results\/0\/rss\/bytesPerCycle$/, /recorded 1,/);
    assertFound(laid, "citation", /^REPORT\.md:3$/, /bytesPerCycle/);
  }));

test("verifyRun() recomputes the score and the answer", () =>
  inFolder((laid) => {
    const forged = { ...readResults(laid.store).verdict, score: 88, answer: "no" };
    laid.store.write("verdict", forged);
    assertFound(laid, "number", /^\/verdict\/score$/, /recorded 88, recomputed 100/);
    assertFound(laid, "number", /^\/verdict\/answer$/, /recorded "no", recomputed "yes"/);
  }));

test("verifyRun() recomputes the verdict of a leak from its trend", () =>
  inFolder((laid) => {
    const columns = trendColumns();
    const growing = columns["cycle"]!.map((c) => 4e6 + 5000 * c);
    // Somebody measured a leak and wrote down that there was none.
    laid.store.writeSamples("leaks/classical_smc", { ...columns, arrayBuffers: growing });
    assertFound(laid, "number", /^\/leaks\/results\/0\/verdict$/, /"clean", recomputed "leak"/);
    assertFound(laid, "number", /^\/leaks\/results\/0\/bytesPerCycle$/, /recomputed 5000/);
    assertFound(laid, "number", /^\/verdict\/answer$/, /recomputed "no"/);
  }));

test("verifyRun() recomputes severity, controls and limits of detection", () =>
  inFolder((laid) => {
    const leaks = readResults(laid.store).leaks!;
    laid.store.write("leaks", {
      ...leaks,
      limitOfDetection: 0.25,
      controlsValid: true,
      controls: leaks.controls.map((c) => c.kind === "negative" ? { ...c, verdict: "leak" } : c),
      results: leaks.results.map((r, i) => i === 0 ? { ...r, severity: "major" } : r),
    });
    assertFound(laid, "number", /^\/leaks\/limitOfDetection$/, /recorded 0.25, recomputed/);
    assertFound(laid, "number", /^\/leaks\/controls\/1\/passed$/, /recorded true/);
    assertFound(laid, "number", /^\/leaks\/controlsValid$/, /recorded true, recomputed false/);
    assertFound(laid, "number", /^\/leaks\/results\/0\/severity$/, /recomputed "none"/);
  }));

/** Changes one recorded leak result, and says where the change must be found. */
const FORGERIES: readonly [
  pointer: string,
  change: (leaks: AuditResults["leaks"] & object) => unknown,
][] = [
  ["bytesPerCycle", (leaks) => ({ ...leaks.results[0], bytesPerCycle: 0.5 })],
  ["interval/1", (leaks) => ({ ...leaks.results[0], interval: [0, 0.125] })],
  ["limitOfDetection", (leaks) => ({ ...leaks.results[0], limitOfDetection: 0.0625 })],
  ["growth", (leaks) => ({ ...leaks.results[0], growth: "saturating" })],
  ["channel", (leaks) => ({ ...leaks.results[0], channel: "native" })],
  ["channels/2/bytesPerCycle", (leaks) => ({
    ...leaks.results[0],
    channels: leaks.results[0]?.channels.map((of, k) => k === 2 ? { ...of, bytesPerCycle: 9 } : of),
  })],
  ["snapshots/1/heapBytes", (leaks) => ({
    ...leaks.results[0],
    snapshots: leaks.results[0]?.snapshots.map((at) => ({ ...at, heapBytes: 4e6 })),
  })],
  ["snapshots/1/instances/Session", (leaks) => ({
    ...leaks.results[0],
    snapshots: leaks.results[0]?.snapshots.map((at) => ({ ...at, instances: { Session: 0 } })),
  })],
  ["topAllocations/0/bytes", (leaks) => ({
    ...leaks.results[0],
    topAllocations: leaks.results[0]?.topAllocations.map((site) => ({ ...site, bytes: 63 })),
  })],
  ["message", (leaks) => ({ ...leaks.results[0], message: "Clean: nobody looked" })],
];

for (const [place, change] of FORGERIES) {
  test(`verifyRun() recomputes ${place} of a leak from what was measured`, () =>
    inFolder((laid) => {
      const leaks = readResults(laid.store).leaks!;
      const results = [change(leaks), ...leaks.results.slice(1)];
      laid.store.write("leaks", { ...leaks, results });
      assertFound(laid, "number", new RegExp(`^/leaks/results/0/${place}$`), /recorded .*recomp/);
    }));
}

test("verifyRun() names a missing and a changed sample file", () =>
  inFolder((laid) => {
    const samples = join(laid.store.folder, "samples/leaks/classical_smc.json");
    edit(samples, (text) => text.replace("1000,", "1001,"));
    assertFound(laid, "file", /^samples\/leaks\/classical_smc\.json$/, /content has changed/);
    rmSync(samples);
    assertFound(laid, "file", /^samples\/leaks\/classical_smc\.json$/, /missing/);
  }));

test("verifyRun() names a file that nobody recorded", () =>
  inFolder((laid) => {
    writeFileSync(join(laid.store.folder, "samples/better.json"), "{}");
    assertFound(laid, "file", /^samples\/better\.json$/, /in no list/);
  }));

test("verifyRun() names a line that moved, changed, or is gone", () =>
  inFolder((laid) => {
    const source = join(laid.root, "lib/a.ts");
    edit(source, (text) => `// one more line\n${text}`);
    assertFound(laid, "site", /topAllocations\/0$/, /lib\/a\.ts:2: .*moved to lib\/a\.ts:3/);
    edit(source, (text) => text.replace("push(1)", "push(2)"));
    assertFound(laid, "site", /^\/patterns\/findings\/0$/, /not "history\.push\(1\);"/);
    rmSync(source);
    assertFound(laid, "site", /^\/patterns\/findings\/0$/, /missing/);
  }));

test("verifyRun() notices that a holder is declared elsewhere by now", () =>
  inFolder((laid) => {
    const leaks = readResults(laid.store).leaks!;
    const container = { file: "lib/a.ts", line: 1, column: 7, function: "history" };
    const retainers = [{ words: "const history", steps: [], container, bytes: 0 }];
    const results = leaks.results.map((result) => ({ ...result, retainers }));
    laid.store.write("leaks", { ...leaks, results });
    assert.ok(!verify(laid).problems.some(({ kind }) => kind === "site"));
    edit(join(laid.root, "lib/a.ts"), (text) => `export {};\n${text}`);
    assertFound(laid, "site", /retainers\/0\/container$/, /a\.ts:1: .*does not name "history"/);
  }));

test("verifyRun() names missing exports and refuses a run that is not there", () =>
  inFolder((laid) => {
    rmSync(join(laid.exports, "REPORT.md"));
    rmSync(join(laid.exports, "audit.json"));
    assertFound(laid, "report", /^REPORT\.md$/, /missing/);
    assertFound(laid, "file", /^audit\.json$/, /cannot be read/);
    assert.throws(() => verifyRun(join(laid.root, "nowhere")), /Cannot verify/);
  }));

test("verifyRun() accepts what measureLeaks() really recorded", async () => {
  const root = mkdtempSync(join(tmpdir(), "heapbook-verify-"));
  try {
    const store = openRun(join(root, "runs"), { id: "real" });
    const corpus = fileURLToPath(new URL("../../../data/corpus/", import.meta.url));
    const spec = (name: string) => ({ name, module: join(corpus, `${name}.ts`) });
    const specs = [spec("leak_unbounded_map"), spec("clean_ring")];
    const leaks = await measureLeaks(specs, { cycles: 200, maxCycles: 400, seed: 3, store });
    store.write("leaks", leaks);
    startRun(store, {
      cycles: 200,
      quick: true,
      limits: DEFAULT_LIMITS,
      environment: recordEnvironment({ seed: 3, configText: "" }),
      plannedSeconds: [1, 1, 1, 1, 1],
    });
    finishRun(store);
    const { problems, checked } = verifyRun(store.folder, undefined, { root });
    assert.deepEqual(problems, []);
    assert.equal(checked.series, 2);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test("differences() names each place by pointer, and takes nine digits as equal", () => {
  assert.deepEqual(differences({ "a/b": [1, { c: 2 }] }, { "a/b": [1, { c: 3 }] }), [
    { pointer: "/a~1b/1/c", recorded: 2, expected: 3 },
  ]);
  assert.deepEqual(differences({ a: 0.1 + 0.2 }, { a: 0.3 }), []);
  assert.equal(differences([1], { 0: 1 }).length, 1);
});
