// What each stage of leak detection costs beside the bare workload, and whether memory stays flat
// over a million cycles. node bench/leak_cost.mjs [--write]
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import {
  HEAP_GROWTH_FLAGS,
  runInSandbox,
  SURVIVOR_FLAGS,
  TREND_FLAGS,
} from "../lib/dist/measure/mod.js";
import { TREND_TOLERANCES } from "../lib/dist/audit/leak_channels.js";
import { builtInTargets } from "../lib/dist/targets/mod.js";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const instrument = (name) => path(`../lib/dist/measure/${name}.js`);
const CYCLES = 1000;
const WARMUP = 200;
const REPEATS = 3;
const trendParameters = {
  cycles: CYCLES,
  warmupCycles: WARMUP,
  maxCycles: CYCLES + WARMUP,
  budgetSeconds: 600,
  sharpeningSeconds: 4,
  limitSeconds: 600,
  plentyBytes: 2 ** 40,
  enoughBytes: 2 ** 40,
  snapshotCycles: [0, 100, 500, 1000],
  tolerances: TREND_TOLERANCES,
};
const stages = {
  "bare workload": [path("./bare_run.mjs"), [], { cycles: CYCLES + WARMUP }],
  "exact trend": [instrument("trend"), TREND_FLAGS, trendParameters],
  survivors: [instrument("survivors"), SURVIVOR_FLAGS, {
    cycles: CYCLES,
    warmupCycles: WARMUP,
    slices: 20,
    expectedBytesPerCycle: 2,
    snapshotCycles: [],
  }],
  snapshots: [instrument("heap_growth"), HEAP_GROWTH_FLAGS, {
    cycles: CYCLES,
    warmupCycles: WARMUP,
    maxHeapBytes: 60e6,
  }],
};
const controller = builtInTargets().find(({ name }) => name === "classical_smc");
const targets = [
  { name: "ring buffer", module: path("../data/corpus/clean_ring.ts") },
  { name: "leaking map", module: path("../data/corpus/leak_unbounded_map.ts") },
  { ...controller, name: "classical_smc", scenario: "create_destroy" },
];
const lines = [
  "# What leak detection costs",
  "",
  `Node ${process.version}, ${cpus()[0]?.model ?? "?"}, ${availableParallelism()} cores, ` +
  `${
    new Date().toISOString().slice(0, 10)
  }. ${CYCLES} cycles after ${WARMUP} of warm-up; medians ` +
  `of ${REPEATS} processes, interleaved. Made by \`node bench/leak_cost.mjs --write\`.`,
  "",
  "| target | stage | CPU, s | of bare | peak RSS, MB | more than bare, MB |",
  "|---|---|---|---|---|---|",
];
for (const target of targets) await measureTarget(target);
lines.push("", "## A million cycles", "");
lines.push(
  "| cycles | CPU, s | peak RSS of the process, MB | rows kept | heap of the auditor, MB |",
);
lines.push("|---|---|---|---|---|");
for (const cycles of [1e4, 1e5, 1e6]) await measureLong(cycles);
console.log(lines.join("\n"));
if (process.argv.includes("--write")) {
  writeFileSync(path("./leak_cost.md"), lines.join("\n") + "\n");
}

async function measureTarget({ scenario = "default", ...target }) {
  const seen = new Map(Object.keys(stages).map((name) => [name, { cpu: [], rss: [] }]));
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const [name, [file, nodeFlags, parameters]] of Object.entries(stages)) {
      const outcome = await runInSandbox({
        instrument: file,
        target,
        scenario,
        nodeFlags,
        parameters,
        timeoutMs: 600_000,
      });
      if (outcome.status !== "completed") throw new Error(outcome.message);
      seen.get(name).cpu.push(outcome.cpuSeconds);
      seen.get(name).rss.push(outcome.peakRssBytes / 1e6);
    }
  }
  const bare = seen.get("bare workload");
  for (const [name, { cpu, rss }] of seen) {
    const cells = [
      target.name,
      name,
      median(cpu).toFixed(2),
      `${(median(cpu) / median(bare.cpu)).toFixed(1)} ×`,
      median(rss).toFixed(0),
      (median(rss) - median(bare.rss)).toFixed(0),
    ];
    lines.push(`| ${cells.join(" | ")} |`);
  }
}

/** A leak of numbers keeps the trend from being flat, so it runs to the end. */
async function measureLong(cycles) {
  const outcome = await runInSandbox({
    instrument: instrument("trend"),
    target: { name: "long", module: path("../data/corpus/clean_ring.ts") },
    scenario: "default",
    nodeFlags: TREND_FLAGS,
    parameters: { ...trendParameters, cycles, warmupCycles: 200, maxCycles: cycles + 200 },
    timeoutMs: 1_200_000,
  });
  if (outcome.status !== "completed") throw new Error(outcome.message);
  globalThis.gc?.();
  const cells = [
    outcome.result.cycles,
    outcome.cpuSeconds.toFixed(1),
    (outcome.peakRssBytes / 1e6).toFixed(0),
    outcome.result.samples.cycle.length,
    (process.memoryUsage().heapUsed / 1e6).toFixed(1),
  ];
  lines.push(`| ${cells.join(" | ")} |`);
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
