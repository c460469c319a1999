// Run by vitest in expect_no_leak_test.ts: the first test passes, the second fails and says why.
import { expect, test } from "vitest";
import { expectNoLeak, LeakFound } from "heapbook/testing";
import { keepAll, keepTen } from "./keep.ts";

test("a bounded map leaves nothing behind", async () => {
  const { verdict } = await expectNoLeak((i) => keepTen(i), { cycles: 100 });
  expect(verdict).toBe("clean");
}, 60_000);

test("an unbounded map is found", async () => {
  // Time for the reasons too, however busy the machine is.
  const options = { cycles: 100, maxBytesPerCycle: 16, name: "keepAll", budgetSeconds: 100 };
  await expectNoLeak((i) => keepAll(i), options);
}, 120_000);

test("the error is of a class of its own", () => {
  expect(LeakFound.prototype).toBeInstanceOf(Error);
});
