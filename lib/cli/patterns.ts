/**
 * `heapbook patterns`: phase 1 on any sources, one finding per row.
 *
 * @module
 */
import process from "node:process";
import { type CommandSpec, parseArguments } from "./arguments.ts";

const spec: CommandSpec = {
  name: "patterns",
  summary: "Find memory patterns in sources without running them",
  details:
    "Reads .ts, .js and .py files, in folders too (tests and node_modules are left out). One " +
    "finding per row, sorted by place. Exit code 0 when everything was read, 2 when something " +
    "could not be.",
  positionals: {
    name: "PATH",
    description: "Files and folders to scan",
    minimum: 1,
    maximum: Infinity,
  },
  options: {
    json: { kind: "flag", description: "Print a JSON array, one finding per line" },
    unbounded: { kind: "flag", description: "Only what grows or stays without a bound" },
    fix: { kind: "flag", description: "Print the advice for each unbounded finding" },
  },
  examples: ["heapbook patterns src", "heapbook patterns lib/cache.ts --json"],
};

/** Runs `heapbook patterns`; resolves to the exit code. */
export async function patternsCommand(argv: readonly string[]): Promise<number> {
  const given = await parseArguments(argv, spec);
  const { scanPatterns } = await import("../audit/patterns.ts");
  const { remedyFor } = await import("../patterns/mod.ts");
  const phase = scanPatterns(given.positionals);
  const findings = given.flag("unbounded")
    ? phase.findings.filter((finding) => finding.bounded === false)
    : phase.findings;
  if (given.flag("json")) {
    const rows = findings.map((finding) => JSON.stringify(finding)).join(",\n");
    process.stdout.write(rows === "" ? "[]\n" : `[\n${rows}\n]\n`);
  } else {
    for (const finding of findings) {
      const owner = finding.class === null ? "" : `${finding.class}.`;
      const size = finding.bounded === null ? "" : finding.bounded ? " bounded" : " UNBOUNDED";
      const rate = finding.growth === null ? "" : ` ${finding.growth}`;
      const why = [finding.bound, finding.note].filter((part) => part).join("; ");
      const place = `${finding.file}:${finding.line}:${finding.column}`;
      const state = `${owner}${finding.attribute ?? ""}`;
      process.stdout.write(`${place} ${finding.kind} ${state}${size}${rate}: ${why}\n`);
      if (!given.flag("fix") || finding.bounded !== false) continue;
      const { text, code } = remedyFor(finding);
      process.stdout.write(`    ${text}\n${code.replace(/^/gm, "      ")}\n`);
    }
    const open = phase.findings.filter((finding) => finding.bounded === false).length;
    process.stderr.write(
      `${phase.findings.length} findings, ${open} unbounded, in ${phase.files} files of ` +
        `${phase.lines} lines\n`,
    );
  }
  for (const { message } of phase.problems) process.stderr.write(`${message}\n`);
  return phase.problems.length === 0 ? 0 : 2;
}
