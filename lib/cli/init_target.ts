/**
 * `heapbook init-target`: a commented target to start from.
 *
 * @module
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, extname } from "node:path";
import process from "node:process";
import { type CommandSpec, parseArguments } from "./arguments.ts";

const spec: CommandSpec = {
  name: "init-target",
  summary: "Write a commented target to start from",
  positionals: {
    name: "FILE",
    description: "File to write, .ts, .js or .mjs; target.ts where absent",
    minimum: 0,
    maximum: 1,
  },
  options: { force: { kind: "flag", description: "Replace a file that is there" } },
  examples: ["heapbook init-target my_cache.ts", "heapbook check my_cache.ts"],
};

/** Runs `heapbook init-target`. */
export async function initTargetCommand(argv: readonly string[]): Promise<number> {
  const given = await parseArguments(argv, spec);
  const file = given.positionals[0] ?? "target.ts";
  const extension = extname(file);
  if (![".ts", ".mts", ".js", ".mjs"].includes(extension)) {
    throw new RangeError(
      `Cannot write a target as its name must end in .ts, .mts, .js or .mjs: current value is "${file}"`,
    );
  }
  if (existsSync(file) && !given.flag("force")) {
    throw new RangeError(`Cannot write ${file} as it exists: replace it with --force`);
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, starter(basename(file, extension), extension.endsWith("ts")));
  process.stdout.write(`Wrote ${file}: judge it with npx heapbook check ${file}\n`);
  return 0;
}

/** Returns the text of a target whose cycle is bounded, so that its first verdict is clean. */
export function starter(name: string, isTypeScript: boolean): string {
  const type = (text: string) => isTypeScript ? text : "";
  return `// A target: one realistic unit of work that heapbook repeats a thousand times in a process of
// its own. Only \`cycle\` is required. Judge it with: npx heapbook check ./${name}${
    isTypeScript ? ".ts" : ".js"
  }

export const meta = {
  name: ${JSON.stringify(name)},
  // sources: ["./src"], // what phase 1 reads; found from the imports of this file where absent
};

${type("interface Context {\n  recent: Map<number, string>;\n}\n\n")}\
// Runs once, before the first cycle. What it returns is handed to every cycle.
export function setup()${type(": Context")} {
  return { recent: new Map() };
}

// Put the work here that your program repeats: a request, a message, a simulation. Allocate and
// release what the real work would; \`i\` counts from 0.
export async function cycle(context${type(": Context")}, i${type(": number")}) {
  context.recent.set(i, \`result \${i}\`);
  // Without this bound the map would grow by one entry per cycle, and the verdict would be "leak".
  if (context.recent.size > 100) {
    context.recent.delete(context.recent.keys().next().value${type("!")});
  }
}

// Throws if the work was not really done: a cycle that does nothing proves nothing.
export function validate(context${type(": Context")}) {
  if (context.recent.size === 0) throw new Error("nothing was stored");
}

// Runs once, at the end.
export function teardown(context${type(": Context")}) {
  context.recent.clear();
}
`;
}
