import { parentPort, workerData } from "node:worker_threads";
const kept = new Map();
let n = 0;
parentPort.on("message", ({ id }) => {
  const bytes = workerData.bytes;
  if (bytes > 0) kept.set(id, workerData.bytes < 64 ? id * 1.5 : "x".repeat(bytes - 40) + id);
  const junk = Array.from({ length: 50 }, (_, k) => ({ k, id }));
  n += junk.length;
  parentPort.postMessage({ id, n });
});
