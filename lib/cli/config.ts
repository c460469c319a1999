/**
 * `heapbook config`: check config.yaml, show it with every default, or write its schema.
 *
 * @module
 */
import process from "node:process";
import { type Config, configSchema, loadConfig, renderDefaultConfig } from "../config/mod.ts";
import { type CommandSpec, parseArguments } from "./arguments.ts";

const spec: CommandSpec = {
  name: "config",
  summary: "Check config.yaml, show it with defaults, or start one",
  details:
    "check lists every problem at once, with line and column. show prints what a run would " +
    "use, as JSON. default prints a complete, commented config.yaml to start from. schema prints the " +
    "JSON schema that editors read.",
  positionals: {
    name: "check|show|default|schema",
    description: "What to do",
    minimum: 1,
    maximum: 1,
  },
  options: {
    config: {
      kind: "text",
      value: "FILE",
      description: "Configuration to read; the nearest config.yaml where absent",
    },
  },
  examples: [
    "heapbook config check",
    "heapbook config default > config.yaml",
    "heapbook config schema > config.schema.json",
  ],
};

/** Runs `heapbook config`. */
export async function configCommand(argv: readonly string[]): Promise<number> {
  const given = await parseArguments(argv, spec);
  const text = answer(given.positionals[0]!, () => loadConfig(given.text("config")));
  process.stdout.write(`${text}\n`);
  return 0;
}

function answer(what: string, load: () => Config): string {
  switch (what) {
    case "schema":
      return JSON.stringify(configSchema, null, 2);
    case "default":
      return renderDefaultConfig("node_modules/heapbook/dist/config.schema.json").trimEnd();
    case "show": {
      const { origin: { text: _text, ...origin }, ...config } = load();
      return JSON.stringify({ ...config, origin }, null, 2);
    }
    case "check":
      return `${load().origin.file} is right`;
    default:
      throw new RangeError(
        `Cannot run heapbook config as it must be check, show, default or schema: current value is "${what}"`,
      );
  }
}
