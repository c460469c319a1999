// Run by mocha in expect_no_leak_test.ts: the first test passes, the second fails and says why.
import { expectNoLeak } from "heapbook/testing";

const kept = new Map();

describe("expectNoLeak() in mocha", () => {
  it("passes a bounded map", async () => {
    await expectNoLeak((i) => void kept.set(i % 10, { text: `value ${i}` }), { cycles: 100 });
  }).timeout(60_000);

  it("finds an unbounded map", async () => {
    // Time for the reasons too, however busy the machine is.
    const options = { cycles: 100, budgetSeconds: 100 };
    await expectNoLeak((i) => void kept.set(i, { text: `value ${i}` }), options);
  }).timeout(120_000);
});
