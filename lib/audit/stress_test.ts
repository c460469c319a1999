import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openRun } from "./run_store.ts";
import { rank, stressTest } from "./stress.ts";

const folder = mkdtempSync(join(tmpdir(), "stress-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const testdata = fileURLToPath(new URL("../../measure/testdata/stress/", import.meta.url));
const target = (name: string) => ({ name, module: `${testdata}${name}.mjs` });
const quick = { cycles: 50, seed: 1, minimumSeconds: 0.5, maxDoublings: 0, workers: 2 };

test("stressTest() measures from outside and from inside, and keeps the samples", async () => {
  const store = openRun(folder, { id: "first" });
  const seen: number[] = [];
  const { results } = await stressTest([target("steady"), target("unproven")], {
    ...quick,
    store,
    onProgress: ({ done, total }) => seen.push(done / total),
  });
  const [steady, unproven] = results as [typeof results[number], typeof results[number]];
  assert.equal(steady.target, "steady");
  assert.ok(steady.cycles >= 50);
  assert.ok(steady.cpuSeconds > 0 && steady.seconds >= 0.4);
  assert.ok(steady.peakRssBytes > 20e6 && steady.meanRssBytes <= steady.peakRssBytes);
  assert.ok(steady.peakVirtualBytes > steady.peakRssBytes);
  assert.ok(steady.gc.count > 0 && steady.gc.maxPauseMs > 0);
  assert.equal(steady.gc.cycles, Math.ceil(steady.cycles / 4));
  assert.ok(
    Math.abs(steady.allocatedBytesPerStep - 80_000) < 8000,
    `${steady.allocatedBytesPerStep}`,
  );
  assert.ok(
    Math.abs(steady.retainedBytesPerInstance - 400_000) < 20_000,
    `${steady.retainedBytesPerInstance}`,
  );
  const columns = store.readSamples(steady.samples);
  const names = ["time_s", "cycle", "rss_bytes", "virtual_bytes", "freed_bytes"];
  assert.deepEqual(Object.keys(columns), names);
  assert.ok(columns["cycle"]!.length > 10 && columns["cycle"]!.at(-1)! <= steady.cycles);
  assert.ok(columns["cycle"]![0]! >= 0, "samples before the first cycle are no part of the run");
  assert.equal(unproven.verdict, "error");
  assert.match(unproven.message, /did not work/);
  assert.equal(seen.at(-1), 1);
});

test("stressTest() notes pauses after the cycles whose memory it judges", async () => {
  const store = openRun(folder, { id: "after" });
  const options = { ...quick, cycles: 400, minimumSeconds: 0, store };
  const { results: [heavy] } = await stressTest([target("heavy_after")], options);
  // From cycle 400 on it holds 200 MB more.
  assert.equal(heavy!.cycles, 400);
  assert.equal(heavy!.gc.cycles, 100);
  assert.ok(heavy!.peakRssBytes < 200e6, `${heavy!.peakRssBytes}`);
  assert.ok(Math.max(...store.readSamples(heavy!.samples)["rss_bytes"]!) < 200e6);
});

test("stressTest() stops noting pauses before growth fills the process", async () => {
  const { results: [filled] } = await stressTest([target("fills_after")], {
    ...quick,
    cycles: 2000,
    minimumSeconds: 0,
    memoryLimitMb: 1024,
  });
  // It would need 5 GB for 500 further cycles.
  assert.notEqual(filled!.verdict, "error", filled!.message);
  assert.ok(filled!.gc.cycles > 0 && filled!.gc.cycles < 100, `${filled!.gc.cycles}`);
});

test("stressTest() lets a process end by itself that is told late to end", async () => {
  const { results: [late] } = await stressTest([target("told_late")], {
    ...quick,
    firstLookSeconds: 60,
  });
  assert.notEqual(late!.verdict, "error", late!.message);
});

test("stressTest() contains a target that throws, and goes on from a stored run", async () => {
  const store = openRun(folder, { id: "second" });
  const options = { ...quick, store };
  const first = await stressTest([target("throws")], options);
  assert.equal(first.results[0]!.verdict, "error");
  assert.match(first.results[0]!.message, /threw in cycle 7: Error: out of reach/);
  const again = await stressTest([target("throws")], options);
  assert.deepEqual(again.results, first.results);
});

test("stressTest() stops on a signal without a result", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("enough")), 300);
  await assert.rejects(
    stressTest([target("steady")], { ...quick, minimumSeconds: 20, signal: stop.signal }),
    /enough/,
  );
});

test("stressTest() rejects zero cycles", async () => {
  await assert.rejects(
    stressTest([], { ...quick, cycles: 0 }),
    /whole number > 0: current value is 0/,
  );
});

test("rank() puts the leanest first and leaves failures out", async () => {
  const { results } = await stressTest([target("throws")], quick);
  const failed = results[0]!;
  const measured = { ...failed, verdict: "clean" as const };
  const lists = rank([
    failed,
    { ...measured, target: "large", peakRssBytes: 9e8, allocatedBytesPerStep: 1 },
    { ...measured, target: "small", peakRssBytes: 1e7, allocatedBytesPerStep: 2 },
  ]);
  assert.deepEqual(lists.byPeak, ["small", "large"]);
  assert.deepEqual(lists.byAllocation, ["large", "small"]);
});
