#!/usr/bin/env node
/**
 * The `heapbook` command: finds the command, runs it, and turns what goes wrong into one readable
 * message and exit code 2. A stack trace is shown with --debug only.
 *
 * @module
 */
import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { HelpRequested, UsageError } from "./arguments.ts";
import { commands } from "./commands.ts";
import { renderCommandHelp, renderRows } from "./help.ts";
import { heapbookVersion } from "./version.ts";

/** Exit code of everything that could not be done. */
const COULD_NOT = 2;

/**
 * Runs a command line (without `node` and the script) and returns the exit code. Never rejects.
 */
export async function runHeapbook(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  try {
    if (name === undefined || name === "--help" || name === "-h") return print(renderHelp());
    if (name === "--version" || name === "-v") return print(heapbookVersion());
    if (name === "help") return await help(rest);
    return await (await find(name))(rest);
  } catch (error) {
    if (error instanceof HelpRequested) return print(renderCommandHelp(error.command));
    process.stderr.write(`${describe(error, argv.includes("--debug"))}\n`);
    return COULD_NOT;
  }
}

async function help([name]: readonly string[]): Promise<number> {
  if (name === undefined) return print(renderHelp());
  return await (await find(name))(["--help"]);
}

async function find(name: string) {
  const entry = commands.find((command) => command.name === name);
  if (entry !== undefined) return await entry.load();
  const what = name.startsWith("-") ? "option" : "command";
  const { nearest } = await import("../config/mod.ts");
  const near = nearest(name, commands.map((command) => command.name));
  const hint = near === undefined ? "" : ` (did you mean ${near}?)`;
  throw new UsageError(
    `Cannot run "${name}" as there is no such ${what}${hint}: see heapbook --help`,
  );
}

function renderHelp(): string {
  return [
    "Is this code memory-safe for long-running use?",
    "",
    "Usage: heapbook COMMAND [options]",
    "",
    renderRows(commands.map(({ name, summary }) => [name, summary])),
    "",
    "heapbook COMMAND --help explains one command, with an example.",
  ].join("\n");
}

/** A mistake or a fact of the world reads as one message; anything else is ours, and says so. */
function describe(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return String(error);
  if (debug) return error.stack ?? error.message;
  if (isExpected(error)) return error.message;
  return `${error.name}: ${error.message}\n` +
    "This looks like a fault in heapbook itself: run it again with --debug for the stack trace";
}

const ENGINE_ERRORS = ["Error", "TypeError", "RangeError", "ReferenceError", "SyntaxError"];

/** Our own messages start alike, classes of our own are thrown on purpose, and disks fill up. */
function isExpected(error: Error): boolean {
  const isSystemError = "syscall" in error;
  return isSystemError || /^(Cannot|Target) /.test(error.message) ||
    !ENGINE_ERRORS.includes(error.name);
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

function isMain(): boolean {
  const [, script] = process.argv;
  if (script === undefined) return false;
  return realpathSync(script) === fileURLToPath(import.meta.url);
}

// A reader that has seen enough (`heapbook … | head`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

if (isMain()) process.exitCode = await runHeapbook(process.argv.slice(2));
