// Time and peak memory as work grows, each size in a process of its own.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const child = fileURLToPath(new URL("growth_child.mjs", import.meta.url));
const sizes = {
  "duration, nothing kept": [1, 10, 100, 1000, 10_000, 100_000],
  "duration, every 1000th kept": [1, 10, 100, 1000, 10_000, 100_000],
  "duration, all kept": [1, 10, 100, 1000],
  "steps per second": [100, 1000, 10_000, 100_000],
  "batch size": [1, 10, 100, 1000, 10_000, 100_000],
};

/** Returns one row per kind and size. */
export function measureGrowth(isQuick) {
  return Object.entries(sizes).flatMap(([kind, all]) =>
    all.filter((size) => !isQuick || size <= 1000).map((size) => {
      const output = execFileSync(process.execPath, [child, kind, String(size)], {
        encoding: "utf8",
      });
      return { kind, size, ...JSON.parse(output) };
    })
  );
}
