// A whole tuning run, and how it scales with worker threads.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { closeWorkers } from "heapbook/parallel";
import { tuneGains } from "heapbook/optimizer";
import { theilSen } from "heapbook/statistics";
import { interleave, median, ratioOf } from "./median.mjs";

const execFileAsync = promisify(execFile);
const child = fileURLToPath(new URL("tuning_child.mjs", import.meta.url));
const base = { controller: "classical_smc", seed: 42, duration: 10, dt: 0.001 };

/** Returns time, evaluations per second, scaling over whole runs, and memory; needs --expose-gc. */
export async function measureTuning(rounds, workers, iterations) {
  const whole = { ...base, particles: 40, iterations };
  const run = (n) => async () => {
    const begin = process.hrtime.bigint(), used = process.cpuUsage();
    const { gains, cost, evaluations } = await tuneGains({ ...whole, workers: n });
    const { user, system } = process.cpuUsage(used);
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    return { seconds, cpu: user + system, gains, cost, evaluations };
  };
  const runs = await interleave(rounds, { one: run(1), all: run(workers) });
  const times = (list) => list.map(({ seconds }) => seconds);
  const { cost, evaluations } = runs.all[0], all = median(times(runs.all));
  const memory = await measureMemory(workers), ceiling = await measureCeiling(rounds, workers);
  await closeWorkers();
  return {
    iterations,
    evaluations,
    perSecond: evaluations / all,
    cost,
    scaling: ratioOf(times(runs.one), times(runs.all)),
    freeScaling: workers * ratioOf(runs.one.map(({ cpu }) => cpu), runs.all.map(({ cpu }) => cpu)),
    one: median(times(runs.one)),
    all,
    isSame: new Set([...runs.one, ...runs.all].map(({ gains }) => gains.join())).size === 1,
    ceiling,
    memory,
  };
}

// What this machine gives programs that share nothing: one alone against as many as there are cores.
async function measureCeiling(rounds, workers) {
  const together = async (n) => {
    const seconds = await Promise.all(Array.from({ length: n }, async () => {
      const { stdout } = await execFileAsync(process.execPath, [child]);
      return Number(stdout);
    }));
    return Math.max(...seconds);
  };
  const times = await interleave(rounds, { one: () => together(1), all: () => together(workers) });
  return workers * ratioOf(times.one, times.all);
}

// Many iterations of short runs: what warms up has ended by the second half.
async function measureMemory(workers) {
  const iterations = 4000, every = 20, heap = [];
  await tuneGains({
    ...base,
    duration: 0.05,
    particles: 40,
    iterations,
    workers,
    onIteration: ({ iteration }) => {
      if (iteration % every > 0) return;
      globalThis.gc();
      heap.push(process.memoryUsage().heapUsed);
    },
  });
  const last = heap.slice(heap.length >> 1);
  const { slope } = theilSen(last.map((_, i) => every * i), last);
  return { iterations, bytesPerIteration: slope };
}
