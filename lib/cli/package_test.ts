import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const LIMIT = 60e6; // bytes of a core install

const leaking = `const entries = new Map<number, object>();
export function cycle(_context: unknown, i: number): void {
  const value = { text: "value " + i };
  entries.set(i, value);
}
export const meta = { name: "entries" };
`;
const bounded = leaking.replace("entries.set(i, value)", "entries.set(i % 10, value)");

describe("the packed package in an empty folder", () => {
  let folder = "";
  let problem = "";

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "heapbook-package-"));
    const packed = npm(["pack", "--workspace=lib", `--pack-destination=${folder}`], root);
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    assert.ok(tarball !== undefined, packed.stderr);
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    const installed = npm(["install", "--prefer-offline", `./${tarball}`], folder);
    if (installed.status !== 0) problem = installed.stderr.trim().split("\n")[0] ?? "npm failed";
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("installs no optional package and stays below 60 MB", (context) => {
    if (problem !== "") return context.skip(`npm could not install it here: ${problem}`);
    for (const name of ["nodejs-polars", "tslab", "plotly.js-dist", "@sparticuz", "zeromq"]) {
      assert.ok(!existsSync(join(folder, "node_modules", name)), name);
    }
    const bytes = sizeOf(join(folder, "node_modules"));
    assert.ok(bytes > 1e6 && bytes < LIMIT, `${bytes} bytes`);
  });

  test("finds the line of the set and the Map that retains, and exits 1", (context) => {
    if (problem !== "") return context.skip(`npm could not install it here: ${problem}`);
    writeFileSync(join(folder, "target.ts"), leaking);
    const { status, stdout, stderr } = heapbook(folder, ["check", "./target.ts", "--json"]);
    assert.equal(status, 1, stdout + stderr);
    const result = JSON.parse(stdout);
    assert.equal(result.verdict, "leak");
    assert.equal(result.name, "entries");
    const [site] = result.sites;
    assert.match(site.file, /target\.ts$/);
    assert.ok(site.line === 3 || site.line === 4, JSON.stringify(result.sites));
    assert.match(JSON.stringify(result.retainers), /entries.*Map/);
  });

  test("finds the bounded one clean, and exits 0", (context) => {
    if (problem !== "") return context.skip(`npm could not install it here: ${problem}`);
    writeFileSync(join(folder, "bounded.ts"), bounded);
    const { status, stdout, stderr } = heapbook(folder, ["check", "./bounded.ts"]);
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^clean {9}entries/);
  });

  test("carries its licence, its schemas and its documentation", (context) => {
    if (problem !== "") return context.skip(`npm could not install it here: ${problem}`);
    const home = join(folder, "node_modules/heapbook");
    for (const file of ["LICENSE", "README.md", "dist/check.schema.json"]) {
      assert.ok(readFileSync(join(home, file), "utf8").length > 100, file);
    }
  });
});

function npm(args: readonly string[], cwd: string) {
  return run("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund"], cwd);
}

function heapbook(cwd: string, args: readonly string[]) {
  return run(process.execPath, ["node_modules/heapbook/dist/cli/main.js", ...args], cwd);
}

function run(command: string, args: readonly string[], cwd: string) {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const shell = process.platform === "win32";
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: "utf8",
    shell,
  });
  return { status, stdout: stdout ?? "", stderr: stderr ?? String(error) };
}

/** Bytes of all files in a folder. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true }).reduce(
    (sum, name) => sum + lstatSync(join(folder, String(name))).size,
    0,
  );
}
