import { Worker } from "node:worker_threads";
export async function cycle(_context, i) {
  if (i % 120 !== 60) return;
  const worker = new Worker("setInterval(() => {}, 1e6)", { eval: true });
  await new Promise((resolve) => worker.once("online", resolve));
  await worker.terminate();
}
