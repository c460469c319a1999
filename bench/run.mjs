// npm run bench [-- --quick] [-- --keep]: measures the laboratory and writes exports/benchmark.md;
// --keep also writes docs/benchmark.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { measureAllocation } from "./allocation.mjs";
import { measureBatches } from "./batches.mjs";
import { measureGrowth } from "./growth.mjs";
import { buildPeer } from "./peer.mjs";
import { toMarkdown, toSvg } from "./report.mjs";
import { measureStepping } from "./stepping.mjs";
import { measureTuning } from "./tuning.mjs";

const isQuick = process.argv.includes("--quick"), rounds = isQuick ? 7 : 11;
const workers = availableParallelism(), peer = buildPeer();
const say = (text) => process.stderr.write(`${text} …\n`);
const environment = {
  date: new Date().toISOString().slice(0, 10),
  node: process.versions.node,
  v8: process.versions.v8,
  cpu: cpus()[0].model.trim(),
  cores: workers,
  gcc: peer.version,
  load: loadavg()[0].toFixed(1),
  rounds,
};
say("1. closed-loop stepping");
const stepping = await measureStepping(peer, rounds);
say("2. batches");
const batches = await measureBatches(peer, rounds, workers);
say("3. tuning");
const tuning = await measureTuning(7, workers, isQuick ? 30 : 200);
say("4. allocation");
const allocation = await measureAllocation();
say("5. growth");
const growth = measureGrowth(isQuick);

const results = { environment, stepping, batches, tuning, allocation, growth };
const folders = ["exports", ...(process.argv.includes("--keep") ? ["docs"] : [])];
for (const folder of folders) {
  const at = (name) => new URL(`../${folder}/${name}`, import.meta.url);
  mkdirSync(at(""), { recursive: true });
  writeFileSync(at("benchmark.md"), toMarkdown(results));
  writeFileSync(at("benchmark.svg"), toSvg(results));
}
console.log(toMarkdown(results));
