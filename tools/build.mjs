// Compiles lib/ to lib/dist with the project's own TypeScript, and writes the schemas of config.yaml
// and of check results for editors and other tools. The compiler is called by its path, since tslab
// brings an older `tsc` that may win in node_modules/.bin.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
const { status } = spawnSync(process.execPath, [tsc, "-p", "lib"], { cwd: root, stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

const dist = new URL("../lib/dist/", import.meta.url);
const { configSchema } = await import(new URL("config/schema.js", dist));
const { checkResultSchema } = await import(new URL("formats/check_schema.js", dist));
for (const [name, schema] of Object.entries({ config: configSchema, check: checkResultSchema })) {
  writeFileSync(new URL(`${name}.schema.json`, dist), JSON.stringify(schema, null, 2) + "\n");
}
