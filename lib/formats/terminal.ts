/**
 * Verdicts as a person reads them: the answer first, then where and why.
 *
 * @module
 */
import { type CheckedTarget, describeInterval, formatBytes, titleOf } from "./check_result.ts";
import { runtimeMatrix } from "./matrix.ts";

const INDENT = " ".repeat(14);
const SHOWN = 3; // sites and retainers; the JSON has them all

/** Returns the text for all targets, with a closing line of counts. */
export function renderTerminal(targets: readonly CheckedTarget[]): string {
  const counts = new Map<string, number>();
  for (const { result: { verdict } } of targets) {
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  const summary = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(", ");
  return [...targets.map(renderTarget), ...matrixLines(targets), "", summary].join("\n");
}

function matrixLines(targets: readonly CheckedTarget[]): readonly string[] {
  const matrix = runtimeMatrix(targets);
  if (matrix === undefined) return [];
  const table = [["", ...matrix.runtimes], ...matrix.rows];
  const widths = table[0]!.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  return [
    "",
    ...table.map((row) => row.map((cell, i) => cell.padEnd(widths[i]! + 2)).join("").trimEnd()),
  ];
}

/** For a leak the numbers come first, since its message only sums up the lines below it. */
function renderTarget(target: CheckedTarget): string {
  const { verdict, message } = target.result;
  const [rate, ...places] = describeEvidence(target);
  const lines = verdict === "leak" ? [rate, ...places] : [message, ...describeEvidence(target)];
  const [first, ...rest] = lines;
  return [
    `${verdict.padEnd(INDENT.length)}${titleOf(target)}: ${first}`,
    ...rest.map((line) => INDENT + line),
  ].join("\n");
}

/** Returns rate, interval, allocation sites and retainers, one per line. */
export function describeEvidence({ result, story }: CheckedTarget): readonly string[] {
  if (result.verdict === "error") return [];
  const percent = +(result.confidence * 100).toFixed(1);
  const rate = `${formatBytes(result.bytesPerCycle)} B per cycle ` +
    `(${percent} % interval ${describeInterval(result.interval)}), ${result.growth} in ` +
    `${result.channel}, ${result.cycles} cycles, ${result.seconds.toFixed(1)} s`;
  if (result.verdict === "clean") return [rate];
  const sites = result.sites.slice(0, SHOWN).map(({ file, line, column, function: name, bytes }) =>
    `allocated at ${file}:${line}:${column}${name === "" ? "" : ` in ${name}`}: ` +
    `${formatBytes(bytes)} B alive`
  );
  return [rate, ...sites, ...story.slice(0, SHOWN).map(({ words }) => `kept by ${words}`)];
}
