import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Progress } from "../audit/mod.ts";
import { type Kernel, startKernel } from "./kernel.ts";
import { findKernelspec, type Kernelspec } from "./kernelspec.ts";
import type { Notebook } from "./notebook_file.ts";
import { streamText } from "./outputs.ts";
import { type CellReport, runNotebook, type RunOptions } from "./run_notebook.ts";
import { notebookOf } from "./script.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const lib = join(root, "lib");
const tslab = findKernelspec("heapbook", root);
const folder = mkdtempSync(join(tmpdir(), "heapbook-kernel-test-"));
let shared: Kernel | undefined;
after(async () => {
  await shared?.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

/** One tslab for the tests that leave it usable: it takes seconds to start. */
async function kernel(): Promise<Kernel> {
  return shared ??= await startKernel(tslab, lib);
}

function cells(...sources: readonly string[]): Notebook {
  return notebookOf(sources.map((source) => `// %%${source}\n`).join("\n"));
}

async function outcome(notebook: Notebook, options: RunOptions = {}): Promise<string> {
  try {
    await runNotebook(notebook, await kernel(), { timeoutSeconds: 120, ...options });
    return "ran";
  } catch (error) {
    return (error as Error).message;
  }
}

test("runNotebook() runs cells in order, merges streams, keeps stderr apart and counts", async () => {
  const notebook = cells(
    '\nlet n = 1;\nprocess.stdout.write("a");\nprocess.stdout.write("b\\n");\nconsole.error("c");',
    "\nn += 1;\nconsole.log(n);",
    " [markdown]\n// prose",
    ' tags=["skip-execution"]\nthrow new Error("never");',
    "\nn * 10",
  );
  const told: CellReport[] = [];
  assert.equal(await outcome(notebook, { onCell: (report) => told.push(report) }), "ran");
  assert.deepEqual(notebook.cells[0]!.outputs, [
    { output_type: "stream", name: "stdout", text: "ab\n" },
    { output_type: "stream", name: "stderr", text: "c\n" },
  ]);
  assert.equal(streamText(notebook.cells[4]!, "stdout"), "20\n");
  assert.deepEqual(
    told.map(({ index, number, total, state }) => [index, number, total, state]),
    [[0, 1, 3, "running"], [0, 1, 3, "done"], [1, 2, 3, "running"], [1, 2, 3, "done"], [
      4,
      3,
      3,
      "running",
    ], [4, 3, 3, "done"]],
  );
  const counts = [0, 1, 4].map((i) => notebook.cells[i]!.execution_count!);
  assert.deepEqual(counts.map((count) => count - counts[0]!), [0, 1, 2]);
});

test("runNotebook() shows rich output whole and tells the progress of a running cell", async () => {
  const notebook = cells(
    `
import { createProgress, show, showLive, showTable } from "heapbook/notebook";
await showTable([{ a: 1 }, { a: 2.5 }], { caption: "two" });
await show({ "text/html": "<b>x</b>", "image/png": "AQID", "text/plain": "x" });`,
    `
const live = await showLive({ "text/plain": "0" });
const bars = createProgress("work");
const steps = Array.from({ length: 3000 }, (_, i) => i);
const sent = steps.map((i) => (bars.update({ label: "w", done: i, total: 2999 }), live.update({ "text/plain": String(i) })));
await Promise.all(sent).then(() => bars.finish());`,
  );
  const told: Progress[] = [];
  assert.equal(await outcome(notebook, { onProgress: (progress) => told.push(progress) }), "ran");
  const [table, rich] = notebook.cells[0]!.outputs!;
  assert.match(String(table!.data!["text/html"]), /<caption.*two.*2\.5/s);
  assert.deepEqual(Object.keys(rich!.data!), ["text/html", "image/png", "text/plain"]);
  const [live, bars] = notebook.cells[1]!.outputs!;
  assert.deepEqual(live!.data, { "text/plain": "2999" }, "the last state stays");
  assert.match(String(bars!.data!["text/plain"]), /100 % · 2999\/2999/);
  assert.deepEqual(Object.keys(bars!.data!), ["text/html", "text/plain"]);
  assert.deepEqual(told.at(-1), { label: "w", done: 2999, total: 2999, detail: "" });
  assert.ok(told.length < 50, "what nobody can see is not sent");
});

test("runNotebook() names the cell and the error, and goes on where a cell may fail", async () => {
  const failing = cells(
    "\nconst ok = 1;",
    '\nthrow new RangeError("Cannot x");',
    "\nconsole.log(1);",
  );
  const message = await outcome(failing);
  assert.equal(message, "Cell 2 of 3 (cell-2) failed: RangeError: Cannot x");
  assert.equal(failing.cells[1]!.outputs!.at(-1)!.evalue, "RangeError: Cannot x");
  assert.deepEqual(failing.cells[2]!.outputs, []);
  const untyped = cells('\nconst wrong: number = "a";');
  assert.match(await outcome(untyped), /Cell 1 of 1 \(cell\) failed: 1:7 - Type 'string'/);
  // tslab aborts what follows an error for 200 ms; nothing may be passed over.
  const tolerant = cells(
    ' tags=["raises-exception"]\nthrow new Error("on purpose");',
    '\nconsole.log("one");',
    '\nconsole.log("two");',
  );
  assert.equal(await outcome(tolerant), "ran");
  assert.deepEqual(tolerant.cells.slice(1).map((c) => streamText(c, "stdout")), ["one\n", "two\n"]);
});

test("runNotebook() says so where the kernel dropped output", async () => {
  const noisy = cells("\nfor (const i of Array(2000).keys()) console.log(i);", "\nconsole.log(7);");
  assert.equal(await outcome(noisy), "ran");
  assert.match(streamText(noisy.cells[0]!, "stderr"), /kernel dropped output: more than 512/);
  assert.equal(streamText(noisy.cells[1]!, "stdout"), "7\n");
});

test("runNotebook() interrupts a cell at its time limit and on a stop; the kernel lives", async () => {
  const busy = cells("\nwhile (true);");
  const limit = "Cell 1 of 1 (cell) took longer than its limit of 1 s";
  assert.equal(await outcome(busy, { timeoutSeconds: 1 }), limit);
  const stop = new AbortController();
  const stopped = cells("\nwhile (true);", "\nconsole.log(1);");
  const onCell = ({ state }: CellReport) =>
    state === "running" && setTimeout(() => stop.abort(), 300);
  assert.match(await outcome(stopped, { signal: stop.signal, onCell }), /abort/i);
  assert.equal(stopped.cells[0]!.outputs!.at(-1)!.evalue, "was cancelled");
  assert.deepEqual(stopped.cells[1]!.outputs, []);
  const next = cells("\nconsole.log(2);");
  assert.equal(await outcome(next), "ran");
  assert.equal(streamText(next.cells[0]!, "stdout"), "2\n");
});

test("runNotebook() turns a dead kernel into one clear error", async () => {
  const dying = cells('\nconsole.error("last words");\nprocess.exit(3);', "\nconsole.log(1);");
  assert.match(await outcome(dying), /^Cell 1 of 2 \(cell\) ended the kernel \(exit code 3\)/);
  await shared!.shutdown();
  shared = undefined;
});

test("startKernel() says why a kernel did not start", async () => {
  const spec = (...argv: readonly string[]): Kernelspec => ({ ...tslab, argv });
  const starts: readonly [Kernelspec, RegExp][] = [
    [
      spec("node", "-e", 'console.error("no config"); process.exit(7)'),
      /\(exit code 7\): no config/,
    ],
    [spec("no-such-program"), /Cannot start the kernel .*ENOENT/],
  ];
  for (const [bad, message] of starts) {
    await assert.rejects(startKernel(bad, lib), message);
  }
  await assert.rejects(startKernel(tslab, lib, AbortSignal.abort()), /abort/i);
});

/** Runs a script in a process that is then killed, and waits until the process it names is gone. */
async function outlives(script: string): Promise<boolean> {
  const starter = spawn(process.execPath, ["--input-type=module", "-e", script], { cwd: root });
  const pid = await new Promise<number>((done, fail) => {
    let said = "";
    starter.stdout.on("data", (bytes) => /\n/.test(said += bytes) && done(Number(said)));
    starter.on("exit", (code) => fail(new Error(`ended with ${code}: ${said}`)));
  });
  assert.ok(isAlive(pid));
  starter.removeAllListeners("exit").kill("SIGKILL");
  for (let look = 0; look < 100 && isAlive(pid); look++) await sleep(100);
  const isLeft = isAlive(pid);
  if (isLeft) process.kill(pid, "SIGKILL");
  return isLeft;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("startKernel() leaves no kernel behind where its process is killed", async () => {
  const from = JSON.stringify(new URL("./mod.js", import.meta.url).href);
  const script = `const { findKernelspec, startKernel } = await import(${from});
    const kernel = await startKernel(findKernelspec("deno", "."), ".");
    const say = ({ content }) => content.text && process.stdout.write(content.text);
    await kernel.execute("console.log(Deno.pid)", say);
    kernel.execute("while (true);", say);
    setInterval(() => {}, 1000);`;
  assert.equal(await outlives(script), false);
});

test("a kernel that Jupyter started follows it, also out of an endless loop", async () => {
  const flags = tslab.argv.slice(1, tslab.argv.indexOf("--import") + 2)
    .map((flag) => flag.replace("{resource_dir}", tslab.folder));
  const script = `import { spawn } from "node:child_process";
    const args = ${JSON.stringify([...flags, "-e", "while (true);"])};
    const env = { ...process.env, JPY_PARENT_PID: String(process.pid) };
    const kernel = spawn(process.execPath, args, { env, stdio: "ignore", detached: true });
    setTimeout(() => console.log(kernel.pid), 700);
    setInterval(() => {}, 1000);`;
  assert.equal(await outlives(script), false);
});

test("findKernelspec() looks upwards and says where it looked", () => {
  assert.equal(findKernelspec("deno", lib).interruptMode, "message");
  assert.deepEqual(findKernelspec("tslab", lib).argv, tslab.argv);
  // Outside this project, the kernels come from their packages.
  const words = (argv: readonly string[]) =>
    argv.map((word) => word.split(/node_modules|lib.dist/).at(-1));
  for (const name of ["tslab", "deno"]) {
    const packaged = findKernelspec(name, folder);
    const own = findKernelspec(name, lib);
    assert.deepEqual(words(packaged.argv), words(own.argv));
    assert.deepEqual([packaged.interruptMode, packaged.env], [own.interruptMode, own.env]);
  }
  assert.throws(() => findKernelspec("python3", folder), /Cannot find the kernel "python3"/);
  const path = join(folder, "kernel.json");
  writeFileSync(path, '{"argv": []}');
  assert.throws(() => findKernelspec(path, folder), /argv must be a list of words/);
});
