import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { LoadedTarget } from "./load_target.ts";
import type { SandboxPort } from "./sandbox_port.ts";
import { startWorkload } from "./workload.ts";

const port = { stage: "load", cycle: -1, progress() {} } as unknown as SandboxPort;

function target(cycle: (context: unknown, i: number) => unknown): LoadedTarget {
  return {
    spec: { name: "own", module: import.meta.filename },
    name: "own",
    scenario: "default",
    meta: {},
    contract: { cycle },
    options: { scenario: "default" },
    exports: {},
  } as LoadedTarget;
}

for (const kind of ["synchronous", "asynchronous"]) {
  test(`startWorkload() leaves each ${kind} cycle in the context of the one before`, async () => {
    const storage = new AsyncLocalStorage<number>();
    const enter = () => storage.enterWith((storage.getStore() ?? 0) + 1);
    let depth = 0;
    const workload = await startWorkload(
      target(() => {
        enter();
        depth = storage.getStore()!;
        return kind === "synchronous" ? undefined : turn();
      }),
      port,
      20,
    );
    await workload.runTo(10);
    await workload.settle();
    await workload.runTo(20);
    assert.equal(workload.cycles, 20);
    assert.equal(depth, 20);
  });
}

test("startWorkload() rejects with what a cycle throws, and can go on after it", async () => {
  const workload = await startWorkload(
    target((_, i) => {
      if (i === 3) throw new RangeError("three");
    }),
    port,
    6,
  );
  await assert.rejects(workload.runTo(6), RangeError);
  await workload.runTo(6);
  assert.equal(workload.cycles, 6);
});
