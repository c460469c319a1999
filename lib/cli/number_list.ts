/**
 * Reads lists of numbers and settings from the command line.
 *
 * @module
 */

/**
 * Returns the numbers of a list such as `1,2.5,3`.
 *
 * @throws {RangeError} Where a part is no number.
 */
export function readNumbers(option: string, text: string): number[] {
  return text.split(/[,\s]+/).filter((part) => part !== "").map((part) => {
    const value = Number(part);
    if (Number.isFinite(value)) return value;
    throw new RangeError(
      `Cannot use --${option} as it must be numbers with commas between: current value is "${text}"`,
    );
  });
}

/**
 * Returns settings given as `key=value`; numbers, true and false are read as such.
 *
 * @throws {RangeError} Where a text has no `=`.
 */
export function readSettings(texts: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(texts.map((text) => {
    const at = text.indexOf("=");
    if (at < 1) {
      throw new RangeError(`Cannot use --set as it must be KEY=VALUE: current value is "${text}"`);
    }
    return [camel(text.slice(0, at).trim()), readValue(text.slice(at + 1).trim())];
  }));
}

function camel(key: string): string {
  const joined = key.replace(/[_-]+(.)/g, (_, letter: string) => letter.toUpperCase());
  return joined.charAt(0).toLowerCase() + joined.slice(1);
}

function readValue(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
