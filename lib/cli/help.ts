/**
 * Help texts, laid out for 80 columns.
 *
 * @module
 */
import { type CommandSpec, optionsOf, type OptionSpec } from "./arguments.ts";

const WIDTH = 80;

/** Returns the text of `heapbook COMMAND --help`. */
export function renderCommandHelp(command: CommandSpec): string {
  const { positionals } = command;
  const words = positionals === undefined
    ? ""
    : ` ${positionals.minimum === 0 ? `[${positionals.name}]` : positionals.name}${
      positionals.maximum > 1 ? "…" : ""
    }`;
  const rows = Object.entries(optionsOf(command)).map(([name, option]): [string, string] => [
    optionLabel(name, option),
    `${option.description}${range(option)}`,
  ]);
  if (positionals !== undefined) rows.unshift([positionals.name, positionals.description]);
  return [
    `${command.summary}.`,
    "",
    `Usage: heapbook ${command.name}${words} [options]`,
    ...(command.details === undefined ? [] : ["", wrap(command.details, WIDTH)]),
    "",
    renderRows(rows),
    "",
    command.examples.length === 1 ? "Example:" : "Examples:",
    ...command.examples.map((example) => `  ${example}`),
  ].join("\n");
}

/** Returns two columns, the right one wrapped. */
export function renderRows(rows: readonly (readonly [string, string])[]): string {
  const left = Math.max(...rows.map(([label]) => label.length)) + 4;
  return rows.map(([label, text]) => {
    const wrapped = wrap(text, WIDTH - left).split("\n").join(`\n${" ".repeat(left)}`);
    return `  ${label}`.padEnd(left) + wrapped;
  }).join("\n");
}

function optionLabel(name: string, { kind, value, short, multiple }: OptionSpec): string {
  const shown = kind === "flag" ? "" : ` ${value ?? (kind === "text" ? "TEXT" : "N")}`;
  return `${short === undefined ? "" : `-${short}, `}--${name}${shown}${multiple ? "…" : ""}`;
}

function range({ choices, minimum, maximum }: OptionSpec): string {
  if (choices !== undefined) return `: ${choices.join(", ")}`;
  if (minimum !== undefined && maximum !== undefined) return ` (${minimum} … ${maximum})`;
  return minimum === undefined || minimum === 0 ? "" : ` (at least ${minimum})`;
}

function wrap(text: string, width: number): string {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.join("\n");
}
