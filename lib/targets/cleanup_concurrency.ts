/**
 * What must hold when the laboratory is used on several worker threads at once: the same numbers as
 * on one, in order, and nothing left behind.
 *
 * @module
 */

import { liveControllers, registrySize } from "../controllers/mod.ts";
import type { ConcurrencyContract } from "../measure/mod.ts";
import { tuneGains } from "../optimizer/mod.ts";
import { closeWorkers, map, valuesOf } from "../parallel/mod.ts";
import { createEngine, monteCarlo, type SimulationTask } from "../simulation/mod.ts";
import { cleanupWorkerModule, type ThreadResult, workOnControllers } from "./cleanup_worker.ts";

const THREADS = 4;
const CONTROLLERS_PER_THREAD = 24;

const task: SimulationTask = {
  controller: "sta_smc",
  initialState: [0, 0.05, -0.03, 0, 0, 0],
  duration: 0.05,
  dt: 0.001,
};

/** The laboratory's concurrency checks, in the order in which they run. */
export const laboratoryConcurrency: readonly ConcurrencyContract[] = [
  {
    class: "Controller",
    method: "control",
    check: "concurrency.same_result",
    expected: "threads that create, step and drop controllers find what one thread finds",
    run: sameInThreads,
  },
  {
    class: "Controller",
    method: "cleanup",
    check: "concurrency.registry_empty",
    expected: "no thread leaves an entry in its registry of live controllers",
    run: registriesEmpty,
  },
  {
    class: "tuneGains",
    method: "call",
    check: "concurrency.tuning_same_seed",
    expected: "the same seed finds the same bits with 1 and 3 workers and beside another run",
    run: sameTuning,
  },
  {
    class: "Engine",
    method: "run",
    check: "concurrency.ordered",
    expected: "parallel outcomes come in order, with sequential bits, errors in their places",
    run: sameOrder,
  },
  {
    class: "monteCarlo",
    method: "call",
    check: "concurrency.monte_carlo",
    expected: "samples do not depend on the number of workers",
    run: sameSamples,
  },
  {
    class: "Engine",
    method: "run",
    check: "concurrency.cancelled",
    expected: "cancelled work fails with the reason, and the next run works",
    run: cancelled,
  },
];

function threadTasks() {
  return Array.from({ length: 2 * THREADS }, (_, seed) => ({
    seed,
    controllers: CONTROLLERS_PER_THREAD,
  }));
}

async function inThreads(): Promise<readonly ThreadResult[]> {
  const worker = { module: cleanupWorkerModule, export: "workOnControllers" };
  return valuesOf(await map(threadTasks(), worker, { workers: THREADS })) as ThreadResult[];
}

async function sameInThreads() {
  const parallel = await inThreads();
  const single = threadTasks().map(workOnControllers);
  const different = parallel.filter((result, i) => result.ends.join() !== single[i]!.ends.join());
  const count = parallel.length * CONTROLLERS_PER_THREAD;
  return {
    passed: different.length === 0,
    observed: `${count} controllers on ${THREADS} threads, ${different.length} shares differ`,
  };
}

async function registriesEmpty() {
  const results = await inThreads();
  const left = results.reduce((sum, { registered }) => sum + registered, 0);
  return {
    passed: left === 0 && registrySize() === 0 && liveControllers().length === 0,
    observed: `${left} entries in the threads, ${registrySize()} here`,
  };
}

async function sameTuning() {
  const tune = (workers: number, seed = 7) =>
    tuneGains({ controller: "sta", particles: 6, iterations: 4, duration: 0.05, workers, seed });
  const alone = await tune(1);
  const [threaded, other, beside] = await Promise.all([tune(3), tune(1, 8), tune(1)]);
  const bits = ({ gains, cost }: typeof alone) => [...gains, cost].join();
  const isSame = bits(threaded) === bits(alone) && bits(beside) === bits(alone);
  const isOther = bits(other) !== bits(alone);
  return {
    passed: isSame && isOther,
    observed: `cost ${alone.cost} alone, ${threaded.cost} with 3 workers, ${beside.cost} beside`,
  };
}

async function sameOrder() {
  const tasks = Array.from(
    { length: 12 },
    (_, i): SimulationTask =>
      i === 5 ? { ...task, gains: [1, NaN] } : { ...task, parameters: { cartMass: 1 + i / 10 } },
  );
  const bits = async (name: "sequential" | "parallel") =>
    (await createEngine(name).run(tasks, { workers: 3 })).map((outcome) =>
      outcome.ok ? Array.from(outcome.value.finalState).join() : outcome.error.message
    );
  const [expected, found] = [await bits("sequential"), await bits("parallel")];
  const different = found.filter((text, i) => text !== expected[i]).length;
  return {
    passed: different === 0 && /gains/.test(found[5]!) && new Set(found).size === tasks.length,
    observed: `${different} of ${tasks.length} outcomes differ; the wrong task says: ${found[5]}`,
  };
}

async function sameSamples() {
  const ends = async (workers: number) => {
    const vary = { parameters: 0.05, frictions: 0.1 };
    const outcomes = await monteCarlo({ task, samples: 9, seed: 3, vary, workers });
    return valuesOf(outcomes).map(({ finalState }) => Array.from(finalState).join()).join(";");
  };
  const results = [await ends(1), await ends(2), await ends(3)];
  return {
    passed: new Set(results).size === 1,
    observed: `${new Set(results).size} different sets of samples from 1, 2 and 3 workers`,
  };
}

async function cancelled() {
  const stop = new AbortController();
  const tasks = Array.from({ length: 12 }, (): SimulationTask => ({ ...task, duration: 2 }));
  const outcomes = await createEngine("parallel").run(tasks, {
    workers: 2,
    signal: stop.signal,
    onResult: () => stop.abort(new Error("enough")),
  });
  const failed = outcomes.filter((outcome) => !outcome.ok && outcome.error.message === "enough");
  await closeWorkers();
  const [next] = valuesOf(await createEngine("parallel").run([task], { workers: 1 }));
  return {
    passed: failed.length > 0 && next?.status === "completed",
    observed: `${failed.length} of ${tasks.length} tasks ended early; the next run ${next?.status}`,
  };
}
