// Runs every check and prints what failed.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const { status } = spawnSync(process.execPath, ["--test", "--test-concurrency=2", "lib/dist/"], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
