// Runs our swarm and writes docs/tuner_comparison.md: ours beside pyswarms 1.3.0, equal settings.
//   node tools/build.mjs && node bench/tuner_comparison.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { benchmarkFunctions, minimise } from "heapbook/optimizer";
import { quantile } from "heapbook/statistics";

const root = new URL("../", import.meta.url);
const published = JSON.parse(readFileSync(new URL("data/reference/pso_published.json", root)));
const { dimensions, particles, iterations, provenance } = published;

async function ours(objective, half, settings) {
  const costs = [];
  for (let seed = 0; seed < 50; seed++) {
    const bounds = {
      lower: new Array(dimensions).fill(-half),
      upper: new Array(dimensions).fill(half),
    };
    const found = await minimise({ objective, bounds, particles, iterations, seed, ...settings });
    costs.push(found.cost);
  }
  return costs;
}

const row = (name, who, costs) => {
  const [low, q1, middle, q3, high] = [0, 0.25, 0.5, 0.75, 1].map((p) =>
    quantile(costs, p).toPrecision(3)
  );
  return `| ${name} | ${who} | ${middle} | ${q1} … ${q3} | ${low} | ${high} |`;
};

const rows = [];
for (const [name, objective] of Object.entries(benchmarkFunctions)) {
  const { half_range: half, best_costs: theirs } = published.functions[name];
  rows.push(row(name, "pyswarms 1.3.0", theirs));
  rows.push(row(name, "Heapbook", await ours(objective, half, { boundary: "periodic" })));
  rows.push(row(name, "Heapbook, defaults", await ours(objective, half, {})));
}

writeFileSync(
  new URL("docs/tuner_comparison.md", root),
  `# The swarm beside a published one

Best cost after 50 runs each; lower is better, the minimum of every function is 0.
${provenance.settings}.
Theirs: ${provenance.what}.
Ours: seeds 0 … 49. "Heapbook, defaults" is the same with the reflective boundary, our default.
\`lib/optimizer/benchmark_functions_test.ts\` tests that the two samples of each function do not
differ (rank-sum test, p ≥ 0.001); \`node bench/tuner_comparison.mjs\` computes this page again.

| function | swarm | median | middle half | best | worst |
|---|---|---|---|---|---|
${rows.join("\n")}
`,
);
