// Worker of the third set: `workerData.mode` says what it keeps of each message.
import { parentPort, workerData } from "node:worker_threads";

const { mode } = workerData;
const kept = new Map();
const memory = new WebAssembly.Memory({ initial: 4, maximum: 4000 });
const modes = {
  strings_one_in_forty: (id) => id % 40 === 0 && kept.set(id, `${id},`.repeat(600).split(",")),
  wasm_grow_one_in_sixty: (id) => {
    if (id % 60 !== 0) return;
    const page = memory.grow(1);
    new Uint8Array(memory.buffer, page * 65536).fill(7);
  },
  onset_600: (id) => id > 600 && kept.set(id, { id, at: id * 1.5, text: `message ${id}` }),
  shared: (id, data) => kept.set(id, data),
  plateau_700: (id) =>
    kept.set(id % 700, {
      id,
      rows: Array.from({ length: 30 }, (_, k) => k / id),
    }),
  none: () => {},
};
parentPort.on("message", ({ id, data }) => {
  modes[mode](id, data);
  let sum = 0;
  for (const { k } of Array.from({ length: 60 }, (_, k) => ({ k, id }))) {
    sum += k;
  }
  parentPort.postMessage({ id, sum });
});
