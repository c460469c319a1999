import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../config/mod.ts";
import { commands } from "./commands.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const main = fileURLToPath(new URL("./main.js", import.meta.url));
const guides = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith(".md"));
const textOf = (name: string) => readFileSync(join(root, name), "utf8");

function heapbook(args: readonly string[], cwd: string = root) {
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  return spawnSync(process.execPath, [main, ...args], { cwd, env, encoding: "utf8" });
}

const helpTexts = new Map(commands.map(({ name }) => [name, heapbook([name, "--help"]).stdout]));

/** What is wrong with a command line, as far as its command's help tells. */
function slipIn(line: string): string | null {
  const [name = "", ...words] = line.trim().split(/\s+/);
  if (name.startsWith("-")) return ["--help", "--version"].includes(name) ? null : line;
  if (name === "COMMAND") return null;
  const help = helpTexts.get(name);
  if (help === undefined) return `${line}: no such command`;
  const wrong = words.filter((word) => /^--?[a-z]/.test(word))
    .find((word) => !new RegExp(`(^|[\\s,])${word}(?=[\\s,])`, "m").test(help));
  return wrong === undefined ? null : `${line}: no ${wrong}`;
}

/** Command lines in a text: of fences and of prose, across folded lines of YAML. */
function commandLines(text: string): readonly string[] {
  const folded = text.replace(/\n\s+(?=--)/g, " ");
  return [...folded.matchAll(/(?:^|`|\s)(?:npx )?heapbook ((?:[a-z-]+|COMMAND)(?: [^`\n#|]*)?)/gm)]
    .map(([whole, line]) => ({ whole, line: line! }))
    .filter(({ whole, line }) =>
      whole.includes("npx ") || commands.some(({ name }) => new RegExp(`^${name}( -|$)`).test(line))
    )
    .map(({ line }) => line.replace(/[.,;:)].*$/, (rest) => /^\.\w/.test(rest) ? rest : ""));
}

test("every command line of the guides and of --help has a command and options that exist", () => {
  const lines = guides.flatMap((name) => commandLines(textOf(name)));
  assert.ok(lines.length > 20, `${lines.length} command lines were found`);
  const examples = [...helpTexts].flatMap(([name, help]) => {
    const [, list = ""] = /^Examples?:\n((?: {2}.+\n?)+)/m.exec(help) ?? [];
    const own = list.trim().split("\n").map((line) => line.trim().replace(/^heapbook /, ""));
    assert.ok(own[0] !== "", `heapbook ${name} --help has no example`);
    return own;
  });
  assert.deepEqual([...lines, ...examples].map(slipIn).filter((slip) => slip !== null), []);
  assert.equal(slipIn("check a.ts --jsn"), "check a.ts --jsn: no --jsn");
  assert.equal(slipIn("chek a.ts"), "chek a.ts: no such command");
});

test("every piece of config.yaml in the guides is a right one", () => {
  const folder = mkdtempSync(join(tmpdir(), "heapbook-docs-"));
  const pieces = guides.flatMap((name) =>
    [...textOf(name).matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, piece]) => piece!)
  ).filter((piece) => piece.startsWith("audit:"));
  assert.ok(pieces.length >= 2);
  for (const piece of pieces) {
    writeFileSync(join(folder, "config.yaml"), piece);
    loadConfig(join(folder, "config.yaml"));
  }
  rmSync(folder, { recursive: true });
});

test("every link of the guides leads somewhere", () => {
  for (const name of guides) {
    for (const [, goal] of textOf(name).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.ok(existsSync(join(root, dirname(name), goal!)), `${name} links to ${goal}`);
    }
  }
});

test("the README shows what its third command really prints", () => {
  const [, shown] = /The third command prints\n\n```text\n([\s\S]*?)```/.exec(textOf("README.md"))!;
  const { status, stdout, stderr } = heapbook([
    "check",
    "docs/examples/bounded.ts",
    "docs/examples/unbounded.ts",
  ]);
  assert.equal(status, 1, stdout + stderr);
  // Rates, sizes, times and the shape of warm-up differ from machine to machine; places do not.
  const steady = (text: string) =>
    text.replace(/(?<![:\w])−?\d[\d .]*/g, "N ").replace(/\s+/g, " ")
      .replace(/(flat|step|linear|saturating|sawtooth|quadratic) in heap/g, "growth in heap");
  assert.equal(steady(stdout), steady(shown!));
});
