// Two workers that answer: the second one keeps what it is told.
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

class Told {
  rows = [1, 2, 3];
}
const told = [];

if (!isMainThread) {
  parentPort.on("message", (i) => {
    if (workerData.keeps) told.push(new Told());
    parentPort.postMessage(i);
  });
}

export function setup() {
  return [false, true].map((keeps) => {
    return new Worker(new URL(import.meta.url), { workerData: { keeps } });
  });
}

export async function cycle(workers, i) {
  for (const worker of workers) {
    const answer = once(worker, "message");
    worker.postMessage(i);
    await answer;
  }
}

export async function teardown(workers) {
  await Promise.all(workers.map((worker) => worker.terminate()));
}
