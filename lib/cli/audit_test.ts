import assert from "node:assert/strict";
import { spawn, spawnSync, type SpawnSyncReturns } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { AuditResults, Citation } from "../audit/mod.ts";
import { joined, readNotebook } from "../notebook/mod.ts";
import { type Browser, checkPage, openBrowser } from "../report/mod.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const main = fileURLToPath(new URL("./main.js", import.meta.url));
const browser: Browser | undefined = await openBrowser().catch(() => undefined);
after(() => browser?.close());

const heapbook = (...args: readonly string[]): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [main, ...args], { cwd: root, encoding: "utf8" });

const PICTURES = ["leaks_growth", "memory_classical_smc", "memory_controller_factory"];
const REPORTS = [
  "PHASE1_MEMORY_PATTERNS.md",
  "PHASE2_LEAK_DETECTION_RESULTS.md",
  "PHASE3_STRESS_TEST_RESULTS.md",
  "PHASE4_CLEANUP_VERIFICATION.md",
  "CA-02_FINAL_MEMORY_AUDIT_REPORT.md",
];
const NOTEBOOKS = [
  "01_memory_patterns",
  "02_leak_detection",
  "03_stress_testing",
  "04_cleanup_verification",
  "05_final_report",
];

test("heapbook audit runs five notebooks, writes what it promises, and verify agrees", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "heapbook-audit-"));
  const run = `test-${process.pid}`;
  context.after(() => {
    rmSync(folder, { recursive: true });
    rmSync(join(root, "data/runs", run), { recursive: true, force: true });
  });
  const args = ["audit", "--quick", "--exports", folder, "--target", "classical_smc"];
  args.push("--target", "controller_factory");
  const units = join(root, "data/runs", run, "units");
  const measured = (): Readonly<Record<string, number>> =>
    Object.fromEntries(
      (existsSync(units) ? readdirSync(units) : []).filter((name) => name.startsWith("leaks."))
        .map((name) => [name, statSync(join(units, name)).mtimeMs]),
    );

  let kept: Readonly<Record<string, number>> = {};
  await context.test("Ctrl-C keeps what was measured and says how to go on", async () => {
    const stopped = spawn(process.execPath, [main, ...args, "--run", run], { cwd: root });
    let said = "";
    stopped.stderr.on("data", (bytes) => said += bytes);
    const ended = once(stopped, "exit");
    while (stopped.exitCode === null && Object.keys(measured()).length < 2) await sleep(20);
    stopped.kill("SIGINT");
    assert.deepEqual(await ended, [130, null], said);
    assert.ok(said.includes(`go on with heapbook ${args.join(" ")} --resume --run ${run}\n`), said);
    assert.doesNotMatch(said, /fault in heapbook|^\s+at /m);
    assert.ok(!existsSync(join(root, "data/runs", run, "leaks.json")), "the phase was cut short");
    kept = measured();
    assert.ok(Object.keys(kept).length >= 2);
  });

  const audited = heapbook(...args, "--resume", "--run", run);
  const { verdict, leaks } = JSON.parse(
    readFileSync(join(folder, "audit.json"), "utf8"),
  ) as AuditResults;
  const expected = { yes: 0, no: 1, "not established": 2 }[verdict!.answer];
  assert.equal(audited.status, expected, audited.stderr);

  await context.test("a resumed run does not measure again what it has", () => {
    const now = measured();
    assert.deepEqual(Object.fromEntries(Object.keys(kept).map((name) => [name, now[name]])), kept);
    assert.ok(Object.keys(now).length > Object.keys(kept).length);
  });

  await context.test("the controls were judged rightly and no laboratory target leaks", () => {
    assert.equal(leaks!.controlsValid, true, JSON.stringify(leaks!.controls));
    assert.deepEqual(leaks!.results.filter(({ verdict }) => verdict === "leak"), []);
  });

  await context.test("every deliverable is there, and the first line answers", () => {
    const files = [
      ...REPORTS,
      ...NOTEBOOKS.flatMap((name) => [`${name}.ipynb`, `${name}.html`]),
      ...(browser === undefined ? [] : PICTURES.map((name) => `${name}.png`)),
      "site/index.html",
    ];
    assert.deepEqual(files.filter((file) => !existsSync(join(folder, file))), []);
    const [first] = readFileSync(join(folder, REPORTS[4]!), "utf8").split("\n");
    const question = "# Is the system memory-safe for long-running use?";
    assert.equal(first, `${question} ${verdict!.answer}`);
    assert.match(audited.stdout, new RegExp(`long-running use\\? ${verdict!.answer}`));
  });

  await context.test("verify agrees, and names a changed digit", () => {
    const verify = () => heapbook("verify", run, "--exports", folder);
    assert.equal(verify().status, 0, verify().stdout);
    const report = join(folder, REPORTS[1]!);
    const citations = JSON.parse(readFileSync(join(folder, "citations.json"), "utf8"));
    const cited = (citations as Citation[]).find(({ file, text, format }) =>
      file === REPORTS[1] && format === "bytes" && /\d/.test(text)
    )!;
    const lines = readFileSync(report, "utf8").split("\n");
    const wrong = cited.text.replace(/\d/, (digit) => String((Number(digit) + 1) % 10));
    lines[cited.line - 1] = lines[cited.line - 1]!.replace(cited.text, wrong);
    writeFileSync(report, lines.join("\n"));
    const found = verify();
    assert.equal(found.status, 1);
    assert.match(found.stdout, new RegExp(`${REPORTS[1]}:${cited.line}`));
  });

  await context.test("a run that is whole is resumed without measuring again", () => {
    const before = statSync(join(root, "data/runs", run, "leaks.json")).mtimeMs;
    const args = ["--resume", "--run", run, "--exports", folder, "--phase", "2"];
    assert.equal(heapbook("audit", "--quick", ...args).status, 0);
    assert.equal(statSync(join(root, "data/runs", run, "leaks.json")).mtimeMs, before);
  });

  await context.test(
    "each chart of each page is drawn, without an error or a request",
    { skip: browser === undefined && "no Chromium on this machine" },
    async () => {
      for (const name of NOTEBOOKS) {
        const url = pathToFileURL(join(folder, `${name}.html`)).href;
        const view = { width: 1100, mode: "light" } as const;
        const { charts, drawn, problems } = await checkPage(browser!, url, view);
        assert.deepEqual(problems, [], name);
        assert.equal(drawn, charts, name);
      }
    },
  );
});

test("jupyter nbconvert runs the published notebooks unchanged, in a project of one's own", {
  skip: spawnSync("jupyter", ["nbconvert", "--version"]).status !== 0 &&
    "no jupyter nbconvert on this machine",
}, (context) => {
  // Inside this project, whose packages it finds: the compiler of tslab refuses a link to them.
  mkdirSync(join(root, "exports"), { recursive: true });
  const project = mkdtempSync(join(root, "exports", ".nbconvert-"));
  context.after(() => rmSync(project, { recursive: true }));
  mkdirSync(join(project, "notebooks"));
  writeFileSync(
    join(project, "config.yaml"),
    "audit: {cycles: 20, warmup_cycles: 20, max_cycles: 160, controls: [1024], " +
      "targets: [controller_factory]}\n",
  );
  const env = { ...process.env, JUPYTER_PATH: join(root, ".jupyter") };
  for (const name of ["02_leak_detection", "05_final_report"]) {
    const path = join(project, "notebooks", `${name}.ipynb`);
    copyFileSync(join(root, "notebooks", `${name}.ipynb`), path);
    const run = spawnSync(
      "jupyter",
      ["nbconvert", "--to", "notebook", "--execute", path, "--output", `${name}_run`],
      { cwd: project, env, encoding: "utf8" },
    );
    assert.equal(run.status, 0, run.stderr);
    assert.doesNotMatch(run.stderr, /invalid|validation|missing an id/i);
    const { cells } = readNotebook(join(project, "notebooks", `${name}_run.ipynb`));
    const outputs = cells.flatMap((cell) => cell.outputs ?? []);
    assert.deepEqual(outputs.filter(({ output_type }) => output_type === "error"), []);
    assert.ok(outputs.some(({ data }) => joined(data?.["text/html"]).includes("data-chart")), name);
  }
  const [run] = readdirSync(join(project, "data", "runs"));
  const leaks = JSON.parse(readFileSync(join(project, "data/runs", run!, "leaks.json"), "utf8"));
  assert.equal(leaks.results[0].target, "controller_factory");
  for (const report of [REPORTS[1]!, REPORTS[4]!]) {
    assert.ok(existsSync(join(project, "exports", report)), report);
  }
});

test("heapbook audit refuses what it cannot do before it starts", () => {
  const refused = (...args: readonly string[]): string => {
    const { status, stderr } = heapbook("audit", ...args);
    assert.equal(status, 2, stderr);
    assert.doesNotMatch(stderr, /fault in heapbook/);
    return stderr;
  };
  assert.match(refused("--target", "nobody"), /must be one of classical_smc, .*"nobody"/);
  assert.match(refused("--cycles", "0"), /--cycles .*≥ 20: current value is "0"/);
  assert.match(refused("--phase", "6"), /--phase/);
  assert.match(refused("--config", "missing.yaml"), /missing\.yaml/);
  assert.match(refused("--resume", "--run", "never-made"), /run must exist/);
  assert.match(
    refused("--exports", join(main, "x")),
    /main\.js.*must be a folder|Cannot audit as .*main\.js/,
  );
});
