// Whether the auditor's own memory grows with the length of an audit: one target for up to 10⁶ cycles,
// watched from outside by this process, and measured from inside by its measuring process.
// Writes bench/auditor_memory.md. node --expose-gc bench/auditor_memory.mjs
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, tmpdir, type } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkTarget, openRun, stressTest } from "../lib/dist/audit/mod.js";

const CYCLES = [1e3, 1e4, 1e5, 1e6];
const module = fileURLToPath(new URL("./trivial_target.mjs", import.meta.url));
const spec = { name: "trivial_target", module };
const root = mkdtempSync(join(tmpdir(), "heapbook-memory-"));
const rows = [];
try {
  // Twice the shortest first, so that what is loaded and compiled once is there.
  await measure(1e3);
  for (const cycles of CYCLES) rows.push(await measure(cycles));
} finally {
  rmSync(root, { recursive: true, force: true });
}
writeFileSync(new URL("./auditor_memory.md", import.meta.url), render());
process.stdout.write(render());

async function measure(cycles) {
  const store = openRun(root, { id: `r${cycles}-${rows.length}` });
  const before = own();
  const leak = await checkTarget(spec, {
    cycles,
    warmupCycles: 200,
    timeoutSeconds: 1200,
    budgetSeconds: 1200,
    onProgress: () => {},
    store,
  });
  const stress = await stressTest([spec], {
    cycles,
    seed: 1,
    minimumSeconds: 0,
    maxDoublings: 0,
    timeoutSeconds: 1200,
    onProgress: () => {},
    store,
  });
  const after = own();
  process.stderr.write(`${cycles}: ${leak.verdict}, ${stress.results[0].verdict}\n`);
  const [trend] = leak.stages;
  const [stressed] = stress.results;
  return {
    cycles,
    growth: after - before,
    heap: leak.bytesPerCycle,
    interval: leak.interval,
    samples: store.readSamples(trend.samples).cycle.length,
    peak: trend.peakRssBytes,
    seconds: trend.seconds,
    stressPeak: stressed.peakRssBytes,
    stressSamples: store.readSamples(stressed.samples).cycle.length,
    verdicts: `${leak.verdict}, ${stressed.verdict}`,
  };
}

/** Live bytes of this process. */
function own() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function render() {
  const mb = (bytes) => (bytes / 1e6).toFixed(1);
  const cells = rows.map((row) =>
    `| ${row.cycles} | ${(row.growth / 1024).toFixed(0)} | ${row.heap.toFixed(4)} [${
      row.interval.map((end) => end.toFixed(4)).join(" … ")
    }] | ${row.samples} | ${mb(row.peak)} | ${row.stressSamples} | ${mb(row.stressPeak)} | ${
      row.seconds.toFixed(1)
    } | ${row.verdicts} |`
  );
  return `# The auditor's own memory

A target of trivial cost, checked for leaks and put under stress for ever more cycles. The
auditing process is collected and read before and after; the measuring process says what its heap
does per cycle, with all of the instrument in it. (A stress run shorter than some seconds is too short
to judge, and says so.)

| cycles | auditor grew, KB | heap of the measuring process, B/cycle [99 %] | samples kept | its peak RSS, MB | stress samples kept | peak RSS under stress, MB | trend, s | verdicts |
|---|---|---|---|---|---|---|---|---|
${cells.join("\n")}

${
    new Date().toISOString().slice(0, 10)
  }, Node ${process.version}, ${type()} ${release()}, ${cpus().length} × ${
    cpus()[0].model
  }, load average ${loadavg()[1].toFixed(1)} over the last five minutes. Run again
with \`node --expose-gc bench/auditor_memory.mjs\`.
`;
}
