// What the stress instrument costs: the same cycles with it and without, in turn, and the medians
// side by side. Writes bench/stress_overhead.md. Usage: node bench/stress_overhead.mjs [PAIRS]
import { spawnSync } from "node:child_process";
import { cpus, loadavg, release, type } from "node:os";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runInSandbox } from "../lib/dist/measure/mod.js";
import { MemorySampler } from "../lib/dist/measure/stress_sampler.js";
import { median, quantile } from "../lib/dist/statistics/mod.js";
import { builtInTargets } from "../lib/dist/targets/mod.js";

const PAIRS = Number(process.argv[2] ?? 9);
const CYCLES = { sta_smc: 6000, batch_simulation: 1500, pso_tuner: 600 };
const LIMIT_MB = 4096;

// The bare run: the target's cycles and the turns of the event loop, nothing else.
const BARE = `
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
  target.validate(context);
  await target.teardown(context);
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ seconds, cpu: (user + system) / 1e6, peak }));
`;

function runBare(spec, scenario, cycles) {
  const order = JSON.stringify([spec.module, { ...spec.options, scenario }, cycles]);
  const flags = [`--max-old-space-size=${LIMIT_MB}`, "--input-type=module", "-e", BARE, order];
  const { stdout, stderr, status } = spawnSync(process.execPath, flags, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

async function runMeasured(spec, scenario, cycles) {
  const sampler = new MemorySampler(20);
  const outcome = await runInSandbox({
    instrument: fileURLToPath(new URL("../lib/dist/measure/stress_run.js", import.meta.url)),
    target: spec,
    scenario,
    parameters: { cycles, minimumSeconds: 0, plentyBytes: Infinity },
    timeoutMs: 600_000,
    memoryLimitMb: LIMIT_MB,
    onSpawn: (pid) => sampler.start(pid),
  });
  sampler.stop();
  if (outcome.status !== "completed") throw new Error(outcome.message);
  const { seconds, cpuSeconds, peakRssBytes } = outcome.result;
  return { seconds, cpu: cpuSeconds, peak: peakRssBytes };
}

// Quartiles of the ratio say how far the machine lets it be known.
function spread(values) {
  return [0.25, 0.75].map((p) => quantile(values, p).toFixed(2)).join(" … ");
}

const rows = [];
for (const [name, cycles] of Object.entries(CYCLES)) {
  const spec = builtInTargets().find((target) => target.name === name);
  const scenario = spec.meta.scenarios?.[0] ?? "default";
  const bare = [], measured = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    // Who goes first alternates, so that a machine that slows down does not favour one.
    const order = pair % 2 === 0 ? [bare, measured] : [measured, bare];
    for (const list of order) {
      list.push(await (list === bare ? runBare : runMeasured)(spec, scenario, cycles));
    }
    process.stderr.write(`${name} ${pair + 1}/${PAIRS}\n`);
  }
  const of = (list, key) => median(list.map((run) => run[key]));
  const pairs = (key, f) => median(bare.map((run, i) => f(measured[i][key], run[key])));
  rows.push([
    name,
    cycles,
    pairs("cpu", (a, b) => a / b).toFixed(3),
    spread(bare.map((run, i) => measured[i].cpu / run.cpu)),
    of(bare, "cpu").toFixed(2),
    of(measured, "cpu").toFixed(2),
    pairs("seconds", (a, b) => a / b).toFixed(3),
    (pairs("peak", (a, b) => a - b) / 1e6).toFixed(2),
    (of(bare, "peak") / 1e6).toFixed(1),
    (of(measured, "peak") / 1e6).toFixed(1),
  ]);
}

const text = `# What the stress instrument costs

The same cycles without the instrument (a bare loop with turns of the event loop) and with it (marks,
collector pauses, event-loop delay, resident set read from outside every 20 ms), in turn; medians of
${PAIRS} pairs. Goals: within 5 % in time and 1 MB in memory.

| target | cycles | CPU ratio | its quartiles | CPU bare, s | CPU with, s | wall ratio | peak RSS difference, MB | peak bare, MB | peak with, MB |
|---|---|---|---|---|---|---|---|---|---|
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
