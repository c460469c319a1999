import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { expectNoLeak, LeakFound } from "./mod.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const testdata = join(root, "lib/testing/testdata");
const require = createRequire(import.meta.url);

const kept = new Map<number, { text: string }>();

function keep(i: number): void {
  kept.set(i, { text: `value ${i}` });
}

test("expectNoLeak() passes work whose state is bounded, and returns the verdict", async () => {
  const result = await expectNoLeak((i) => keep(i % 10));
  assert.equal(result.verdict, "clean");
  assert.ok((result.limitOfDetection ?? Infinity) < 16, String(result.limitOfDetection));
});

test("expectNoLeak() passes asynchronous work that only makes garbage", async () => {
  await expectNoLeak(async (i) => {
    await new Promise((resolve) => setImmediate(resolve));
    JSON.parse(JSON.stringify({ list: Array.from({ length: 50 }, () => i) }));
  }, { cycles: 60 });
});

test("expectNoLeak() shows rate, interval, site and retainer of what grows", async () => {
  kept.clear();
  const failure = await expectNoLeak(keep, { name: "keep", cycles: 100, budgetSeconds: 100 }).then(
    () => assert.fail("it passed"),
    (error: unknown) => error,
  );
  assert.ok(failure instanceof LeakFound, String(failure));
  assert.equal(failure.result.verdict, "leak");
  assert.match(failure.message, /^keep leaks; 16 B per cycle are allowed/);
  assert.match(failure.message, /\d+\.\d\d B per cycle \(99 % interval .+ … .+\), linear in heap/);
  assert.match(failure.message, /allocated at .*expect_no_leak_test\.ts:16:\d+/);
  assert.match(failure.message, /kept by .*"kept" \(Map\)/);
});

test("expectNoLeak() says what it had no time for, and how to get it", async () => {
  kept.clear();
  const failure = await expectNoLeak(keep, { cycles: 100, budgetSeconds: 0.01 }).then(
    () => assert.fail("it passed"),
    (error: unknown) => error,
  );
  assert.ok(failure instanceof LeakFound, String(failure));
  assert.match(failure.message, /No time was left to find .*: set budgetSeconds above 0/);
  await assert.rejects(expectNoLeak(keep, { budgetSeconds: -1 }), /budgetSeconds must be > 0/);
});

test("expectNoLeak() numbers cycles on and on, so that a map whose keys come again cannot hide", async () => {
  const seen = new Map<number, number>();
  await assert.rejects(
    expectNoLeak((i) => void seen.set(i, 2 ** 40 + i), { cycles: 100, name: "seen" }),
    /seen/,
  );
  assert.ok(seen.size > 300, `${seen.size} keys`);
});

test("expectNoLeak() runs fewer cycles of a function that takes long", async () => {
  let calls = 0;
  const slow = () => new Promise((resolve) => setTimeout(resolve, 10, calls++));
  // On a busy machine even those may be cut short; then the message says how many were planned.
  const { cycles, message } = await expectNoLeak(slow, { budgetSeconds: 3 })
    .catch((error: unknown) =>
      error instanceof LeakFound ? error.result : assert.fail(String(error))
    );
  assert.ok(cycles > 0 && cycles < 400 && calls >= cycles, `${cycles} cycles, ${calls} calls`);
  assert.doesNotMatch(message, /of 400 cycles/);
});

test("expectNoLeak() forgives growth that is allowed", async () => {
  kept.clear();
  const result = await expectNoLeak(keep, { cycles: 60, maxBytesPerCycle: 1000 });
  assert.match(result.message, /stays within the 1000 B per cycle that are allowed/);
});

test("expectNoLeak() sees buffers outside the heap", async () => {
  const buffers: ArrayBuffer[] = [];
  await assert.rejects(
    expectNoLeak(() => void buffers.push(new ArrayBuffer(4096)), { cycles: 60 }),
    (error: unknown) => error instanceof LeakFound && error.result.channel === "arrayBuffers",
  );
});

test("expectNoLeak() tells of a function that throws, and of options out of range", async () => {
  const broken = () => {
    throw new Error("no database");
  };
  await assert.rejects(
    expectNoLeak(broken),
    /Cannot tell whether .* threw in cycle 0: no database/,
  );
  await assert.rejects(expectNoLeak(keep, { cycles: 3 }), /cycles must be a whole number >= 20/);
  await assert.rejects(expectNoLeak(keep, { maxBytesPerCycle: 0 }), /must be > 0/);
});

test("expectNoLeak() works in vitest, and finds the line in TypeScript", () => {
  const vitest = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs");
  const { status, output } = run([vitest, "run", "--root", testdata, "--reporter=verbose"]);
  assert.equal(status, 1, output);
  assert.match(output, /✓ leak\.test\.ts > a bounded map leaves nothing behind/);
  assert.match(output, /LeakFound: keepAll leaks; 16 B per cycle are allowed/);
  assert.match(output, /allocated at .*keep\.ts:9:\d+ in keepAll/);
  // The runner puts the module into a block, whose variables a heap snapshot leaves unnamed.
  assert.match(output, /kept by module "keep\.ts" → const "kept" \(Map\) → \d+ values/);
  assert.match(output, /Tests +1 failed \| 2 passed/);
});

test("expectNoLeak() works in mocha", () => {
  const mocha = join(dirname(require.resolve("mocha/package.json")), "bin/mocha.js");
  const { status, output } = run([mocha, join(testdata, "leak.mocha.mjs")]);
  assert.equal(status, 1, output);
  assert.match(output, /1 passing/);
  assert.match(output, /LeakFound: the function leaks/);
  assert.match(output, /allocated at .*leak\.mocha\.mjs:14:\d+/);
  assert.match(output, /kept by .*"kept" \(Map\)/);
});

function run(args: readonly string[]): { status: number | null; output: string } {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...env, NO_COLOR: "1", CI: "1" },
  });
  return { status, output: stdout + stderr };
}
