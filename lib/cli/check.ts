/**
 * `heapbook check`: judge any module. Measurements run in processes of their own, so nothing of the
 * caller is measured and nothing a target does can harm the caller.
 *
 * @module
 */
import process from "node:process";
import { type AuditSettings, findRuntimes, type RuntimeEntry } from "../audit/mod.ts";
import { loadConfig } from "../config/mod.ts";
import { type CheckedTarget, exitCodeOf } from "../formats/mod.ts";
import { createProgress } from "../notebook/mod.ts";
import { type CommandSpec, parseArguments, type ParsedArguments } from "./arguments.ts";
import { checkModule } from "./check_module.ts";
import { FORMATS, publishCheck, readOutputs } from "./check_output.ts";
import { catchInterrupt, INTERRUPTED } from "./interruption.ts";

const spec: CommandSpec = {
  name: "check",
  summary: "Judge any module: does it leak when its cycle repeats?",
  details:
    "A module exports cycle(context, i), and optionally setup, teardown, validate and meta: " +
    "see heapbook init-target. Exit code 0: every target is clean. 1: at least one leaks. 2: could " +
    "not tell, or could not run.",
  positionals: {
    name: "MODULE",
    description: "ES or CommonJS module, TypeScript or JavaScript",
    minimum: 1,
    maximum: 1000,
  },
  options: {
    cycles: {
      kind: "integer",
      value: "N",
      minimum: 20,
      maximum: 1_000_000,
      description: "Measured cycles after warm-up; more of them find smaller leaks",
    },
    "max-growth": {
      kind: "size",
      value: "SIZE",
      description: "Allow growth up to this much per 1000 cycles, for example 5MB",
    },
    json: { kind: "flag", description: "Print one JSON object per target, one per line" },
    format: {
      kind: "text",
      value: "FORMAT",
      choices: FORMATS,
      multiple: true,
      description: "Print in this format; github appends to the step summary of the job",
    },
    output: {
      kind: "text",
      value: "FILE",
      multiple: true,
      description: "Write the format before it to FILE, and the text to the terminal",
    },
    runtime: {
      kind: "text",
      value: "NODE",
      multiple: true,
      description: "Measure on this node executable, on one that audit.runtimes names, or on all",
    },
    timeout: {
      kind: "number",
      value: "S",
      minimum: 1,
      description: "Longest time one measuring process may take, s",
    },
    config: {
      kind: "text",
      value: "FILE",
      description: "Configuration; the nearest config.yaml where absent, or the defaults",
    },
  },
  examples: [
    "heapbook check ./my_cache.ts",
    "heapbook check targets/*.ts --max-growth 5MB --json",
    "heapbook check a.mjs --format sarif --output a.sarif",
  ],
};

const OWN: RuntimeEntry = { name: "", path: process.execPath };

/** Runs `heapbook check`. */
export async function checkCommand(argv: readonly string[]): Promise<number> {
  const given = await parseArguments(argv, spec);
  const outputs = readOutputs(given);
  const { audit, origin } = loadConfig(given.text("config"), {
    optional: given.text("config") === undefined,
    overrides: { audit: { cycles: given.number("cycles"), timeout: given.number("timeout") } },
  });
  const startedAt = new Date();
  const interruption = catchInterrupt();
  const bars = createProgress("check");
  try {
    const asked = given.texts("runtime");
    const runtimes = asked.length === 0
      ? [OWN]
      : findRuntimes(asked, audit.runtimes, origin.directory);
    const targets: CheckedTarget[] = [];
    for (const path of given.positionals) {
      for (const runtime of runtimes) {
        if (interruption.signal.aborted) break;
        const checked = await checkModule(path, settingsOf(given, audit), {
          runtime,
          signal: interruption.signal,
          onProgress: bars.update,
        });
        if (!interruption.signal.aborted) targets.push(checked);
      }
    }
    await bars.finish();
    if (interruption.signal.aborted) return stopped(targets.length, given.positionals.length);
    await publishCheck(targets, outputs, startedAt);
    return exitCodeOf(targets.map(({ result }) => result));
  } finally {
    interruption.release();
  }
}

function settingsOf(given: ParsedArguments, audit: AuditSettings) {
  const maxGrowth = given.number("max-growth");
  const allowance = maxGrowth === undefined ? undefined : { maxBytesPerCycle: maxGrowth / 1000 };
  return { audit, allowance };
}

function stopped(done: number, all: number): number {
  process.stderr.write(`Stopped after ${done} of ${all} targets; nothing was written\n`);
  return INTERRUPTED;
}
