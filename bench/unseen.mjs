// The judge on targets that were written before it ever saw them, beside what it said at first sight.
// Writes bench/unseen.md.
// node bench/unseen.mjs [--first | --second | --third | --fourth] [--synthetic | --packages] [kind…]
// A set without a record is seen for the first time: what is said then becomes its record.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, tmpdir, type } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checkTarget } from "../lib/dist/audit/mod.js";
import { map } from "../lib/dist/parallel/mod.js";

const SETS = [
  {
    title: "First set",
    flag: "--first",
    record: "first_run.json",
    modules: ["synthetic", "packages"],
  },
  {
    title: "Second set",
    flag: "--second",
    record: "second_first_run.json",
    modules: ["second", "second_packages"],
  },
  {
    title: "Third set",
    flag: "--third",
    record: "third_first_run.json",
    modules: ["third", "third_packages"],
  },
  {
    title: "Fourth set",
    flag: "--fourth",
    record: "fourth_first_run.json",
    modules: ["fourth", "fourth_packages"],
    answers: "fourth_answers.json",
  },
];
const REPORT = new URL("./unseen.md", import.meta.url);

const words = process.argv.slice(2);
const wanted = words.filter((word) => !word.startsWith("--"));
const isAsked = (flag, flags) =>
  words.includes(flag) || !flags.some((other) => words.includes(other));
const source = fileURLToPath(new URL("../data/unseen/", import.meta.url));
const folder = join(tmpdir(), "heapbook-unseen");
mkdirSync(folder, { recursive: true });
cpSync(source, folder, { recursive: true });
// Packages of many years in one folder: each in its version, whatever it would like beside it.
const INSTALL = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"];
const { status } = spawnSync("npm", INSTALL, { cwd: folder, stdio: "inherit" });
if (status !== 0) throw new Error(`Cannot install the packages in ${folder}`);

const sets = SETS.filter(({ flag }) => isAsked(flag, SETS.map((set) => set.flag)));
const tasks = [];
for (const name of sets.flatMap(({ modules }) => modules)) {
  const flag = name.endsWith("packages") ? "--packages" : "--synthetic";
  if (!isAsked(flag, ["--packages", "--synthetic"])) continue;
  const module = join(folder, `${name}.mjs`);
  const { KINDS } = await import(pathToFileURL(module).href);
  for (const kind of Object.keys(KINDS)) {
    if (wanted.length > 0 && !wanted.some((word) => kind.includes(word))) {
      continue;
    }
    tasks.push({ name, module, kind });
  }
}
const outcomes = await map(tasks, async ({ name, module, kind }) => {
  const result = await checkTarget({ name: kind, module, options: { kind } });
  const row = { name, kind, ...result };
  console.log(
    isRight(row) ? "ok   " : "WRONG",
    kind,
    result.verdict,
    result.message,
  );
  return row;
}, { workers: 1 });
const rows = outcomes.map((outcome) => {
  if (outcome.ok) return outcome.value;
  throw outcome.error;
});
for (const set of sets) record(set);
writeFileSync(REPORT, render());
// A target may have left workers and servers of this process behind.
process.exit(rows.every(isRight) ? 0 : 1);

function isRight({ kind, verdict }) {
  return verdict === (kind.startsWith("L_") ? "leak" : "clean");
}

function record({ record: name, modules }) {
  const path = fileURLToPath(
    new URL(`../data/unseen/${name}`, import.meta.url),
  );
  if (existsSync(path)) return;
  const seen = {
    date: new Date().toISOString().slice(0, 10),
    revision: spawnSync("git", ["rev-parse", "--short", "HEAD"], {
      encoding: "utf8",
    }).stdout.trim(),
    node: process.version,
    load: `${loadavg()[2].toFixed(1)} on ${cpus().length} cores`,
    note: "",
    rows: rows.filter((row) => modules.includes(row.name)).map((row) => ({
      module: row.name,
      kind: row.kind,
      verdict: row.verdict,
      channel: row.channel,
      growth: row.growth,
      bytesPerCycle: row.bytesPerCycle,
      interval: row.interval,
      cycles: row.cycles,
      seconds: row.seconds,
      site: place(row),
      holder: row.retainers[0]?.words.replaceAll(`${folder}/`, "") ?? null,
      message: row.message.replaceAll(`${folder}/`, ""),
    })),
  };
  writeFileSync(path, `${JSON.stringify(seen, null, 2)}\n`);
}

function place({ topAllocations: [site] }) {
  return site === undefined ? null : `${site.file.replace(`${folder}/`, "")}:${site.line}`;
}

/** Sets that were not judged now keep their part of the report. */
function render() {
  const old = existsSync(REPORT) ? readFileSync(REPORT, "utf8").split(/^(?=## )/m) : [];
  const parts = SETS.map((set) =>
    sets.includes(set)
      ? renderSet(set)
      : old.find((part) => part.startsWith(`## ${set.title}`))?.trimEnd() ?? ""
  );
  return `# Targets that the judge had not seen

Written before the judge saw them, and judged once, at first sight. What was wrong then was mended
in the general case, so what is said now is no examination any more. \`heapbook check\` with defaults.
Again with \`node bench/unseen.mjs\`, one set of them with \`--first\`, \`--second\`, \`--third\` or \`--fourth\`; versions
of the packages are in data/unseen/package.json.

${parts.filter((part) => part !== "").join("\n\n")}
`;
}

/** Whether the place named first is one of those that were written down before. */
function isPlaced({ kind, site }, answers) {
  const [file, line] = (site ?? "").replace(/^node_modules\//, "").split(":");
  return answers[kind].sites.some((right) =>
    right.file === file && (right.line === null || right.line === Number(line))
  );
}

function renderSet({ title, record, modules, answers }) {
  const first = JSON.parse(readFileSync(join(source, record), "utf8"));
  const share = (list) => `${list.filter(isRight).length} of ${list.length}`;
  const of = (list, kind, letter) => list.filter((row) => kind(row) && row.kind[0] === letter);
  const shares = modules.flatMap((name) =>
    [["L", "leaks"], ["C", "clean"]].map(([letter, title]) => {
      const then = of(first.rows, ({ module }) => module === name, letter);
      const now = of(rows, (row) => row.name === name, letter);
      const set = name.endsWith("packages") ? "npm packages" : "synthetic";
      return `| ${set} | ${title} | ${share(then)} | ${share(now)} |`;
    })
  );
  if (answers !== undefined) {
    const right = JSON.parse(readFileSync(join(source, answers), "utf8"));
    const placed = (list) =>
      `${list.filter((row) => isPlaced(row, right)).length} of ${list.length}`;
    for (const name of modules) {
      const then = of(first.rows, ({ module }) => module === name, "L");
      const now = of(rows, (row) => row.name === name, "L")
        .map((row) => ({ kind: row.kind, site: place(row) }));
      const set = name.endsWith("packages") ? "npm packages" : "synthetic";
      shares.push(`| ${set} | places of leaks | ${placed(then)} | ${placed(now)} |`);
    }
  }
  const line = (row) => {
    const old = first.rows.find(({ kind }) => kind === row.kind);
    const mark = isRight(row) ? "" : " **wrong**";
    const oldMark = old === undefined || isRight(old) ? "" : " **wrong**";
    const interval = row.interval.map((end) => end.toPrecision(3)).join(" … ");
    const rate = `${row.bytesPerCycle.toPrecision(4)} [${interval}]`;
    return `| ${row.kind} | ${
      old?.verdict ?? "–"
    }${oldMark} | ${row.verdict}${mark} | ${row.channel} | ${rate} | ${row.cycles} | ${
      row.seconds.toFixed(1)
    } |`;
  };
  const { version } = process;
  const machine = `${type()} ${release()}, ${cpus().length} × ${cpus()[0].model}`;
  return `## ${title}

At first sight is revision ${first.revision}, ${first.date}, Node ${first.node}, load ${first.load}.
${first.note}

| set | kind | right at first sight | right now |
|---|---|---|---|
${shares.join("\n")}

| target | at first sight | now | channel | B/cycle [99 %] | cycles | s |
|---|---|---|---|---|---|---|
${rows.filter(({ name }) => modules.includes(name)).map(line).join("\n")}

Now: ${new Date().toISOString().slice(0, 10)}, Node ${version}, ${machine}, load average ${
    loadavg()[2].toFixed(1)
  } over fifteen minutes.`;
}
