// A whole tuning run, and how it scales with worker threads.
import { closeWorkers } from "heapbook/parallel";
import { tuneGains } from "heapbook/optimizer";
import { interleave, median, ratioOf } from "./median.mjs";

const base = { controller: "classical_smc", seed: 42, duration: 10, dt: 0.001 };

/** Returns time, evaluations per second, scaling and memory. */
export async function measureTuning(rounds, workers) {
  const collect = globalThis.gc ?? (() => {});
  const heap = [], start = process.hrtime.bigint();
  const result = await tuneGains({
    ...base,
    particles: 40,
    iterations: 200,
    workers,
    onIteration: () => {
      collect();
      heap.push(process.memoryUsage().heapUsed);
    },
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const some = (n) => async () => {
    const begin = process.hrtime.bigint(), used = process.cpuUsage();
    const { gains } = await tuneGains({ ...base, particles: 40, iterations: 30, workers: n });
    const { user, system } = process.cpuUsage(used);
    return { seconds: Number(process.hrtime.bigint() - begin) / 1e9, cpu: user + system, gains };
  };
  await some(workers)();
  const runs = await interleave(rounds, { one: some(1), all: some(workers) });
  await closeWorkers();
  const times = (list) => list.map((run) => run.seconds);
  const last = heap.slice(heap.length >> 1);
  return {
    seconds,
    evaluations: result.evaluations,
    perSecond: result.evaluations / seconds,
    cost: result.cost,
    scaling: ratioOf(times(runs.one), times(runs.all)),
    freeScaling: workers * ratioOf(runs.one.map((run) => run.cpu), runs.all.map((run) => run.cpu)),
    one: median(times(runs.one)),
    all: median(times(runs.all)),
    isSame: new Set([...runs.one, ...runs.all].map((run) => run.gains.join())).size === 1,
    heapGrowthPerIteration: (last.at(-1) - last[0]) / (last.length - 1),
    iterations: heap.length,
  };
}
