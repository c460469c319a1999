// Installs and compiles what is missing, so that `npm start` and `npm test` work right after a clone.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const lock = createHash("sha256").update(readFileSync(join(root, "package-lock.json"))).digest(
  "hex",
);
const marker = join(root, "node_modules", ".heapbook-lock");

function run(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(marker) || readFileSync(marker, "utf8") !== lock) {
  console.error("Installing dependencies …");
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
  writeFileSync(marker, lock);
}
run(process.execPath, ["tools/build.mjs"]);
