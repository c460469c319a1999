// Bytes that a step allocates, by V8's sampling heap profiler, each subject in a process of its own.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const probe = fileURLToPath(
  new URL("../lib/dist/simulation/allocation_probe_test.js", import.meta.url),
);

// Code is compiled when it is due, not when a busy machine gets round to it.
const flags = ["--no-concurrent-recompilation"];

/** Returns one row per subject. */
export async function measureAllocation() {
  const { subjects } = await import(probe);
  return Object.keys(subjects).map((subject) => {
    const output = execFileSync(process.execPath, [...flags, probe, subject], { encoding: "utf8" });
    return { subject, bytesPerStep: JSON.parse(output).bytesPerStep };
  });
}
