// What the stress instrument costs: the same cycles with it and without, in turn, and the mean
// differences with their intervals. Writes bench/stress_overhead.md. Usage: node bench/stress_overhead.mjs [PAIRS]
import { spawnSync } from "node:child_process";
import { cpus, loadavg, release, type } from "node:os";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runInSandbox } from "../lib/dist/measure/mod.js";
import { MemorySampler } from "../lib/dist/measure/stress_sampler.js";
import { blockBootstrapInterval, createRandom, median } from "../lib/dist/statistics/mod.js";
import { builtInTargets } from "../lib/dist/targets/mod.js";

const PAIRS = Number(process.argv[2] ?? 40);
const CYCLES = { sta_smc: 6000, batch_simulation: 1500, pso_tuner: 600 };
const LIMIT_MB = 4096;
// By default V8 collects when other threads and the clock let it, so the peak differs by several
// megabytes from run to run. With its schedule fixed the peak follows from what is allocated.
const SCHEDULES = {
  "V8's own": [],
  fixed: ["--single-threaded", "--predictable-gc-schedule"],
};

// The bare run: the target's cycles and the turns of the event loop, nothing else.
const BARE = `
  import { readFileSync } from "node:fs";
  const [module, options, cycles] = JSON.parse(process.argv[1]);
  const target = await import(module);
  const context = await target.setup(options);
  const started = performance.now(), cpu = process.cpuUsage();
  let turned = started;
  for (let i = 0; i < cycles; i++) {
    const pending = target.cycle(context, i);
    if (pending instanceof Promise) await pending;
    if (performance.now() - turned > 5) {
      await new Promise((resolve) => setImmediate(resolve));
      turned = performance.now();
    }
  }
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1000;
  // resourceUsage() would start from the peak of the process that spawned this one.
  const peak = readFileSync("/proc/self/status", "utf8").match(/VmHWM:\\s+(\\d+)/)[1] * 1024;
  target.validate(context);
  await target.teardown(context);
  console.log(JSON.stringify({ seconds, cpu: (user + system) / 1e6, peak }));
`;

function runBare(spec, scenario, cycles, schedule) {
  const order = JSON.stringify([spec.module, { ...spec.options, scenario }, cycles]);
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [`--max-old-space-size=${LIMIT_MB}`, ...schedule, "--input-type=module", "-e", BARE, order],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

async function runMeasured(spec, scenario, cycles, schedule) {
  const sampler = new MemorySampler(20);
  const outcome = await runInSandbox({
    instrument: fileURLToPath(new URL("../lib/dist/measure/stress_run.js", import.meta.url)),
    target: spec,
    scenario,
    parameters: { cycles, minimumSeconds: 0, plentyBytes: Infinity },
    timeoutMs: 600_000,
    memoryLimitMb: LIMIT_MB,
    nodeFlags: schedule,
    onSpawn: (pid) => sampler.start(pid),
  });
  sampler.stop();
  if (outcome.status !== "completed") throw new Error(outcome.message);
  const { seconds, cpuSeconds, peakRssBytes } = outcome.result;
  return { seconds, cpu: cpuSeconds, peak: peakRssBytes };
}

// Single peaks fall on one of several heights, between which a median jumps: so means.
function meanInterval(values, digits) {
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const random = createRandom(1);
  const bounds = blockBootstrapInterval(values, mean, { random, confidence: 0.95, blockLength: 1 });
  return `${mean(values).toFixed(digits)} [${bounds.map((v) => v.toFixed(digits)).join(" … ")}]`;
}

const rows = [];
for (const [name, cycles] of Object.entries(CYCLES)) {
  for (const [schedule, flags] of Object.entries(SCHEDULES)) {
    rows.push(await compare(name, cycles, schedule, flags));
  }
}

async function compare(name, cycles, schedule, flags) {
  const spec = builtInTargets().find((target) => target.name === name);
  const scenario = spec.meta.scenarios?.[0] ?? "default";
  const bare = [], measured = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    // Who goes first alternates, so that a machine that slows down does not favour one.
    const order = pair % 2 === 0 ? [bare, measured] : [measured, bare];
    for (const list of order) {
      const run = list === bare ? runBare : runMeasured;
      list.push(await run(spec, scenario, cycles, flags));
    }
    process.stderr.write(`${name}, schedule ${schedule}: ${pair + 1}/${PAIRS}\n`);
  }
  const of = (list, key) => median(list.map((run) => run[key]));
  const pairs = (key, f) => bare.map((run, i) => f(measured[i][key], run[key]));
  return [
    name,
    cycles,
    schedule,
    meanInterval(pairs("cpu", (a, b) => a / b), 3),
    of(bare, "cpu").toFixed(2),
    of(measured, "cpu").toFixed(2),
    meanInterval(pairs("peak", (a, b) => (a - b) / 1e6), 2),
    (of(bare, "peak") / 1e6).toFixed(1),
    (of(measured, "peak") / 1e6).toFixed(1),
  ];
}

const text = `# What the stress instrument costs

The same cycles without the instrument (a bare loop with turns of the event loop) and with it (marks,
collector pauses, event-loop delay, resident set read from outside every 20 ms), in turn, ${PAIRS} pairs.
Differences are means over the pairs with their 95 % intervals (bootstrap), single figures medians.
Goals: within 5 % in time and 1 MB in memory.

By V8's own schedule a collection comes when helper threads and the clock let it, so a peak differs by
several megabytes from run to run, with the instrument and without. With the schedule fixed
(\`${SCHEDULES.fixed.join(" ")}\`) it follows from what is allocated.

| target | cycles | collections | CPU ratio | CPU bare, s | CPU with, s | peak RSS difference, MB | peak bare, MB | peak with, MB |
|---|---|---|---|---|---|---|---|---|
${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}

${
  new Date().toISOString().slice(0, 10)
}, Node ${process.version}, ${type()} ${release()}, ${cpus().length} × ${
  cpus()[0].model
}, load average ${
  loadavg()[1].toFixed(1)
} over the last five minutes (processor time is compared, since a busy machine stretches the clock's).
Run again with \`node bench/stress_overhead.mjs\`.
`;
writeFileSync(new URL("./stress_overhead.md", import.meta.url), text);
process.stdout.write(text);
