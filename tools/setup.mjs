// Installs and compiles what is missing, so that `npm start` and `npm test` work right after a clone.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "node_modules");
// npm ci empties node_modules before it starts: the marker says that the last one came to its end.
const marker = join(modules, ".heapbook-lock");
const MINIMUM = [20, 19]; // loads ES modules with require(), which the tslab kernel needs

function stop(message) {
  console.error(message);
  process.exit(2);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return;
  stop(`Cannot run as Node must be ≥ ${MINIMUM.join(".")}: current value is ${process.version}`);
}

function npm(...args) {
  return spawnSync("npm", [...args, "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", process.stderr, process.stderr],
    shell: process.platform === "win32",
  });
}

function install() {
  console.error("Installing dependencies …");
  const { status, error } = npm("ci", "--loglevel=error");
  if (status === 0) return;
  // A lock file that was changed on a machine whose registry lacks the binaries of other platforms
  // misses them, and npm ci refuses it; npm install takes the versions that the lock has.
  if (error === undefined && npm("install", "--no-save", "--loglevel=error").status === 0) return;
  const reason = error?.code === "ENOENT" ? "npm is not on the path" : "npm could not fetch them";
  stop(
    `Cannot install the dependencies as ${reason}: the messages above say more. ` +
      "Once it is mended (a connection to the npm registry, room on the disk), run the same " +
      "command again: it goes on from here.",
  );
}

checkNode();
const lock = createHash("sha256").update(readFileSync(join(root, "package-lock.json")))
  .update(`${process.platform} ${process.arch}`).digest("hex");
if (!existsSync(marker) || readFileSync(marker, "utf8") !== lock) {
  install();
  writeFileSync(marker, lock);
}
const { status } = spawnSync(process.execPath, [join(root, "tools/build.mjs")], {
  cwd: root,
  stdio: "inherit",
});
if (status !== 0) stop("Cannot go on as the sources must compile: see the errors above");
// npm links a command only where its file is there, and the compiler came after npm.
if (!existsSync(join(modules, ".bin", "heapbook"))) npm("rebuild", "heapbook", "--loglevel=error");
