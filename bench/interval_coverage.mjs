// How often do nominal 99 % intervals of a growth rate hold the true rate? Simulates noise of known
// kind on a known rate and writes the table to bench/interval_coverage.md. Takes some minutes.
//   node bench/interval_coverage.mjs [series per cell, default 10000]
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import {
  blockBootstrapInterval,
  createRandom,
  slopeInterval,
  wilsonInterval,
} from "heapbook/statistics";

const SERIES = Number(process.argv[2] ?? 10_000);
const LENGTHS = [50, 100, 200];
const RATE = 37; // bytes per cycle
const PAGE = 4096;

const autoregressive = (phi, scale) => (random, n) => {
  const shock = Math.sqrt(1 - phi * phi);
  let level = random.normal();
  return Float64Array.from({ length: n }, () => {
    const value = level;
    level = phi * level + shock * random.normal();
    return scale * value;
  });
};
const inPages = (noise) => (random, n, trend) =>
  noise(random, n).map((v, i) => PAGE * Math.floor((v + trend[i]) / PAGE) - trend[i]);
const levels = (probability) => (random, n) => {
  let level = 9000 * random.normal();
  return Float64Array.from({ length: n }, () => {
    if (random.next() < probability) level = 9000 * random.normal();
    return level;
  });
};
const lastingSteps = (probability) => (random, n) => {
  let level = 0;
  return Float64Array.from({ length: n }, () => {
    if (random.next() < probability) level += 5000 * random.normal();
    return level;
  });
};
const withBumps = (random, n) =>
  Float64Array.from(
    { length: n },
    () => 9000 * random.normal() - (random.next() < 0.05 ? 5e5 * Math.log(1 - random.next()) : 0),
  );

const heapLike = (random, n) => {
  let level = 0;
  return Float64Array.from({ length: n }, () => {
    if (random.next() < 1 / n) level += 1000 + 9000 * random.next();
    return level + (random.next() < 0.05 ? 204_880 * random.next() : 0);
  });
};

const NOISES = {
  "white": autoregressive(0, 9000),
  "AR(1), φ = 0.5": autoregressive(0.5, 9000),
  "AR(1), φ = 0.8": autoregressive(0.8, 9000),
  "AR(1), φ = 0.5, half a page, rounded to pages": inPages(autoregressive(0.5, PAGE / 2)),
  "AR(1), φ = 0.8, two pages, rounded to pages": inPages(autoregressive(0.8, 2 * PAGE)),
  "white with 5 % isolated bumps of some 500 KB": withBumps,
  "sparse steps: a new level in 20 % of samples": levels(0.2),
  "sparse lasting steps, up or down, in 20 % of samples": lastingSteps(0.2),
  "one lasting step up of 1 … 10 KB and 5 % bumps, else exact": heapLike,
};

const olsSlope = (x, y) => {
  const mean = (v) => v.reduce((a, b) => a + b, 0) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  const sxx = x.reduce((sum, v) => sum + (v - mx) ** 2, 0);
  return x.reduce((sum, v, i) => sum + (v - mx) * (y[i] - my), 0) / sxx;
};

function bootstrapped(x, y, random) {
  const slope = olsSlope(x, y);
  const residuals = y.map((v, i) => v - slope * x[i]);
  const [low, high] = blockBootstrapInterval(residuals, (r) => olsSlope(x, r), {
    random,
    resamples: 400,
  });
  return { low: slope + low, high: slope + high };
}

function coverage(name, noise, n, series, interval) {
  const random = createRandom(`${name} ${n}`);
  const x = Float64Array.from({ length: n }, (_, i) => 20 * i);
  const trend = x.map((v) => RATE * v);
  let covered = 0;
  for (let k = 0; k < series; k++) {
    const y = noise(random, n, trend).map((v, i) => v + trend[i]);
    const { low, high } = interval(x, y, random);
    if (low <= RATE && RATE <= high) covered++;
  }
  const [low, high] = wilsonInterval(covered, series, 0.95);
  const percent = (v) => (100 * v).toFixed(2);
  return { text: `${percent(covered / series)} (${percent(low)} … ${percent(high)})`, low, high };
}

const rows = [];
let outside = 0;
for (const [name, noise] of Object.entries(NOISES)) {
  const cells = LENGTHS.map((n) => coverage(name, noise, n, SERIES, slopeInterval));
  const [block] = [coverage(name, noise, 50, Math.ceil(SERIES / 20), bootstrapped)];
  outside += cells.filter(({ low, high }) => high < 0.985 || low > 0.995).length;
  rows.push(`| ${name} | ${cells.map((cell) => cell.text).join(" | ")} | ${block.text} |`);
  console.error(rows.at(-1));
}

const page = `# Coverage of nominal 99 % intervals of a growth rate

Share of simulated series, in percent, whose interval holds the true rate of ${RATE} B/cycle, with its
95 % Wilson interval. ${SERIES} series per cell, of 50, 100 and 200 samples; the last column is the
moving-block bootstrap of least-squares residuals at 50 samples (${
  Math.ceil(SERIES / 20)
} series), for
comparison. Wanted: 98.5 … 99.5.

| noise | slopeInterval, 50 | 100 | 200 | block bootstrap, 50 |
|---|---|---|---|---|
${rows.join("\n")}

Cells outside the wanted band beyond chance: ${outside} of ${rows.length * LENGTHS.length}.

Made by \`node bench/interval_coverage.mjs ${SERIES}\` on ${
  new Date().toISOString().slice(0, 10)
}, Node ${process.version}, ${cpus()[0]?.model.trim()}.
`;
writeFileSync(new URL("interval_coverage.md", import.meta.url), page);
console.log(page);
