// Measures what a target holds per cycle after full collections: the median over windows, since the
// first ones also compile code. Native memory grows by pages, so it is taken over all windows.
import { readFileSync } from "node:fs";
import { getHeapStatistics } from "node:v8";

const [WINDOWS, CYCLES, SETTLED] = [9, 160, 4];

export async function run(target) {
  const { contract } = target;
  const context = await contract.setup(target.options);
  const reads = [await read()];
  for (let i = 0; i < WINDOWS * CYCLES;) {
    contract.cycle(context, i++);
    // A collection now and then keeps garbage out of the resident set.
    if (i % 40 === 0) await collect();
    if (i % CYCLES === 0) reads.push(await read());
  }
  contract.validate(context);
  const native = (reads[WINDOWS].native - reads[SETTLED].native) / (WINDOWS - SETTLED);
  return {
    heap: middle(reads, "heap") / CYCLES,
    arrayBuffers: middle(reads, "arrayBuffers") / CYCLES,
    native: native / CYCLES,
  };
}

function middle(reads, key) {
  const steps = reads.slice(SETTLED + 1).map((at, k) => at[key] - reads[SETTLED + k][key]);
  return steps.sort((a, b) => a - b)[steps.length >> 1];
}

async function read() {
  for (let k = 0; k < 3; k++) await collect();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const own = getHeapStatistics().total_physical_size; // what V8's heap gives back is no growth
  return { heap: heapUsed, arrayBuffers, native: (anonymous() ?? rss) - own };
}

// Twice: the bytes of dropped ArrayBuffers are counted off by the next collection.
async function collect() {
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc();
  globalThis.gc();
}

function anonymous() {
  if (process.platform !== "linux") return null;
  const [, kilobytes] = /RssAnon:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"));
  return 1024 * Number(kilobytes);
}
