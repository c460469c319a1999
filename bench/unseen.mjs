// The judge on targets that were written before it ever saw them, beside what it said at first sight.
// Writes bench/unseen.md. node bench/unseen.mjs [--synthetic | --packages] [kind…]
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, tmpdir, type } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checkTarget } from "../lib/dist/audit/mod.js";
import { map } from "../lib/dist/parallel/mod.js";

const words = process.argv.slice(2);
const wanted = words.filter((word) => !word.startsWith("--"));
const source = fileURLToPath(new URL("../data/unseen/", import.meta.url));
const folder = join(tmpdir(), "heapbook-unseen");
mkdirSync(folder, { recursive: true });
cpSync(source, folder, { recursive: true });
if (!existsSync(join(folder, "node_modules"))) {
  spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: "inherit",
  });
}

const first = JSON.parse(readFileSync(join(source, "first_run.json"), "utf8"));
const tasks = [];
for (const name of ["synthetic", "packages"]) {
  if (words.includes("--synthetic") && name !== "synthetic") continue;
  if (words.includes("--packages") && name !== "packages") continue;
  const module = join(folder, `${name}.mjs`);
  const { KINDS } = await import(pathToFileURL(module).href);
  for (const kind of Object.keys(KINDS)) {
    if (wanted.length > 0 && !wanted.some((word) => kind.includes(word))) continue;
    tasks.push({ name, module, kind });
  }
}
const outcomes = await map(tasks, async ({ name, module, kind }) => {
  const result = await checkTarget({ name: kind, module, options: { kind } });
  const row = { name, kind, ...result };
  console.log(isRight(row) ? "ok   " : "WRONG", kind, result.verdict, result.message);
  return row;
}, { workers: 1 });
const rows = outcomes.map((outcome) => {
  if (outcome.ok) return outcome.value;
  throw outcome.error;
});
writeFileSync(new URL("./unseen.md", import.meta.url), render());
// A target may have left workers and servers of this process behind.
process.exit(rows.every(isRight) ? 0 : 1);

function isRight({ kind, verdict }) {
  return verdict === (kind.startsWith("L_") ? "leak" : "clean");
}

function render() {
  const before = (kind) => first.rows.find((row) => row.kind === kind);
  const share = (list) => `${list.filter(isRight).length} of ${list.length}`;
  const of = (name, letter) => rows.filter((row) => row.name === name && row.kind[0] === letter);
  const then = (name, letter) =>
    first.rows.filter((row) => row.module === name && row.kind[0] === letter);
  const line = (row) => {
    const old = before(row.kind);
    const mark = isRight(row) ? "" : " **wrong**";
    const oldMark = old === undefined || isRight(old) ? "" : " **wrong**";
    return `| ${row.kind} | ${
      old?.verdict ?? "–"
    }${oldMark} | ${row.verdict}${mark} | ${row.channel} | ${row.bytesPerCycle.toPrecision(4)} [${
      row.interval.map((end) => end.toPrecision(3)).join(" … ")
    }] | ${row.cycles} | ${row.seconds.toFixed(1)} |`;
  };
  return `# Targets that the judge had not seen

Written before the judge saw them, and judged once: "at first sight" is revision ${first.revision},
${first.date}, Node ${first.node}, load ${first.load}. ${first.note} What was wrong then was mended in
the general case, so what is said now is no examination any more. \`heapbook check\` with defaults.

| set | kind | right at first sight | right now |
|---|---|---|---|
| synthetic | leaks | ${share(then("synthetic", "L"))} | ${share(of("synthetic", "L"))} |
| synthetic | clean | ${share(then("synthetic", "C"))} | ${share(of("synthetic", "C"))} |
| npm packages | leaks | ${share(then("packages", "L"))} | ${share(of("packages", "L"))} |
| npm packages | clean | ${share(then("packages", "C"))} | ${share(of("packages", "C"))} |

| target | at first sight | now | channel | B/cycle [99 %] | cycles | s |
|---|---|---|---|---|---|---|
${rows.map(line).join("\n")}

Now: ${
    new Date().toISOString().slice(0, 10)
  }, Node ${process.version}, ${type()} ${release()}, ${cpus().length} × ${
    cpus()[0].model
  }, load average ${loadavg()[2].toFixed(1)} over fifteen minutes. Again with
\`node bench/unseen.mjs\`; versions of the packages are in data/unseen/package.json.
`;
}
