// Worker of the second set: `workerData.mode` says what it keeps of each message.
import { parentPort, workerData } from "node:worker_threads";

const { mode } = workerData;
const kept = [];
const memory = new WebAssembly.Memory({ initial: 32, maximum: 32 });
const bytes = new Uint8Array(memory.buffer);
let top = 4096;
const modes = {
  buffers: () => kept.push(new Uint8Array(500).fill(1)),
  wasm: () => {
    bytes.fill(1, top, top + 32);
    top += 32;
  },
  arena: () => {
    top = 4096;
    for (let k = 0; k < 20; k++) bytes.fill(k + 1, top, top += 100);
  },
  one_in_ten: (id) => id % 10 === 0 && kept.push(Array.from({ length: 80 }, (_, k) => k + id / 7)),
  capped: (id) => {
    kept.push({ id, text: `${id}`.padStart(40, "x") });
    if (kept.length > 1500) kept.splice(0, 700);
  },
  none: () => {},
};
parentPort.on("message", ({ id }) => {
  modes[mode](id);
  let sum = 0;
  for (const { k } of Array.from({ length: 60 }, (_, k) => ({ k, id }))) sum += k;
  parentPort.postMessage({ id, sum });
});
