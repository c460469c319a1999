import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { checkResultSchema } from "../formats/mod.ts";

const main = fileURLToPath(new URL("./main.js", import.meta.url));

const MODULES: Readonly<Record<string, string>> = {
  "leak.ts": `export const meta = { name: "growing list", scenarios: ["still", "growing"] };
const list: string[][] = [];
export const setup = ({ scenario }: { scenario: string }): string => scenario;
export function cycle(scenario: string, i: number): void {
  const row = Array.from({ length: 100 }, (_, k) => "row " + i + " " + k);
  if (scenario === "growing") list.push(row);
}
`,
  "clean.cjs": `const ring = []; exports.cycle = (_, i) => { ring[i % 8] = { i }; };`,
  "throwing.mjs": `export default { cycle(_, i) { if (i === 7) throw new Error("no rows"); } };`,
};

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe("heapbook check", () => {
  let folder = "";
  let answer: Answer;
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const check = (args: readonly string[], more: NodeJS.ProcessEnv = {}): Answer => {
    const { NODE_TEST_CONTEXT: _context, GITHUB_STEP_SUMMARY: _summary, ...env } = process.env;
    const options = { cwd: folder, encoding: "utf8" as const, env: { ...env, ...more } };
    return spawnSync(process.execPath, [main, "check", ...args], options);
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "heapbook-check-"));
    for (const [name, text] of Object.entries(MODULES)) writeFileSync(join(folder, name), text);
    answer = check(
      "leak.ts clean.cjs throwing.mjs gone.mjs --cycles 60 --format json --output out/r.json"
        .concat(" --format sarif --output r.sarif --format github --format junit --output r.xml")
        .split(" "),
      { GITHUB_STEP_SUMMARY: join(folder, "summary.md") },
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("exits 1 where one of several targets leaks, and says so in text", () => {
    assert.equal(answer.status, 1, answer.stderr);
    assert.match(answer.stdout, /^leak {10}growing list \(growing\): [45] \d{3} B per cycle/m);
    assert.match(answer.stdout, /allocated at leak\.ts:[56]:/);
    assert.match(answer.stdout, /^clean {9}clean: Clean/m);
    assert.match(answer.stdout, /^error {9}throwing: .*cycle 7.*no rows/m);
    assert.match(answer.stdout, /^error {9}gone: Cannot check gone\.mjs as there is no such file/m);
    assert.match(answer.stdout, /1 leak, 1 clean, 2 error\n$/);
  });

  test("writes one JSON object per target that satisfies the schema", () => {
    const valid = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(checkResultSchema);
    const results = read("out/r.json").trimEnd().split("\n").map((line) => JSON.parse(line));
    for (const result of results) assert.ok(valid(result), JSON.stringify(valid.errors));
    const [leak, clean, throwing] = results;
    assert.deepEqual([leak.verdict, clean.verdict, throwing.verdict], ["leak", "clean", "error"]);
    assert.equal(leak.name, "growing list");
    assert.ok(leak.interval[0] > 1000 && leak.interval[1] < 20_000, String(leak.interval));
    assert.match(JSON.stringify(leak.retainers), /list/);
  });

  test("writes SARIF with the leak and what phase 1 says of the module", () => {
    const [run] = JSON.parse(read("r.sarif")).runs;
    const rules = run.results.map(({ ruleId }: { ruleId: string }) => ruleId);
    assert.ok(rules.includes("heapbook/leak"), String(rules));
    assert.ok(rules.includes("heapbook/unbounded-growth"), String(rules));
    const uri = run.results[0].locations[0].physicalLocation.artifactLocation.uri;
    assert.equal(uri, "leak.ts");
  });

  test("appends to the step summary, and writes JUnit", () => {
    assert.match(read("summary.md"), /^## Memory leak found/);
    assert.match(read("r.xml"), /tests="4" failures="1" errors="2"/);
  });

  test("exits 2 where nothing leaks but something could not run, before any measurement", () => {
    const { status, stdout } = check(["gone.mjs", "--json"]);
    assert.equal(status, 2);
    assert.equal(JSON.parse(stdout).verdict, "error");
  });

  test("forgives growth that --max-growth allows", () => {
    const { status, stdout } = check([
      "leak.ts",
      "--cycles",
      "40",
      "--max-growth",
      "100MB",
      "--json",
    ]);
    assert.equal(status, 0, stdout);
    assert.match(JSON.parse(stdout).message, /stays within the 100000 B per cycle/);
  });

  test("takes modules of every kind, and says in one line why one cannot be loaded", () => {
    const kinds: Readonly<Record<string, string>> = {
      "named.mjs": "export const cycle = (_, i) => { JSON.stringify({ i }); };",
      "object.cjs": "module.exports = { cycle(_, i) { JSON.stringify({ i }); } };",
      "default.ts": "export default { cycle(_: unknown, i: number): void { String(i); } };",
      "import.cts": 'import { join } from "node:path";\nenum Kind { A }\n' +
        "export function cycle(_: unknown, i: number): void { join(Kind[0], String(i)); }",
      "nothing.mjs": "export const other = 1;",
      "broken.ts": "export const cycle = (: number) => {};\n",
    };
    for (const [name, text] of Object.entries(kinds)) writeFileSync(join(folder, name), text);
    const { status, stdout } = check([...Object.keys(kinds), "--cycles", "20", "--json"]);
    assert.equal(status, 2);
    const results = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    const verdicts = results.map(({ verdict }) => verdict);
    assert.deepEqual(verdicts, ["clean", "clean", "clean", "clean", "error", "error"], stdout);
    assert.match(results[4].message, /must export a function "cycle": it exports other/);
    assert.match(results[5].message, /^Cannot load target .*broken\.ts.*1:/);
  });

  test("refuses outputs that cannot be paired, and runtimes that are none", () => {
    const refusals: readonly (readonly [readonly string[], RegExp])[] = [
      [["--json", "--format", "junit"], /--json beside --format/],
      [["--format", "json", "--format", "junit"], /each format but github needs an output/],
      [["--output", "x.json"], /each format but github needs an output/],
      [["--runtime", "clean.cjs"], /clean\.cjs as it is no node executable/],
      [["--runtime", "nowhere/node"], /as it does not exist/],
      [["--runtime", "all"], /audit\.runtimes in config\.yaml names none/],
    ];
    for (const [args, message] of refusals) {
      const { status, stderr, stdout } = check(["clean.cjs", ...args]);
      assert.equal(status, 2);
      assert.match(stderr, message);
      assert.equal(stdout, "");
    }
  });
});
