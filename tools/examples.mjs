// Runs every TypeScript and JavaScript example of the docstrings and the guides, each as a program of
// its own, under the Node that runs this. A block marked `ignore` is not run.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const FENCE = /^```(ts|js)([^\n]*)\n([\s\S]*?)^```/gm;
const WORKERS = 2;

/** Returns the examples of a source file or a Markdown file, with the line each begins at. */
export function findExamples(file, text) {
  if (file.endsWith(".md")) return findBlocks(file, text, 0);
  return [...text.matchAll(/^[ \t]*\/\*\*[\s\S]*?\*\//gm)].flatMap((comment) => {
    const plain = comment[0].replace(/^[ \t]*(?:\/\*\*|\*\/|\*) ?/gm, "");
    return findBlocks(file, plain, countLines(text.slice(0, comment.index)));
  });
}

function findBlocks(file, text, before) {
  return [...text.matchAll(FENCE)].filter(([, , info]) => !info.includes("ignore")).map((
    match,
  ) => ({
    place: `${file}:${before + countLines(text.slice(0, match.index)) + 1}`,
    code: match[3],
  }));
}

function countLines(text) {
  return text.split("\n").length - 1;
}

/** Runs the examples of the files; returns how many ran and what failed, in words. */
export async function runExamples(root, files) {
  const examples = files.flatMap((file) =>
    findExamples(file, readFileSync(join(root, file), "utf8"))
  );
  const folder = join(root, "node_modules", ".heapbook-examples");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const problems = [];
  let next = 0;
  const work = async () => {
    while (next < examples.length) {
      const index = next++;
      const { place, code } = examples[index];
      const script = join(folder, `${index}.mts`);
      writeFileSync(script, code);
      const { status, output } = await run(root, script);
      if (status !== 0) problems.push(`${place}\n${output}`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  rmSync(folder, { recursive: true, force: true });
  return { ran: examples.length, problems };
}

function run(root, script) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", "tsx", script], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 120_000,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => (output += chunk));
    }
    child.on("close", (status) => resolve({ status, output }));
  });
}
