// A worker that copies each message into WebAssembly memory that it reserved, and never frees it.
import { isMainThread, parentPort, Worker } from "node:worker_threads";

if (!isMainThread) {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 64 }); // HOLDER
  const bytes = new Uint8Array(memory.buffer);
  let top = 1024;
  parentPort.on("message", (i) => {
    bytes.fill(1 + i % 250, top, top += 64); // LEAK
    parentPort.postMessage(i);
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
