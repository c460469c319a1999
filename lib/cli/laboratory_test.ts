import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { simulateCommand } from "./simulate.ts";
import { tuneCommand } from "./tune.ts";
import { csvOf } from "./result_file.ts";

const main = fileURLToPath(new URL("./main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "heapbook-"));
after(() => rmSync(folder, { recursive: true }));

function heapbook(...argv: string[]) {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  return { status, stdout, stderr };
}

const quick = ["--duration", "0.5", "--particles", "6", "--iterations", "5", "--unseen", "4"];

test("heapbook simulate tells how a controller held the plant, and writes the trajectory", () => {
  const { status, stdout } = heapbook("simulate", "sta_smc", "-o", "run.csv", "--decimate", "10");
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^sta_smc held the plant upright for 10\.0 s$/m);
  assert.match(stdout, /settling time +\d/);
  const [names, ...rows] = readFileSync(join(folder, "run.csv"), "utf8").trim().split("\n");
  assert.equal(names, "t,x,theta1,theta2,v,omega1,omega2,force");
  assert.equal(rows.length, 1001);
  assert.equal(rows[0]!.split(",").slice(0, 7).join(), "0,0,0.05,-0.03,0,0,0");
});

test("heapbook simulate --json prints one object with the metrics", () => {
  const { status, stdout } = heapbook("simulate", "classic-smc", "--json", "--duration", "5");
  assert.equal(status, 0);
  const summary = JSON.parse(stdout);
  assert.deepEqual([summary.controller, summary.held, summary.steps], [
    "classical_smc",
    true,
    5000,
  ]);
  assert.ok(summary.metrics.rms_force > 0 && summary.metrics.final_angle < 0.05);
});

test("heapbook simulate exits 1 and says when and how the plant fell", () => {
  const { status, stdout } = heapbook(
    "simulate",
    "--controller",
    "sta_smc",
    "--gains",
    "1,1,1,1,1,1",
  );
  assert.equal(status, 1);
  assert.match(stdout, /^sta_smc: it fell after \d+\.\d+ s: link 1 at -?\d+°, link 2 at -?\d+°$/m);
});

test("heapbook simulate takes its numbers from config.yaml, and options over it", () => {
  const file = join(folder, "own.yaml");
  writeFileSync(
    file,
    "simulation: { controller: adaptive, duration: 0.1, initial_state: [0, 0.01, 0, 0, 0, 0] }\n",
  );
  const first = JSON.parse(heapbook("simulate", "--json", "--config", "own.yaml").stdout);
  assert.deepEqual([first.controller, first.steps], ["adaptive_smc", 100]);
  assert.deepEqual(first.initial_state, [0, 0.01, 0, 0, 0, 0]);
  const other = JSON.parse(
    heapbook("simulate", "sta", "--json", "--config", "own.yaml", "--duration", "0.2").stdout,
  );
  assert.deepEqual([other.controller, other.steps], ["sta_smc", 200]);
});

test("heapbook simulate --set changes the cart's drift", () => {
  const drift = (...more: string[]) =>
    JSON.parse(heapbook("simulate", "sta_smc", "--json", ...more).stdout).metrics.drift;
  assert.notEqual(drift(), drift("--set", "cart_gain=1", "--set", "cart-lambda=0.2"));
});

test("heapbook simulate and tune answer bad input with one message and exit code 2", async () => {
  const config = join(folder, "empty.yaml");
  writeFileSync(config, "{}\n");
  const cases: [string[], RegExp][] = [
    [["simulate", "pid"], /name must be one of .*"pid"/],
    [["simulate", "--gains", "1,2"], /gains must be 6 numbers/],
    [["simulate", "--gains", "1,b"], /--gains .* "1,b"/],
    [["simulate", "--state", "1,2"], /a state must have 6 components/],
    [["simulate", "--set", "boundry_layer=1"], /boundry_?[lL]ayer/],
    [["simulate", "--set", "cart_gain"], /KEY=VALUE/],
    [["simulate", "-o", "run.txt"], /must end in \.csv or \.json/],
    [["simulate", "--duration", "0"], /duration/],
    [["tune", "--particles", "0"], /--particles .* ≥ 1/],
    [["tune", "-o", "gains.txt"], /must end in \.csv or \.json/],
    [["tune", "--start", "1,2"], /start/],
    [["tune", "--defaults", "--seed", "3"], /--defaults fixes what --seed would change/],
  ];
  for (const [[command, ...argv], message] of cases) {
    const run = command === "tune" ? tuneCommand : simulateCommand;
    await assert.rejects(run([...argv, "--config", config]), message, argv.join(" "));
  }
  const { status, stdout, stderr } = heapbook("simulate", "pid");
  assert.deepEqual([status, stdout, stderr.trim().split("\n").length], [2, "", 1]);
});

test("heapbook tune finds the same gains for any number of workers, and shows progress", () => {
  const one = heapbook("tune", "sta_smc", ...quick, "--json", "--workers", "1");
  const two = heapbook("tune", "sta_smc", ...quick, "--json", "--workers", "2");
  assert.equal(one.status, 0, one.stderr);
  assert.equal(one.stdout, two.stdout);
  assert.match(one.stderr, /tuning sta_smc .*100 %/);
  const result = JSON.parse(one.stdout);
  assert.equal(result.gains.length, 6);
  assert.deepEqual([result.evaluations, result.seed, result.unseen.runs], [30, 42, 4]);
});

test("heapbook tune writes the course of the search, and prints what to put in config.yaml", () => {
  const { stdout, status } = heapbook("tune", "adaptive", ...quick, "-o", "gains.json");
  assert.equal(status, 0, stdout);
  const written = JSON.parse(readFileSync(join(folder, "gains.json"), "utf8"));
  assert.equal(written.columns.best.length, 5);
  assert.ok(stdout.includes("In config.yaml: controllers.adaptive_smc.gains: ["), stdout);
  assert.match(stdout, /Held \d of 4 unseen plants/);
});

test("heapbook tune keeps the best so far on Ctrl-C, and says how to go on", async () => {
  const child = spawn(process.execPath, [
    main,
    ..."tune sta_smc --duration 2 --particles 20 --iterations 100000".split(" "),
  ], { cwd: folder });
  let shown = "", out = "";
  child.stdout.on("data", (text) => out += text);
  child.stderr.on("data", (text) => {
    if (shown === "" && String(text).includes("tuning")) child.kill("SIGINT");
    shown += text;
  });
  const status = await new Promise((done) => child.on("close", done));
  assert.equal(status, 130, shown);
  assert.match(out, /Interrupted: go on with --start [\d.,e+-]+/);
});

test("csvOf() leaves the last cells of shorter columns empty", () => {
  assert.equal(csvOf({ t: [0, 1], u: [5] }), "t,u\n0,5\n1,\n");
  assert.ok(!existsSync(join(folder, "run.txt")));
});
