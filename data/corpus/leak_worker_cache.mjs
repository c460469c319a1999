// A worker that answers for ever and keeps each question: the main thread holds nothing.
import { isMainThread, parentPort, Worker } from "node:worker_threads";

const answers = new Map(); // HOLDER

if (!isMainThread) {
  parentPort.on("message", (question) => {
    answers.set(question, { question, words: `answer ${question}`.split(" ") }); // LEAK
    parentPort.postMessage(question);
  });
}

export function setup() {
  const worker = new Worker(new URL(import.meta.url));
  worker.unref();
  return worker;
}

export function cycle(worker, i) {
  return new Promise((resolve) => {
    worker.once("message", resolve);
    worker.postMessage(i);
  });
}

export async function teardown(worker) {
  await worker.terminate();
}
