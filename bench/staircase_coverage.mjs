// How often the interval of a leak that shows as a staircase holds the true rate: periodic steps,
// irregular steps, tables that double and backing stores that grow by half, seen as a trend sees them.
// node bench/staircase_coverage.mjs [SERIES]   writes bench/staircase_coverage.md
import { writeFileSync } from "node:fs";
import { judgeSeries } from "../lib/dist/audit/series_judgement.js";
import { createRandom, wilsonInterval } from "../lib/dist/statistics/mod.js";

const SERIES = Number(process.argv[2] ?? 2000);
const LAST = 8200; // cycles
const STEP = 50;
const OPTIONS = { warmupCycles: 200, tolerance: 0.75, grain: 64, confidence: 0.99 };
const TRUE = 40; // B/cycle

const KINDS = {
  "a step every 300 … 2000 cycles, from a random cycle on": (random) => {
    const period = 300 + 1700 * random.next();
    const phase = random.next();
    return (cycle) => Math.floor(cycle / period + phase) * period * TRUE;
  },
  "steps after exponential waits, 15 to 40 of them": (random) => {
    const wait = LAST / (15 + 25 * random.next());
    const at = [];
    for (let c = 0; c < LAST;) at.push(c += -wait * Math.log(1 - random.next()));
    return (cycle) => at.filter((c) => c <= cycle).length * wait * TRUE;
  },
  "a table that doubles when it is full": (random) => growing(2, random),
  "a backing store that grows by half and 16": (random) => growing(1.5, random),
  "a list of small objects beside a table that doubles": (random) => {
    const table = growing(2, random);
    return (cycle) => 0.5 * TRUE * cycle + 0.5 * table(cycle);
  },
};

/** What holds TRUE bytes per cycle in a store with room to spare; the truth is what it holds. */
function growing(factor, random) {
  let size = 2000 * (1 + random.next());
  const sizes = [size];
  while (size < 4 * TRUE * LAST) sizes.push(size = size * factor + 16);
  return (cycle) => sizes.find((room) => room >= TRUE * cycle);
}

const lines = Object.entries(KINDS).map(([name, make]) => {
  const random = createRandom(`staircase ${name}`);
  let [held, called, width] = [0, 0, 0];
  for (let k = 0; k < SERIES; k++) {
    const value = make(random);
    const x = Array.from({ length: LAST / STEP + 1 }, (_, row) => row * STEP);
    const y = x.map((cycle) => 4e6 + Math.round(value(cycle)));
    const { state, interval } = judgeSeries(x, y, OPTIONS);
    if (state !== "growing") continue;
    called++;
    width += (interval[1] - interval[0]) / TRUE;
    if (interval[0] <= TRUE && TRUE <= interval[1]) held++;
  }
  const percent = (value) => (100 * value).toFixed(1);
  const [low, high] = wilsonInterval(held, called);
  return `| ${name} | ${percent(called / SERIES)} | ${percent(held / called)} (${percent(low)} … ${
    percent(high)
  }) | ${(width / called).toFixed(2)} |`;
});
const text = `# Coverage where growth is a staircase

${SERIES} series each, ${LAST} cycles, a sample every ${STEP}, a true rate of ${TRUE} B/cycle, no other
noise. Of those judged as growing: how many intervals hold the true rate (95 % Wilson interval), and
how wide they are, as a share of it. A table holds more than it was given, so that its rate lies
between what it was given and twice as much.

| growth | judged growing, % | interval holds the rate, % | width ÷ rate |
|---|---|---|---|
${lines.join("\n")}

Made by \`node bench/staircase_coverage.mjs\`, Node ${process.version}, ${
  new Date().toISOString().slice(0, 10)
}.
`;
writeFileSync(new URL("./staircase_coverage.md", import.meta.url), text);
process.stdout.write(text);
