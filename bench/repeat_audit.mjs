// Whether the whole audit says the same each time: `heapbook audit` again and again with equal seeds,
// and the verdicts of every target, scenario and control side by side. Writes bench/repeat_audit.md.
// node bench/repeat_audit.mjs [TIMES] [--keep]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, tmpdir, type } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const main = join(root, "lib/dist/cli/main.js");
const times = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 10);
const keeps = process.argv.includes("--keep");

const runs = [];
for (let k = 1; k <= times; k++) {
  runs.push(audit(k));
  const { answer, score, seconds, load } = runs.at(-1);
  process.stderr.write(`${k}/${times}: ${answer}, ${score}, ${seconds} s, load ${load}\n`);
  writeFileSync(new URL("./repeat_audit.md", import.meta.url), render());
}
process.stdout.write(render());
process.exitCode = rowsOf().every(isSame) ? 0 : 1;

function audit(k) {
  const exports = mkdtempSync(join(tmpdir(), "heapbook-repeat-"));
  const startedAt = performance.now();
  const run = `repeat-${process.pid}-${k}`;
  const { status, stderr } = spawnSync(
    process.execPath,
    [main, "audit", "--run", run, "--exports", exports],
    { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const load = loadavg()[1].toFixed(1);
  let results = null;
  try {
    results = JSON.parse(readFileSync(join(exports, "audit.json"), "utf8"));
  } catch (error) {
    process.stderr.write(`${error.message}\n${stderr.slice(-2000)}\n`);
  }
  rmSync(exports, { recursive: true, force: true });
  if (!keeps && results !== null) {
    rmSync(join(root, "data/runs", run), { recursive: true, force: true });
  }
  const score = results?.verdict?.score ?? null;
  return { status, seconds, load, results, answer: results?.verdict?.answer ?? "none", score };
}

/** One row for each thing that was judged, with what each run said of it. */
function rowsOf() {
  const rows = new Map();
  const say = (key, index, verdict) => {
    const row = rows.get(key) ?? new Array(runs.length).fill("absent");
    row[index] = verdict;
    rows.set(key, row);
  };
  for (const [index, { results }] of runs.entries()) {
    for (const { target, scenario, verdict } of results?.leaks?.results ?? []) {
      say(`leaks: ${target}, ${scenario}`, index, verdict);
    }
    for (const { name, verdict, passed } of results?.leaks?.controls ?? []) {
      say(`control: ${name}`, index, `${verdict}${passed ? "" : " (wrong)"}`);
    }
    for (const { target, verdict } of results?.stress?.results ?? []) {
      say(`stress: ${target}`, index, verdict);
    }
    const { checks = [], concurrency = [] } = results?.cleanup ?? {};
    const failed = [...checks, ...concurrency].filter(({ passed }) => !passed);
    say("cleanup: checks that failed", index, failed.map((row) => row.check).join(", ") || "none");
    say("answer and score", index, `${runs[index].answer}, ${runs[index].score}`);
  }
  return [...rows];
}

function isSame([, verdicts]) {
  return new Set(verdicts).size === 1;
}

function counted(verdicts) {
  const counts = new Map();
  for (const verdict of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts].map(([verdict, count]) => `${verdict} × ${count}`).join(", ");
}

function render() {
  const rows = rowsOf();
  const same = rows.filter(isSame).length;
  const revision = spawnSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root });
  return `# The whole audit, again and again

\`heapbook audit\` ${runs.length} times in a row with the seeds of config.yaml, each a run of its own.
${same} of ${rows.length} rows are the same in every run.

| judged | said | the same |
|---|---|---|
${
    rows.map((row) => `| ${row[0]} | ${counted(row[1])} | ${isSame(row) ? "yes" : "**no**"} |`)
      .join("\n")
  }

| run | exit code | seconds | load average over five minutes |
|---|---|---|---|
${
    runs.map(({ status, seconds, load }, k) => `| ${k + 1} | ${status} | ${seconds} | ${load} |`)
      .join("\n")
  }

${new Date().toISOString().slice(0, 10)}, revision ${
    String(revision.stdout).trim()
  }, Node ${process.version}, ${type()} ${release()}, ${cpus().length} × ${
    cpus()[0].model
  }. Other work
ran on the same cores: see the load. Run again with \`node bench/repeat_audit.mjs\`.
`;
}
