import assert from "node:assert/strict";
import { after, test } from "node:test";
import { threadId } from "node:worker_threads";
import { closeWorkers, map, type Outcome, valuesOf } from "./mod.ts";

const self = { module: import.meta.url, export: "square" };
after(closeWorkers);

/** Runs in a worker thread: squares, fails on 3, and can hang. */
export async function square(n: number): Promise<{ value: number; thread: number }> {
  if (n === 3) throw new RangeError("three is refused");
  if (n < 0) await new Promise((resolve) => setTimeout(resolve, 60_000));
  return { value: n * n, thread: threadId };
}

/** Runs in a worker thread: doubles all elements. */
export function double(values: Float64Array): Float64Array {
  return values.map((value) => 2 * value);
}

// Worker threads load this file for its exports and must not run its tests.
if (threadId === 0) {
  test("map() keeps the order and each task's own error, in threads and in process", async () => {
    for (const worker of [self, square]) {
      const seen: number[] = [];
      const outcomes = await map<number, { value: number; thread: number }>([5, 3, 2, 1], worker, {
        workers: 2,
        onResult: (index) => seen.push(index),
      });
      assert.deepEqual(outcomes.map((o) => o.ok ? o.value.value : o.error.message), [
        25,
        "three is refused",
        4,
        1,
      ]);
      assert.deepEqual([...seen].sort(), [0, 1, 2, 3]);
      const isThreaded = outcomes.some((o) => o.ok && o.value.thread !== 0);
      assert.equal(isThreaded, worker === self);
    }
  });

  test("map() stays in this thread where a notebook kernel's threads never answer", async () => {
    const scope = globalThis as { Deno?: unknown };
    assert.equal(scope.Deno, undefined);
    scope.Deno = { jupyter: {} };
    try {
      const outcomes = await map<number, { value: number; thread: number }>([2, 3], self);
      assert.deepEqual(outcomes[0], { ok: true, value: { value: 4, thread: 0 } });
      assert.ok(!outcomes[1]!.ok && outcomes[1]!.error.message === "three is refused");
    } finally {
      delete scope.Deno;
    }
  });

  test("map() carries typed arrays and large numbers of tasks", async () => {
    const tasks = Array.from({ length: 500 }, (_, i) => Float64Array.of(i, -i));
    const values = valuesOf(
      await map<Float64Array, Float64Array>(tasks, { ...self, export: "double" }, { workers: 2 }),
    );
    values.forEach((value, i) => assert.deepEqual(value, Float64Array.of(2 * i, -2 * i)));
  });

  test("map() ends running and waiting tasks on abort and works again afterwards", async () => {
    const stop = new AbortController();
    const tasks = [1, -1, -1, -1, 4];
    const running = map<number, { value: number }>(tasks, self, {
      workers: 2,
      signal: stop.signal,
      onResult: (index) => index === 0 && stop.abort(new Error("enough")),
    });
    const outcomes = await running;
    assert.equal(outcomes.length, 5);
    assert.equal((outcomes[1] as Outcome<never> & { ok: false }).error.message, "enough");
    assert.equal(outcomes[2]!.ok, false);
    const again = await map<number, { value: number }>([6], self, { workers: 2 });
    assert.equal(valuesOf(again)[0]!.value, 36);
  });

  test("map() in process stops between tasks on abort", async () => {
    const stop = new AbortController();
    const outcomes = await map([1, 2, 3], (n) => n === 2 ? stop.abort() : n, {
      signal: stop.signal,
    });
    assert.deepEqual(outcomes.map((o) => o.ok), [true, true, false]);
  });

  test("map() refuses a wrong number of workers, and an unknown export fails its task", async () => {
    await assert.rejects(
      map([1], (n) => n, { workers: 0 }),
      /whole number > 0: current value is 0/,
    );
    const [outcome] = await map([1], { module: import.meta.url, export: "absent" }, { workers: 1 });
    assert.equal(outcome!.ok, false);
    assert.deepEqual(await map([], self), []);
  });
}
