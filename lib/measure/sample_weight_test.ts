import assert from "node:assert/strict";
import { test } from "node:test";
import { sampledObjectSize, sampleWeight } from "./sample_weight.ts";

test("sampledObjectSize() undoes what V8 reports, for all sizes that cannot be confused", () => {
  for (const interval of [16, 64, 512, 4096]) {
    for (let size = Math.max(8, interval / 32); size <= 4096; size += 8) {
      const reported = size * Math.round(sampleWeight(size, interval));
      const found = sampledObjectSize(reported, interval);
      // Two sizes may be reported alike; either way the report is explained.
      assert.equal(found * Math.round(sampleWeight(found, interval)), reported);
    }
  }
  assert.equal(sampledObjectSize(64, 16), 64);
});

test("sampleWeight() counts what sampling left out", () => {
  // Of objects as large as the interval, 1 - 1/e are sampled.
  assert.ok(Math.abs(sampleWeight(64, 64) * (1 - Math.exp(-1)) - 1) < 1e-12);
  assert.ok(sampleWeight(1e6, 64) === 1);
});
