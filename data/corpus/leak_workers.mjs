import { Worker } from "node:worker_threads";
const workers = []; // HOLDER
export async function cycle(_context, i) {
  if (i % 60 !== 10) return;
  const worker = new Worker("setInterval(() => {}, 1e6)", { eval: true }); // LEAK
  await new Promise((resolve) => worker.once("online", resolve));
  worker.unref();
  workers.push(worker); // LEAK
}
export async function teardown() {
  await Promise.all(workers.map((worker) => worker.terminate()));
}
