// Every check there is: `npm test`. Prints each with its time, what failed, and what was skipped and
// why; the last line counts them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runExamples } from "./examples.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const deno = join(root, "node_modules", "deno", "bin.cjs");
const total = { passed: 0, failed: 0, skipped: [] };

function run(script, args, env = {}) {
  const result = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  return { ok: result.status === 0, text: `${result.stdout}${result.stderr}`, ...result };
}

/** Runs one check: it returns {} if all is well, { skip: reason }, or { wrong: what }. */
async function check(name, body) {
  const start = performance.now();
  const outcome = await attempt(body);
  const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
  if (outcome.wrong !== undefined) {
    total.failed++;
    console.log(`FAILED  ${name} (${seconds})\n${outcome.wrong.trimEnd()}\n`);
  } else if (outcome.skip !== undefined) {
    total.skipped.push(`${name}: ${outcome.skip}`);
    console.log(`skipped ${name}: ${outcome.skip}`);
  } else {
    total.passed++;
    console.log(`ok      ${name} (${seconds})`);
  }
}

async function attempt(body) {
  try {
    return await body();
  } catch (error) {
    return { wrong: error.stack };
  }
}

const unless = ({ ok, text }) => ok ? {} : { wrong: text };

function sources() {
  return readdirSync(join(root, "lib"), { recursive: true })
    .map((path) => join("lib", path).replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && !/\/(dist|testdata|node_modules)\//.test(path))
    .sort();
}

function checkCompiler() {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const { text } = run("node_modules/typescript/bin/tsc", ["--version"]);
  const expected = `Version ${devDependencies.typescript}`;
  return text.trim() === expected ? {} : { wrong: `${text.trim()} instead of ${expected}` };
}

/** `npm ci`, which a fresh clone begins with, refuses a lock file that misses anything. */
function checkLock() {
  const { status, stdout, stderr } = spawnSync("npm", ["ci", "--dry-run", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  return status === 0 ? {} : { wrong: `${stdout}${stderr}` };
}

/** Every exported symbol has a docstring. */
function checkDocumented() {
  const files = sources().filter((path) => !path.endsWith("_test.ts"));
  const result = run(deno, ["doc", "--json", ...files]);
  if (!result.ok) return { wrong: result.text };
  const bare = new Set();
  for (const { symbols } of Object.values(JSON.parse(result.stdout).nodes)) {
    for (const { name, declarations } of symbols) {
      for (const { kind, declarationKind, jsDoc, location } of declarations) {
        if (kind === "reference") continue; // a mod.ts that passes on what is documented elsewhere
        if (declarationKind !== "export" || jsDoc !== undefined) continue;
        bare.add(`${fileURLToPath(location.filename)}:${location.line + 1} ${name}`);
      }
    }
  }
  return bare.size === 0 ? {} : { wrong: `without a docstring:\n${[...bare].join("\n")}` };
}

/** Every example in a docstring or a guide runs. */
async function checkExamples() {
  const files = sources().filter((path) => !path.endsWith("_test.ts"));
  const guides = [...listMarkdown("."), ...listMarkdown("docs")];
  const { ran, problems } = await runExamples(root, [...files, ...guides]);
  if (ran === 0) return { wrong: "there are no examples" };
  return problems.length === 0 ? {} : { wrong: problems.join("\n") };
}

/** The API reference can be written, with a page for every module of the package. */
function checkReference() {
  const folder = mkdtempSync(join(tmpdir(), "heapbook-reference-"));
  const result = run("tools/docs.mjs", [folder]);
  const manifest = JSON.parse(readFileSync(join(root, "lib/package.json"), "utf8"));
  const modules = Object.entries(manifest.exports)
    .filter(([name, entry]) => name !== "." && entry.types !== undefined)
    .map(([name]) => name.replace("./", ""));
  const pages = readdirSync(folder);
  rmSync(folder, { recursive: true });
  const missing = modules.filter((name) => !pages.includes(name));
  if (!result.ok) return { wrong: result.text };
  return missing.length === 0 ? {} : { wrong: `no reference of ${missing.join(", ")}` };
}

function listMarkdown(folder) {
  try {
    return readdirSync(join(root, folder)).filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}

/** Published notebooks are what their scripts say. */
function checkNotebooks() {
  return unless(run("lib/dist/cli/main.js", ["notebook", "check"]));
}

/** The tests of lib/, each beside its file; compiled tests whose source is gone do not count. */
function runUnitTests() {
  const folder = mkdtempSync(join(tmpdir(), "heapbook-test-"));
  const counts = join(folder, "counts.json");
  const files = sources().filter((path) => path.endsWith("_test.ts"))
    .map((path) => path.replace(/^lib\//, "lib/dist/").replace(/\.ts$/, ".js"));
  const start = performance.now();
  spawnSync(process.execPath, [
    "--test",
    "--test-concurrency=2",
    "--test-reporter=./tools/reporter.mjs",
    "--test-reporter-destination=stdout",
    ...files,
  ], { cwd: root, stdio: "inherit", env: { ...process.env, HEAPBOOK_TEST_COUNTS: counts } });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  try {
    const { passed, failed, skipped } = JSON.parse(readFileSync(counts, "utf8"));
    total.passed += passed;
    total.failed += failed;
    total.skipped.push(...skipped);
    console.log(`${failed === 0 ? "ok     " : "FAILED "} ${passed} unit tests (${seconds} s)`);
  } catch {
    total.failed++;
    console.log("FAILED  unit tests: they ended without a result");
  }
  rmSync(folder, { recursive: true });
}

await check("sources are formatted", () => unless(run(deno, ["fmt", "--check"])));
await check("sources pass the linter", () => unless(run(deno, ["lint"])));
await check("the compiler is the project's own", checkCompiler);
await check("the lock file installs", checkLock);
await check("every export is documented", checkDocumented);
await check("documentation examples run", checkExamples);
await check("the API reference is written from the docstrings", checkReference);
await check("notebooks are what their scripts say", checkNotebooks);
runUnitTests();

if (total.skipped.length > 0) {
  console.log(`\nskipped:\n${total.skipped.map((line) => `  ${line}`).join("\n")}`);
}
console.log(
  `\n${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`,
);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
