/**
 * Preloaded into a tslab kernel, where it mends two things.
 *
 * It ends the kernel once the process that started it is gone. Jupyter names that process in
 * `JPY_PARENT_PID` and leaves the rest to the kernel; tslab does nothing about it, and a kernel
 * whose starter was killed would live for ever.
 *
 * It keeps the compiler from watching folders. tslab has one timer where the compiler wants two: a
 * file that appears in a watched folder between two cells, such as a sample of a run, makes the next
 * cell fail with "Unexpected pending rebuildTimer".
 *
 * @module
 */
import { createRequire } from "node:module";
import process from "node:process";
import { isMainThread, Worker } from "node:worker_threads";

interface Compiler {
  readonly sys: Record<"watchDirectory" | "watchFile", () => { close(): void }>;
}

/** Set by our own client, whose notebooks run from top to bottom: then no file need be watched. */
const STILL_FILES = "HEAPBOOK_STILL_FILES";

// A thread of its own, since a cell may keep the main one busy. The starter may be gone before the
// thread begins, and its number may be in use again after.
const WATCH = `
  const parent = process.ppid;
  const isGone = () => {
    try {
      process.kill(Number(process.env.JPY_PARENT_PID), 0);
    } catch (error) {
      return error.code === "ESRCH";
    }
    return process.ppid !== parent;
  };
  setInterval(() => isGone() && process.kill(process.pid, "SIGKILL"), 1000);
`;

function followStarter(): void {
  // No flags of the kernel: they would preload this file once more.
  new Worker(WATCH, { eval: true, execArgv: [] }).unref();
}

function stopWatching(): void {
  const tslab = createRequire(import.meta.url).resolve("tslab/package.json");
  const { sys } = createRequire(tslab)("@tslab/typescript-for-tslab") as Compiler;
  const nothing = () => ({ close: () => {} });
  sys.watchDirectory = nothing;
  if (process.env[STILL_FILES]) sys.watchFile = nothing;
}

if (isMainThread) {
  // Without the variable, the kernel was started to outlive its starter.
  if (process.env["JPY_PARENT_PID"] !== undefined) followStarter();
  stopWatching();
}
