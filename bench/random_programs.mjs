// How often the detector accuses random clean programs, and misses leaks planted in others.
// node bench/random_programs.mjs [--write] [clean runs] [leaking runs per rate]
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { checkTarget } from "../lib/dist/audit/mod.js";
import { map } from "../lib/dist/parallel/mod.js";
import { wilsonInterval } from "../lib/dist/statistics/mod.js";

const module = fileURLToPath(new URL("../data/corpus/random.mjs", import.meta.url));
const [cleanRuns = 200, leakRuns = 30] = process.argv.slice(2).filter((word) => /^\d+$/.test(word))
  .map(Number);
const RATES = [2, 8, 64];
const tasks = [
  ...Array.from({ length: cleanRuns }, (_, k) => ({ seed: 10_000 + k, leak: 0 })),
  ...RATES.flatMap((leak) =>
    Array.from({ length: leakRuns }, (_, k) => ({ seed: 20_000 + k, leak }))
  ),
];
const outcomes = await map(tasks, async (options) => {
  const name = `seed ${options.seed}, ${options.leak} B/cycle`;
  const result = await checkTarget({ name, module, options });
  const wanted = options.leak > 0 ? "leak" : "clean";
  if (result.verdict !== wanted) console.log(name, result.verdict, result.message);
  return {
    ...options,
    verdict: result.verdict,
    rate: result.bytesPerCycle,
    seconds: result.seconds,
  };
}, { workers: 2 });
const rows = outcomes.map((outcome) => {
  if (outcome.ok) return outcome.value;
  throw outcome.error;
});
const lines = [
  "# Random programs",
  "",
  `Node ${process.version}, ${cpus()[0]?.model ?? "?"}, ${
    new Date().toISOString().slice(0, 10)
  }, load average ${loadavg()[2].toFixed(1)} over the last fifteen minutes. Programs of ` +
  "data/corpus/random.mjs: one to four parts with a bounded state of random size. `heapbook check` " +
  "with defaults. Made by `node bench/random_programs.mjs --write`.",
  "",
  "| planted, B/cycle | programs | leak | clean | inconclusive | error | leak called, 95 % interval | median rate |",
  "|---|---|---|---|---|---|---|---|",
  ...[0, ...RATES].map((leak) => {
    const of = rows.filter((row) => row.leak === leak);
    const count = (verdict) => of.filter((row) => row.verdict === verdict).length;
    const [low, high] = wilsonInterval(count("leak"), of.length);
    const rates = of.map(({ rate }) => rate).sort((a, b) => a - b);
    const percent = `${(100 * low).toFixed(1)} … ${(100 * high).toFixed(1)} %`;
    return `| ${leak} | ${of.length} | ${count("leak")} | ${count("clean")} | ${
      count("inconclusive")
    } | ` +
      `${count("error")} | ${percent} | ${(rates[rates.length >> 1] ?? 0).toFixed(2)} |`;
  }),
];
console.log(lines.join("\n"));
if (process.argv.includes("--write")) {
  writeFileSync(
    fileURLToPath(new URL("./random_programs.md", import.meta.url)),
    lines.join("\n") + "\n",
  );
}
