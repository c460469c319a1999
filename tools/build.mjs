// Compiles lib/ to lib/dist with the project's own TypeScript. The compiler is called by its path,
// since tslab brings an older `tsc` that may win in node_modules/.bin.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
const { status } = spawnSync(process.execPath, [tsc, "-p", "lib"], { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
