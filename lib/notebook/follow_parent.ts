/**
 * Preloaded into a tslab kernel: ends it once the process that started it is gone. Jupyter names
 * that process in `JPY_PARENT_PID` and leaves the rest to the kernel; tslab does nothing about it,
 * and a kernel whose starter was killed would live for ever. A thread of its own watches, since a
 * cell may keep the main one busy.
 *
 * @module
 */
import process from "node:process";
import { isMainThread, Worker } from "node:worker_threads";

const WATCH = `
  const starter = process.ppid;
  setInterval(() => process.ppid !== starter && process.kill(process.pid, "SIGKILL"), 1000);
`;

// Without the variable, the kernel was started to outlive its starter.
if (isMainThread && process.env["JPY_PARENT_PID"] !== undefined) {
  // No flags of the kernel: they would preload this file once more.
  new Worker(WATCH, { eval: true, execArgv: [], stderr: false, stdout: false }).unref();
}
