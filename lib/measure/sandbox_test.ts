import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runInSandbox, type SandboxOutcome, type SandboxRequest } from "./sandbox.ts";
import { readMemory } from "./process_memory.ts";

const testdata = fileURLToPath(new URL("../../measure/testdata/", import.meta.url));

interface Counted {
  readonly cycles: number;
  readonly scenario: string;
  readonly classes: readonly string[];
  readonly context: { readonly sum: number; readonly options: Record<string, unknown> };
}

function run(
  module: string,
  options: Partial<SandboxRequest> = {},
): Promise<SandboxOutcome<Counted>> {
  return runInSandbox<Counted>({
    instrument: `${testdata}count_instrument.mjs`,
    target: { name: module, module: `${testdata}contained/${module}`, options: { gain: 2 } },
    scenario: "default",
    parameters: { cycles: 10 },
    timeoutMs: 30_000,
    ...options,
  });
}

async function failure(
  module: string,
  options: Partial<SandboxRequest> = {},
): Promise<{ status: string; message: string; cycle: number }> {
  const outcome = await run(module, options);
  assert.ok(outcome.status !== "completed", `${module} should not complete`);
  return outcome;
}

test("runInSandbox() runs an ES module and hands its setup the scenario and the options", async () => {
  const seen: number[] = [];
  const outcome = await run("counts.mjs", {
    scenario: "long_lived",
    onProgress: (done) => seen.push(done),
  });
  assert.ok(outcome.status === "completed", JSON.stringify(outcome));
  assert.deepEqual(outcome.result.classes, ["Thing"]);
  assert.equal(outcome.result.scenario, "long_lived");
  assert.deepEqual(outcome.result.context, {
    sum: 45,
    options: { gain: 2, scenario: "long_lived" },
  });
  assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.ok(outcome.cpuSeconds > 0 && outcome.peakRssBytes > 2 ** 20);
});

test("runInSandbox() reports the child's own peak, however large its parent is", async () => {
  const large = Buffer.alloc(300 * 2 ** 20, 1);
  const outcome = await run("counts.mjs");
  assert.equal(large.length, 300 * 2 ** 20);
  assert.equal(outcome.status, "completed");
  assert.ok(outcome.peakRssBytes < 200 * 2 ** 20, `${outcome.peakRssBytes} bytes`);
});

test("runInSandbox() loads CommonJS, default objects and TypeScript with an enum", async () => {
  for (const module of ["common.cjs", "default_object.mjs", "typed.ts"]) {
    const outcome = await run(module);
    assert.equal(outcome.status, "completed", JSON.stringify(outcome));
  }
});

test("runInSandbox() reports a throw with its cycle, message and place", async () => {
  const { status, message, cycle } = await failure("throws.mjs");
  assert.equal(status, "threw");
  assert.equal(cycle, 7);
  assert.match(message, /threw in cycle 7: RangeError: gain is NaN \(.*throws\.mjs:2:\d+\)$/);
  const late = await failure("throws_later.mjs");
  assert.equal(late.status, "threw");
  assert.match(late.message, /late failure/);
});

test("runInSandbox() stops a hang and everything the target started", async () => {
  let pid = 0;
  const hang = await failure("hangs.mjs", { timeoutMs: 1500, onSpawn: (id) => pid = id });
  assert.equal(hang.status, "hung");
  assert.match(hang.message, /hung in or after cycle 5: stopped after 1.5 s/);
  assert.equal(readMemory(pid), null);
  const parent = await failure("starts_child.mjs", { timeoutMs: 1500, onSpawn: (id) => pid = id });
  assert.equal(parent.status, "hung");
  assert.deepEqual(runningInGroup(pid), []);
  const stalled = await failure("hangs.mjs", { stallMs: 800 });
  assert.equal(stalled.status, "hung");
});

test("runInSandbox() tells an exit, an abort and a promise that never settles apart", async () => {
  const exit = await failure("exits.mjs");
  assert.deepEqual([exit.status, exit.cycle], ["exited", 2]);
  assert.match(exit.message, /ended its process with code 3 in cycle 2/);
  const abort = await failure("aborts.mjs");
  assert.equal(abort.status, "exited");
  assert.match(abort.message, /by signal SIGABRT/);
  const unsettled = await failure("never_settles.mjs");
  assert.deepEqual([unsettled.status, unsettled.cycle], ["no_result", 4]);
  assert.match(unsettled.message, /never finished cycle 4/);
});

test("runInSandbox() contains a target that eats its heap, or memory outside it", async () => {
  const heap = await failure("eats_heap.mjs", { memoryLimitMb: 64, parameters: { cycles: 1e6 } });
  assert.equal(heap.status, "out_of_memory");
  assert.match(heap.message, /64 MB/);
  const cycles = { parameters: { cycles: 1e6 } };
  const buffers = await failure("eats_buffers.mjs", { memoryLimitMb: 256, ...cycles });
  assert.equal(buffers.status, "out_of_memory");
});

test("runInSandbox() says why a module cannot be a target", async () => {
  const broken = await failure("broken.mjs");
  assert.equal(broken.status, "load_failed");
  assert.match(broken.message, /Cannot load target .*broken\.mjs as SyntaxError/);
  const useless = await failure("no_cycle.mjs");
  assert.match(useless.message, /must export a function "cycle": it exports run/);
  assert.match((await failure("absent.mjs")).message, /absent\.mjs as it does not exist/);
  assert.match((await failure(".")).message, /as it must be a file/);
  assert.equal((await failure("counts.mjs", { execPath: "/nowhere/node" })).status, "load_failed");
});

test("runInSandbox() is cancelled by its signal", async () => {
  const cancel = new AbortController();
  const outcome = failure("hangs.mjs", {
    signal: cancel.signal,
    onProgress: (done) => done === 5 && cancel.abort(),
  });
  assert.equal((await outcome).status, "cancelled");
  assert.equal((await failure("counts.mjs", { signal: cancel.signal })).status, "cancelled");
});

test("runInSandbox() leaves no process behind when its own process is killed", async () => {
  const sandbox = new URL("./sandbox.js", import.meta.url).href;
  const request = {
    instrument: `${testdata}count_instrument.mjs`,
    target: { name: "hangs", module: `${testdata}contained/hangs.mjs` },
    scenario: "default",
    parameters: { cycles: 10 },
    timeoutMs: 60_000,
  };
  const script = `import { runInSandbox } from ${JSON.stringify(sandbox)};
    runInSandbox({ ...${JSON.stringify(request)}, onSpawn: (pid) => console.log(pid) });`;
  const auditor = spawn(process.execPath, ["--input-type=module", "-e", script]);
  const [text] = await once(auditor.stdout, "data") as [Buffer];
  const pid = Number(text.toString());
  assert.notEqual(readMemory(pid), null);
  auditor.kill("SIGKILL");
  for (let tries = 0; tries < 100 && isRunning(pid); tries++) await wait(50);
  assert.equal(isRunning(pid), false);
});

/** A killed orphan may linger as a zombie where nobody reaps it; it holds no memory then. */
function isRunning(pid: number): boolean {
  return (readMemory(pid)?.rssBytes ?? 0) > 0;
}

function runningInGroup(group: number): string[] {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes.filter((pid) => {
    try {
      const [state, , pgrp] =
        readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      return Number(pgrp) === group && state !== "Z";
    } catch {
      return false;
    }
  });
}
