// Runs other detectors over the corpus beside ours: found, missed, false alarms, time, and what each
// names as the cause. The peers are installed on demand in a temporary folder; one that is named
// with --peers also keeps what has been judged, so that an interrupted run goes on.
// node bench/detectors.mjs [--write] [--peers FOLDER] [name…]
import { build } from "esbuild";
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checkTarget } from "../lib/dist/audit/mod.js";
import { createRandom } from "../lib/dist/statistics/mod.js";

const PEERS = {
  "@memlab/heap-analysis": "2.0.5",
  "@memlab/api": "2.0.5",
  "jest-leak-detector": "30.5.1",
  leakage: "0.5.0",
};
const METHODS = [
  ["heapUsed difference", "heap_used"],
  ["leakage 0.5.0", "leakage"],
  ["jest-leak-detector 30.5.1", "jest"],
  ["memlab 2.0.5 findLeaks", "memlab_leaks"],
  ["memlab 2.0.5 unbound object", "memlab_unbound"],
];
const TIMEOUT_MS = 120_000;
const corpus = fileURLToPath(new URL("../data/corpus/", import.meta.url));
const driver = fileURLToPath(new URL("./detector_run.cjs", import.meta.url));
const words = process.argv.slice(2);
const at = words.indexOf("--peers");
const folder = at < 0 ? mkdtempSync(join(tmpdir(), "heapbook-peers-")) : words[at + 1];
const names = words.filter((word, k) => !word.startsWith("--") && (at < 0 || k !== at + 1));
installPeers();

// Shuffled, so that an interrupted run has seen leaks and innocents alike.
const files = createRandom("detectors").shuffle(readdirSync(corpus)).filter((file) =>
  /^(leak|clean)_.*\.(ts|mjs|cjs)$/.test(file) &&
  (names.length === 0 || names.some((name) => file.includes(name)))
);
const kept = join(folder, "judged.json");
const judged = existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : {};
const done = files.filter((file) => judged[file] !== undefined);
for (const file of files) {
  if (judged[file] !== undefined) continue;
  judged[file] = await judge(file);
  done.push(file);
  // After each target, so that an interrupted run leaves what it has.
  writeFileSync(kept, JSON.stringify(judged));
  if (words.includes("--write")) {
    writeFileSync(fileURLToPath(new URL("./detectors.md", import.meta.url)), render() + "\n");
  }
  console.log(file, judged[file].map((row) => `${row.label}: ${say(row)}`).join(" | "));
}
console.log(render());

/** Returns one row per detector. */
async function judge(file) {
  const bundle = await bundleTarget(file), rows = [];
  for (const [label, method] of METHODS) {
    rows.push({ label, ...await runPeer(file, bundle, method) });
  }
  const startedAt = performance.now();
  const result = await checkTarget({ name: file, module: corpus + file });
  const site = result.topAllocations[0];
  rows.push({
    label: "heapbook",
    file,
    leak: result.verdict === "leak",
    seconds: (performance.now() - startedAt) / 1000,
    cause: site === undefined ? "" : `line ${site.line}; ${result.retainers[0]?.words ?? ""}`,
    failure: result.verdict === "error" ? result.message : "",
  });
  return rows;
}

function installPeers() {
  if (existsSync(join(folder, "node_modules", "leakage"))) return;
  mkdirSync(folder, { recursive: true });
  const overrides = { "@aidemaster/node-memwatch": "npm:@airbnb/node-memwatch@3.0.0" };
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ private: true, dependencies: PEERS, overrides }),
  );
  const env = { ...process.env, PUPPETEER_SKIP_DOWNLOAD: "1" };
  const install = (...args) => spawnSync("npm", args, { cwd: folder, env, stdio: "inherit" });
  install("install", "--no-audit", "--no-fund");
  install("rebuild", "@aidemaster/node-memwatch", "--foreground-scripts");
}

async function bundleTarget(file) {
  const outfile = join(folder, "targets", file.replace(/\.\w+$/, ".cjs"));
  await build({
    entryPoints: [corpus + file],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    // Targets that start themselves again as a worker find their source.
    define: { "import.meta.url": JSON.stringify(pathToFileURL(corpus + file).href) },
    logLevel: "silent",
  });
  return outfile;
}

/** A peer runs in a process of its own; what it says last is its verdict. */
function runPeer(file, bundle, method) {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--expose-gc", driver, method, bundle, folder], {
      stdio: ["ignore", "pipe", "ignore"],
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
    });
    let text = "";
    child.stdout.on("data", (chunk) => text += chunk);
    child.on("close", (code, signal) => {
      const seconds = (performance.now() - startedAt) / 1000;
      const line = text.split("\n").findLast((part) => part.startsWith("VERDICT "));
      const verdict = line === undefined
        ? {
          leak: false,
          cause: "",
          failure: signal ? `stopped after ${TIMEOUT_MS / 1000} s` : `exit ${code}`,
        }
        : { failure: "", ...JSON.parse(line.slice(8)) };
      resolve({ file, seconds, ...verdict });
    });
  });
}

function say({ leak, failure }) {
  return failure ? "failed" : leak ? "leak" : "-";
}

function render() {
  const lines = [
    "# Beside other detectors",
    "",
    `Node ${process.version}, ${cpus()[0]?.model ?? "?"}, ${
      new Date().toISOString().slice(0, 10)
    }, load average ${loadavg()[2].toFixed(1)} over the last fifteen minutes. ` +
    `${done.length} of ${files.length} targets of data/corpus (${
      done.filter((f) => f.startsWith("leak")).length
    } leaks, ${
      done.filter((f) => f.startsWith("clean")).length
    } clean), bundled to CommonJS for the peers. ` +
    "Made by `node bench/detectors.mjs --write`.",
    "",
    "Settings: heapUsed difference: collect, 1000 cycles after 100, collect, leak above 10 bytes per " +
    "cycle. leakage: its defaults, 30 iterations × 6 collections (with the override " +
    "`@airbnb/node-memwatch` 3.0.0, without which it does not install). jest-leak-detector: as Jest " +
    "uses it, the global of the target's own context must be collectable after 100 cycles. memlab: " +
    "snapshots after 300, 600 and 900 cycles and its default filter; unbound object: five snapshots " +
    "after 300 to 1500 cycles. heapbook: `heapbook check` with defaults.",
    "",
    "| detector | found | missed | false alarms | could not run | median time to verdict, s | names as the cause |",
    "|---|---|---|---|---|---|---|",
  ];
  for (const label of [...METHODS.map(([name]) => name), "heapbook"]) {
    const rows = done.map((file) => judged[file].find((row) => row.label === label));
    const leaks = rows.filter(({ file }) => file.startsWith("leak"));
    const clean = rows.filter(({ file }) => file.startsWith("clean"));
    const found = leaks.filter(({ leak }) => leak);
    const example = found.find(({ file, cause }) => cause && /unbounded_map/.test(file)) ??
      found.find(({ cause }) => cause);
    const cells = [
      label,
      `${found.length}/${leaks.length}`,
      leaks.filter(({ leak, failure }) => !leak && !failure).map(({ file }) => short(file)).join(
        ", ",
      ) || "none",
      `${clean.filter(({ leak }) => leak).length}/${clean.length}` +
      (clean.some(({ leak }) => leak)
        ? ` (${clean.filter(({ leak }) => leak).map(({ file }) => short(file)).join(", ")})`
        : ""),
      rows.filter(({ failure }) => failure).map(({ file, failure }) => `${short(file)}: ${failure}`)
        .join("; ") || "none",
      median(rows.map(({ seconds }) => seconds)).toFixed(1),
      (example?.cause ?? "nothing").replaceAll("|", "\\|").slice(0, 200),
    ];
    lines.push(`| ${cells.join(" | ")} |`);
  }
  return lines.join("\n");
}

function short(file) {
  return file.replace(/^(leak|clean)_|\.\w+$/g, "");
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
