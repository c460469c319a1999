// Bytes that a step allocates, by V8's sampling heap profiler, each subject in a process of its own.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const probe = fileURLToPath(
  new URL("../lib/dist/simulation/allocation_probe_test.js", import.meta.url),
);

// Compiled in the background, late on a busy machine, or at once: either may show the steady state.
const modes = [[], ["--no-concurrent-recompilation"]];

/** Returns one row per subject. */
export async function measureAllocation() {
  const { subjects } = await import(probe);
  const measure = (flags, subject) => {
    const output = execFileSync(process.execPath, [...flags, probe, subject], { encoding: "utf8" });
    return JSON.parse(output).bytesPerStep;
  };
  return Object.keys(subjects).map((subject) => ({
    subject,
    bytesPerStep: Math.min(...modes.map((flags) => measure(flags, subject))),
  }));
}
