// Runs the leak detector over the corpus in data/corpus and says what it found, missed and named.
// node bench/leak_corpus.mjs [--write] [--repeat N] [name…]
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release } from "node:os";
import { fileURLToPath } from "node:url";
import { checkTarget } from "../lib/dist/audit/mod.js";
import { map } from "../lib/dist/parallel/mod.js";

const folder = fileURLToPath(new URL("../data/corpus/", import.meta.url));
const { flags, names, repeat } = readArguments(process.argv.slice(2));
const files = readdirSync(folder)
  .filter((file) => /^(leak|clean)_.*\.(ts|mjs|cjs)$/.test(file))
  .filter((file) => names.length === 0 || names.some((name) => file.includes(name)));
const tasks = Array.from({ length: repeat }, () => files).flat();
const startedAt = performance.now();
const rows = (await map(tasks, judge, { workers: flags.has("--serial") ? 1 : 2 }))
  .map((outcome) => {
    if (outcome.ok) return outcome.value;
    throw outcome.error;
  });
const summary = summarise(rows);
console.log(JSON.stringify(summary, null, 1));
if (flags.has("--write")) {
  writeFileSync(
    `${folder}results.json`,
    JSON.stringify({ ...environment(), summary, rows }, null, 1) + "\n",
  );
}
process.exitCode = summary.missed.length + summary.accused.length > 0 ? 1 : 0;

async function judge(file) {
  const module = folder + file;
  const result = await checkTarget({ name: file, module });
  const marked = markedLines(module);
  const isLeak = file.startsWith("leak");
  const [site] = result.topAllocations;
  const holders = result.retainers.map(({ container }) => container);
  const row = {
    file,
    verdict: result.verdict,
    channel: result.channel,
    growth: result.growth,
    bytesPerCycle: Number(result.bytesPerCycle.toPrecision(4)),
    interval: result.interval.map((end) => Number(end.toPrecision(4))),
    limitOfDetection: Number(result.limitOfDetection.toPrecision(3)),
    cycles: result.cycles,
    seconds: Number(result.seconds.toFixed(1)),
    cpuSeconds: Number(result.stages.reduce((sum, stage) => sum + stage.cpuSeconds, 0).toFixed(2)),
    ...(isLeak
      ? {
        site: site === undefined ? null : `${site.line}:${site.column}`,
        siteRight: site?.file === module && marked.leak.includes(site.line),
        holder: result.retainers[0]?.words ?? null,
        holderRight: marked.holder.length === 0 || holders[0]?.file === module &&
            marked.holder.includes(holders[0].line),
      }
      : {}),
    message: result.message.replaceAll(folder, ""),
  };
  const right = row.verdict === (isLeak ? "leak" : "clean");
  const named = isLeak
    ? ` site ${row.siteRight ? "right" : row.site} holder ${row.holderRight ? "right" : row.holder}`
    : "";
  console.log(
    `${right ? "ok   " : "WRONG"} ${file.padEnd(28)} ${
      row.verdict.padEnd(12)
    } ${row.channel} ${row.growth} ` +
      `${row.bytesPerCycle} [${row.interval}] lod ${row.limitOfDetection} ${row.cycles} cycles ${row.seconds} s${named}` +
      (right ? "" : `\n      ${row.message}`),
  );
  return row;
}

/** Lines whose comment says that they leak, or that they declare what holds. */
function markedLines(module) {
  const lines = readFileSync(module, "utf8").split("\n");
  const marked = (mark) =>
    lines.flatMap((line, index) => line.includes(`// ${mark}`) ? [index + 1] : []);
  return { leak: marked("LEAK"), holder: marked("HOLDER") };
}

function summarise(rows) {
  const leaks = rows.filter(({ file }) => file.startsWith("leak"));
  const clean = rows.filter(({ file }) => file.startsWith("clean"));
  const found = leaks.filter(({ verdict }) => verdict === "leak");
  const of = (list, key) => `${list.filter((row) => row[key]).length}/${list.length}`;
  return {
    found: `${found.length}/${leaks.length}`,
    missed: leaks.filter(({ verdict }) => verdict !== "leak").map(({ file, verdict }) =>
      `${file} (${verdict})`
    ),
    accused: clean.filter(({ verdict }) => verdict !== "clean").map(({ file, verdict }) =>
      `${file} (${verdict})`
    ),
    clean: clean.length,
    firstSiteRight: of(found, "siteRight"),
    holderRight: of(found, "holderRight"),
    sitesWrong: found.filter(({ siteRight }) => !siteRight).map(({ file, site }) =>
      `${file} ${site}`
    ),
    holdersWrong: found.filter(({ holderRight }) => !holderRight).map(({ file, holder }) =>
      `${file} ${holder}`
    ),
    medianSecondsLeak: median(leaks.map(({ seconds }) => seconds)),
    medianSecondsClean: median(clean.map(({ seconds }) => seconds)),
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? null;
}

function environment() {
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    v8: process.versions.v8,
    system: `${process.platform} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model ?? "",
    cores: availableParallelism(),
    settings: "defaults of checkTarget: 1000 cycles after 200 of warm-up, at most 8000 cycles",
  };
}

function readArguments(words) {
  const at = words.indexOf("--repeat");
  const repeat = at < 0 ? 1 : Number(words[at + 1]);
  const rest = words.filter((_, index) => at < 0 || index !== at && index !== at + 1);
  return {
    flags: new Set(rest.filter((word) => word.startsWith("--"))),
    names: rest.filter((word) => !word.startsWith("--")),
    repeat,
  };
}
