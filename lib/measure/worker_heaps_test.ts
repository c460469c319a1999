import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { watchWorkers } from "./worker_heaps.ts";

// As in a measuring process: workers that start from now on can collect.
setFlagsFromString("--expose-gc");

const KEEPER = `
  const { parentPort } = require("node:worker_threads");
  const kept = [];
  parentPort.on("message", (count) => {
    for (let k = 0; k < count; k++) kept.push(new Array(1000).fill(k));
    parentPort.postMessage(kept.length);
  });
`;

test("watchWorkers() sees what a worker keeps, to the object, and forgets it with the worker", async () => {
  const watch = watchWorkers();
  await watch.read();
  assert.equal(watch.used(), 0);
  const worker = new Worker(KEEPER, { eval: true });
  worker.unref();
  const keep = async (count: number): Promise<number> => {
    worker.postMessage(count);
    await once(worker, "message");
    await watch.read();
    return watch.used();
  };
  await keep(1);
  const before = await keep(10);
  assert.ok(watch.committed() >= before);
  const grown = await keep(100) - before;
  // An array of 1000 elements takes 8016 bytes and its header, or half of it with short pointers.
  assert.ok(grown > 100 * 4000 && grown < 100 * 8200, `${grown} bytes for 100 arrays`);
  await worker.terminate();
  await wait(20);
  await watch.read();
  assert.equal(watch.used(), 0);
});

test("watchWorkers() sees a few bytes per message between what is promoted and freed", async () => {
  const watch = watchWorkers();
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads");
    const kept = [];
    parentPort.on("message", (id) => {
      if (id % 10 === 0) kept.push(Array.from({ length: 80 }, (_, k) => k + id / 7));
      const junk = Array.from({ length: 60 }, (_, k) => ({ k, id }));
      parentPort.postMessage(junk.length);
    });`,
    { eval: true },
  );
  worker.unref();
  const readings: number[] = [];
  for (let id = 0; id < 1200; id++) {
    worker.postMessage(id);
    await once(worker, "message");
    if (id % 100 !== 99) continue;
    await watch.read();
    readings.push(watch.used());
  }
  // Ten arrays of 656 bytes, 16 bytes of header and what their table grew by.
  const rises = readings.slice(1).map((used, k) => used - (readings[k] as number));
  const usual = rises.sort((a, b) => a - b)[rises.length >> 1] as number;
  assert.ok(usual > 6500 && usual < 7500, `${rises.join(" ")} bytes for 10 arrays`);
  await worker.terminate();
});

test("watchWorkers() sees buffers that a worker keeps", async () => {
  const watch = watchWorkers();
  const worker = new Worker(KEEPER.replace("new Array(1000).fill(k)", "Buffer.alloc(10_000, k)"), {
    eval: true,
  });
  worker.unref();
  const keep = async (count: number): Promise<number> => {
    worker.postMessage(count);
    await once(worker, "message");
    await watch.read();
    return watch.external();
  };
  await keep(10);
  const before = await keep(10);
  assert.equal(await keep(100) - before, 1_000_000);
  await worker.terminate();
});

test("watchWorkers() does not wait for a worker that sleeps", { timeout: 30_000 }, async () => {
  const watch = watchWorkers();
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
    parentPort.postMessage("ready");
    Atomics.wait(workerData, 0, 0);`,
    { eval: true, workerData: gate },
  );
  await once(worker, "message");
  // Were it waited for, the test would end by its own limit: nothing but this wakes the worker.
  for (let k = 0; k < 3; k++) await watch.read();
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  await once(worker, "exit");
});

test("watchWorkers() sees how far a worker fills WebAssembly memories, old and new", async () => {
  const watch = watchWorkers();
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads");
    const memories = [new WebAssembly.Memory({ initial: 8 })];
    parentPort.on("message", ({ memory, top }) => {
      memories[memory] ??= new WebAssembly.Memory({ initial: 8 });
      new Uint8Array(memories[memory].buffer).fill(1, 0, top);
      parentPort.postMessage(top);
    });`,
    { eval: true },
  );
  worker.unref();
  const filled = async (memory: number, top: number): Promise<number> => {
    worker.postMessage({ memory, top });
    await once(worker, "message");
    await watch.read(); // where a memory is new it is found now, and read the next time
    await watch.read();
    return watch.wasm();
  };
  assert.equal(await filled(0, 640), 640);
  assert.equal(await filled(0, 100_000), 100_032);
  assert.equal(await filled(1, 64), 100_096);
  await worker.terminate();
});
