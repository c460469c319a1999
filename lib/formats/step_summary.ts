/**
 * Markdown for the summary page of a CI job: the answer, a table, and the evidence for each leak.
 *
 * @module
 */
import {
  type CheckedTarget,
  describeInterval,
  exitCodeOf,
  formatBytes,
  titleOf,
} from "./check_result.ts";
import { runtimeMatrix } from "./matrix.ts";
import { describeEvidence } from "./terminal.ts";

const ANSWERS = ["No leak found", "Memory leak found", "Could not tell"] as const;

/** Returns the Markdown text. */
export function renderStepSummary(targets: readonly CheckedTarget[]): string {
  const answer = ANSWERS[exitCodeOf(targets.map(({ result }) => result))];
  const rows = targets.map((target) => {
    const { result } = target;
    return row([
      titleOf(target),
      `**${result.verdict}**`,
      formatBytes(result.bytesPerCycle),
      describeInterval(result.interval),
      result.growth,
      String(result.cycles),
      formatBytes(result.limitOfDetection),
    ]);
  });
  const details = targets.filter(({ result }) => result.verdict !== "clean").map(renderDetails);
  return [
    `## ${answer}`,
    "",
    row(["target", "verdict", "B per cycle", "interval", "growth", "cycles", "limit of detection"]),
    "| --- | --- | ---: | ---: | --- | ---: | ---: |",
    ...rows,
    "",
    ...matrixRows(targets),
    ...details,
  ].join("\n");
}

function matrixRows(targets: readonly CheckedTarget[]): readonly string[] {
  const matrix = runtimeMatrix(targets);
  if (matrix === undefined) return [];
  const line = `|${" --- |".repeat(matrix.runtimes.length + 1)}`;
  return [row(["", ...matrix.runtimes]), line, ...matrix.rows.map(row), ""];
}

function renderDetails(target: CheckedTarget): string {
  const lines = [target.result.message, ...describeEvidence(target)];
  // A fence longer than any run of backticks in a source line cannot be closed by it.
  const longest = Math.max(2, ...(lines.join("\n").match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `### ${titleOf(target)}\n\n${fence}text\n${lines.join("\n")}\n${fence}\n`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replace(/\s+/g, " ")).join(" | ")} |`;
}
