import assert from "node:assert/strict";
import { test } from "node:test";
import { nearest } from "./mod.ts";

test("nearest() finds a word with a letter dropped, doubled, swapped or in another case", () => {
  const words = ["simulate", "stress-test-memory", "verify", "audit"];
  assert.equal(nearest("simulat", words), "simulate");
  assert.equal(nearest("verfiy", words), "verify");
  assert.equal(nearest("AUDIT", words), "audit");
  assert.equal(nearest("stress_test_memori", words), "stress-test-memory");
});

test("nearest() prefers silence to a wild guess", () => {
  assert.equal(nearest("x", ["audit", "verify"]), undefined);
  assert.equal(nearest("simulate", []), undefined);
});
