import { parentPort } from "node:worker_threads";

const inputs = new Map();

function total(rows) {
  let sum = 0;
  for (const row of rows) sum += row;
  if (sum % 4 === 3) throw new RangeError(`Cannot total: sum is ${sum}`);
  return sum;
}

parentPort.on("message", ({ id, rows, tidy }) => {
  inputs.set(id, Array.from(rows, (row) => row + 0.5));
  try {
    parentPort.postMessage({ id, sum: total(rows) });
    inputs.delete(id);
  } catch (error) {
    parentPort.postMessage({ id, error: error.message });
    if (tidy) inputs.delete(id);
  }
});
