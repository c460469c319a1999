/**
 * What a command takes, said once: the parser reads it, `--help` prints it, and a mistyped option
 * is answered with the nearest one.
 *
 * @module
 */
import { parseArgs } from "node:util";

/** One option of a command. */
export interface OptionSpec {
  /** `size` reads `5MB`, `16B` or a plain number of bytes. */
  readonly kind: "flag" | "text" | "integer" | "number" | "size";
  /** One sentence without a final period. */
  readonly description: string;
  /** Name of the value in the help text, for example `N`. */
  readonly value?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The only texts that are valid. */
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly multiple?: boolean;
  readonly short?: string;
}

/** A command as its help shows it. */
export interface CommandSpec {
  readonly name: string;
  /** One sentence without a final period. */
  readonly summary: string;
  /** Further paragraphs for `--help`. */
  readonly details?: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly positionals?: {
    readonly name: string;
    readonly description: string;
    readonly minimum: number;
    readonly maximum: number;
  };
  /** Command lines that work as they stand. */
  readonly examples: readonly string[];
}

/** What a user gave, checked. Each accessor throws for a name that the command does not declare. */
export interface ParsedArguments {
  readonly positionals: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  /** Value of an `integer`, `number` or `size` option; sizes in bytes. */
  number(name: string): number | undefined;
}

/** A mistake on the command line: the message is all that is shown, and the exit code is 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Thrown by {@linkcode parseArguments} when the user asks for help. */
export class HelpRequested extends Error {
  override readonly name = "HelpRequested";
  readonly command: CommandSpec;

  constructor(command: CommandSpec) {
    super(`help on ${command.name}`);
    this.command = command;
  }
}

const COMMON: Readonly<Record<string, OptionSpec>> = {
  help: { kind: "flag", short: "h", description: "Show this help" },
  debug: { kind: "flag", description: "Show the stack trace of an error" },
};

/** Returns every option of a command, the common ones last. */
export function optionsOf(command: CommandSpec): Readonly<Record<string, OptionSpec>> {
  return { ...command.options, ...COMMON };
}

/**
 * Reads the words after a command's name.
 *
 * @throws {UsageError} if an option is unknown, lacks its value or has a wrong one, or if there are
 * too few or too many words.
 * @throws {HelpRequested} if `--help` is among them.
 */
export async function parseArguments(
  argv: readonly string[],
  command: CommandSpec,
): Promise<ParsedArguments> {
  const specs = optionsOf(command);
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { kind, short }]) => [name, {
      type: kind === "flag" ? "boolean" as const : "string" as const,
      multiple: true,
      ...(short === undefined ? {} : { short }),
    }]),
  );
  const parsed = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true });
  const values = parsed.values as Record<string, (string | boolean)[]>;
  if (values["help"] !== undefined) throw new HelpRequested(command);
  const read: Record<string, (string | number | boolean)[]> = {};
  for (const [name, given] of Object.entries(values)) {
    const spec = specs[name];
    if (spec === undefined) throw await unknownOption(name, command);
    read[name] = [given].flat().map((value) => readValue(name, spec, value, command));
    if (given.length > 1 && !spec.multiple) {
      throw usage(command, `Cannot use --${name} ${given.length} times as it takes one value`);
    }
  }
  checkPositionals(parsed.positionals, command);
  return accessors(read, parsed.positionals, specs);
}

function usage(command: CommandSpec, message: string): UsageError {
  return new UsageError(`${message}: see heapbook ${command.name} --help`);
}

async function unknownOption(name: string, command: CommandSpec): Promise<UsageError> {
  const { nearest } = await import("../config/mod.ts");
  const near = nearest(name, Object.keys(optionsOf(command)));
  const dashes = name.length === 1 ? "-" : "--";
  const hint = near === undefined ? "" : ` (did you mean --${near}?)`;
  return usage(command, `Cannot read ${dashes}${name} as there is no such option${hint}`);
}

function readValue(
  name: string,
  spec: OptionSpec,
  given: string | boolean,
  command: CommandSpec,
): string | number | boolean {
  if (spec.kind === "flag") {
    if (typeof given === "boolean") return given;
    throw usage(command, `Cannot give --${name} a value as it is a switch: current is "${given}"`);
  }
  if (typeof given === "boolean" || given.startsWith("--")) {
    throw usage(command, `Cannot use --${name} without a value: it needs ${spec.value ?? "one"}`);
  }
  if (spec.kind === "text") return readText(name, spec, given, command);
  return readNumber(name, spec, given, command);
}

function readText(name: string, spec: OptionSpec, given: string, command: CommandSpec): string {
  if (spec.choices === undefined || spec.choices.includes(given)) return given;
  const valid = spec.choices.join(", ");
  throw usage(command, `Cannot use --${name} "${given}" as it must be one of ${valid}`);
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 };

function readNumber(name: string, spec: OptionSpec, given: string, command: CommandSpec): number {
  const fail = (rule: string) =>
    usage(command, `Cannot use --${name} as it must be ${rule}: current value is "${given}"`);
  let value: number;
  if (spec.kind === "size") {
    const parts = /^(\d+(?:\.\d+)?)\s*([KMG]?B)?$/i.exec(given.trim());
    if (parts === null) throw fail("a size such as 16B, 64KB or 5MB");
    value = Number(parts[1]) * UNITS[(parts[2] ?? "B").toUpperCase()]!;
  } else {
    value = given.trim() === "" ? NaN : Number(given);
    if (spec.kind === "integer" && !Number.isSafeInteger(value)) throw fail("a whole number");
    if (!Number.isFinite(value)) throw fail("a number");
  }
  if (spec.minimum !== undefined && value < spec.minimum) throw fail(`≥ ${spec.minimum}`);
  if (spec.maximum !== undefined && value > spec.maximum) throw fail(`≤ ${spec.maximum}`);
  return value;
}

function checkPositionals(words: readonly string[], command: CommandSpec): void {
  const { name, minimum, maximum } = command.positionals ??
    { name: "", minimum: 0, maximum: 0 };
  if (words.length < minimum) {
    throw usage(command, `Cannot run heapbook ${command.name} as it needs a ${name}`);
  }
  if (words.length > maximum) {
    const rule = maximum === 0
      ? "it takes no further words"
      : `it takes at most ${maximum} ${name}`;
    throw usage(command, `Cannot use "${words[maximum]}" as ${rule}`);
  }
}

function accessors(
  values: Readonly<Record<string, readonly (string | number | boolean)[]>>,
  positionals: readonly string[],
  specs: Readonly<Record<string, OptionSpec>>,
): ParsedArguments {
  const of = (name: string) => {
    if (!(name in specs)) throw new TypeError(`Cannot read --${name} as it is not declared`);
    return values[name] ?? [];
  };
  return {
    positionals,
    flag: (name) => of(name).length > 0,
    text: (name) => of(name)[0] as string | undefined,
    texts: (name) => of(name) as readonly string[],
    number: (name) => of(name)[0] as number | undefined,
  };
}
