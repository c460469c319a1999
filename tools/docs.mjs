// Writes the API reference from the docstrings of what the package exports: to exports/site/api/, or
// to the folder that is named.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const output = resolve(process.argv[2] ?? join(root, "exports/site/api"));
const { exports } = JSON.parse(readFileSync(join(root, "lib/package.json"), "utf8"));
const modules = Object.values(exports).filter((entry) => entry.types !== undefined)
  .map(({ types }) => join("lib", types.replace("./dist/", "").replace(/\.d\.ts$/, ".ts")));

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const { status, stderr } = spawnSync(process.execPath, [
  join(root, "node_modules/deno/bin.cjs"),
  "doc",
  "--html",
  "--name=Heapbook",
  `--output=${output}`,
  ...modules,
], { cwd: root, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
if (status !== 0) {
  console.error(stderr);
  process.exit(1);
}
console.log(
  `Wrote ${relative(process.cwd(), output)}/index.html: the reference of ${modules.length} modules`,
);
