import assert from "node:assert/strict";
import { test } from "node:test";
import { SampleLog } from "./sample_log.ts";

test("SampleLog covers a million cycles in the rows it began with", () => {
  const log = new SampleLog(["cycle", "value"], 64, 10);
  for (let cycle = 0; cycle <= 1e6; cycle++) {
    if (cycle % log.step !== 0) continue;
    log.append((rows, offset) => {
      rows[offset] = cycle;
      rows[offset + 1] = 3 * cycle;
    });
  }
  const { cycle = [], value = [] } = log.columns();
  assert.ok(log.length <= 64 && log.length > 31, `${log.length} rows`);
  assert.equal(cycle[0], 0);
  assert.ok((cycle.at(-1) ?? 0) > 1e6 - log.step);
  assert.ok(cycle.every((at, k) => at === k * log.step), "rows stay evenly spaced");
  assert.deepEqual(value, cycle.map((at) => 3 * at));
});
