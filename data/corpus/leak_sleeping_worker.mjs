// A worker that sleeps between its jobs, as those of pools do: its event loop never turns.
import { isMainThread, Worker, workerData } from "node:worker_threads";

const jobs = []; // HOLDER
const [BELL, JOB, READY, ASLEEP] = [0, 1, 1, 0];

if (!isMainThread) {
  for (;;) {
    Atomics.wait(workerData, BELL, ASLEEP);
    jobs.push({ job: workerData[JOB], words: [workerData[JOB]] }); // LEAK
    Atomics.store(workerData, BELL, ASLEEP);
    Atomics.notify(workerData, BELL);
  }
}

export function setup() {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL(import.meta.url), { workerData: shared });
  return { worker, shared };
}

export async function cycle({ shared }, i) {
  shared[JOB] = i;
  Atomics.store(shared, BELL, READY);
  Atomics.notify(shared, BELL);
  const { async: isWaiting, value } = Atomics.waitAsync(shared, BELL, READY);
  if (isWaiting) await value;
}

export async function teardown({ worker }) {
  await worker.terminate();
}
