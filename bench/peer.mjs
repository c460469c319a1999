// Compiles and runs the yardstick in C.
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./median.mjs";

/** Flags of the C compiler. */
export const flags = ["-O3", "-march=native"];

/** Returns the compiler's version, and a function that runs a controller's loop in C. */
export function buildPeer() {
  const program = join(mkdtempSync(join(tmpdir(), "heapbook-bench-")), "peer");
  const source = fileURLToPath(new URL("peer.c", import.meta.url));
  execFileSync("gcc", [...flags, "-o", program, source, "-lm"], { stdio: "inherit" });
  const [version] = execFileSync("gcc", ["--version"], { encoding: "utf8" }).split("\n");
  /** Returns nanoseconds per step of runs of 10 s, by the wall clock and of CPU time. */
  const run = (controller, gains, repetitions) => {
    const args = [controller, String(repetitions), ...gains.map(String)];
    const rows = execFileSync(program, args, { encoding: "utf8" }).trim().split("\n").map(
      JSON.parse,
    );
    return {
      wall: median(rows.map((row) => row.wall)),
      cpu: median(rows.map((row) => row.cpu)),
      leastCpu: Math.min(...rows.map((row) => row.cpu)),
      final: rows[0].final,
    };
  };
  return { version, run };
}
