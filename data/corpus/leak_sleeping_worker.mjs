// A worker that sleeps between its jobs, as those of pools do: its event loop never turns.
import { isMainThread, Worker, workerData } from "node:worker_threads";

const jobs = []; // HOLDER
const [BELL, JOB, READY, ASLEEP] = [0, 1, 1, 0];

if (!isMainThread) {
  for (;;) {
    Atomics.wait(workerData, BELL, ASLEEP);
    jobs.push({ job: workerData[JOB], words: [workerData[JOB]] }); // LEAK
    Atomics.store(workerData, BELL, ASLEEP);
  }
}

export function setup() {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL(import.meta.url), { workerData: shared });
  worker.unref();
  return { worker, shared };
}

export async function cycle({ shared }, i) {
  shared[JOB] = i;
  Atomics.store(shared, BELL, READY);
  Atomics.notify(shared, BELL);
  while (Atomics.load(shared, BELL) !== ASLEEP) await new Promise(setImmediate);
}

export async function teardown({ worker }) {
  await worker.terminate();
}
