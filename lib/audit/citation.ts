/**
 * A number in a report and the place in `audit.json` it came from. Reports are written with these,
 * and `heapbook verify` renders each one again from the recorded results.
 *
 * @module
 */

/** How a recorded value is put into words. */
export type CitationFormat =
  | "text"
  | "integer"
  | "number"
  | "percent"
  | "seconds"
  | "milliseconds"
  | "bytes"
  | "bytes_per_cycle"
  | "mb_per_1000_cycles"
  | "bytes_per_cycle_interval"
  | "mb_per_1000_cycles_interval"
  | "count";

/** One cited value: where it stands, what it says, and where it comes from. */
export interface Citation {
  /** Report file, relative to the exports folder. */
  readonly file: string;
  /** Line in that file, from 1. */
  readonly line: number;
  /** The text as printed. */
  readonly text: string;
  /** JSON pointer (RFC 6901) into `audit.json`. */
  readonly pointer: string;
  readonly format: CitationFormat;
  /** For `count`: only array items whose fields have these values are counted. */
  readonly where?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Bytes in one MB; decimal, as the plan's limits are stated. */
export const BYTES_PER_MB = 1e6;

/**
 * Returns the value that an RFC 6901 JSON pointer names.
 *
 * @throws {RangeError} if nothing stands there
 */
export function resolvePointer(root: unknown, pointer: string): unknown {
  let value = root;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) {
      throw new RangeError(`Cannot cite "${pointer}" as the results have no "${key}" there`);
    }
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/**
 * Returns the words for a recorded value. A `null` reads "not measured".
 *
 * @example
 * ```ts
 * import { renderCitation } from "heapbook/audit";
 * import { strict as assert } from "node:assert";
 *
 * assert.equal(renderCitation(2_500_000, "bytes"), "2.50 MB");
 * assert.equal(renderCitation([-1, 8], "bytes_per_cycle_interval"), "−1.00 … 8.00 B");
 * ```
 */
export function renderCitation(
  value: unknown,
  format: CitationFormat,
  where: Citation["where"] = {},
): string {
  if (format === "count") return String(countMatching(value, where));
  if (value === null || value === undefined) return "not measured";
  if (format === "text") return typeof value === "string" ? value : JSON.stringify(value);
  if (Array.isArray(value)) return renderInterval(value, format);
  if (typeof value !== "number") return String(value);
  return renderNumber(value, format);
}

function countMatching(value: unknown, where: Readonly<Record<string, unknown>>): number {
  if (!Array.isArray(value)) throw new TypeError("Cannot count as the cited value is no list");
  const conditions = Object.entries(where);
  return value.filter((item) => conditions.every(([key, wanted]) => item?.[key] === wanted)).length;
}

function renderInterval(value: readonly unknown[], format: CitationFormat): string {
  const [low, high] = value as [number, number];
  if (format === "mb_per_1000_cycles_interval") {
    return `${renderBytes(low * 1000)} … ${renderBytes(high * 1000)}`;
  }
  return `${renderBytes(low).replace(/ B$/, "")} … ${renderBytes(high)}`;
}

function renderNumber(value: number, format: CitationFormat): string {
  switch (format) {
    case "integer":
      return withMinus(Math.round(value).toLocaleString("en-US"));
    case "percent":
      return `${significant(value * 100)} %`;
    case "seconds":
      return `${significant(value)} s`;
    case "milliseconds":
      return `${significant(value)} ms`;
    case "bytes":
      return renderBytes(value);
    case "bytes_per_cycle":
      return `${renderBytes(value)}/cycle`;
    case "mb_per_1000_cycles":
      return renderBytes(value * 1000);
    default:
      return significant(value);
  }
}

/** Below a millionth of a byte a rate is rounding error of the fit. */
const NO_BYTES = 1e-6;

/** Bytes with the largest unit that keeps the number at or above 1. */
function renderBytes(bytes: number): string {
  const size = Math.abs(bytes);
  if (size < NO_BYTES) return "0 B";
  if (size >= 1e9) return `${significant(bytes / 1e9)} GB`;
  if (size >= 1e6) return `${significant(bytes / 1e6)} MB`;
  if (size >= 1e3) return `${significant(bytes / 1e3)} KB`;
  return `${significant(bytes)} B`;
}

/** Three significant digits, no exponent between 0.001 and 10⁶, and a true minus sign. */
function significant(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "not a number";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e6) return withMinus(value.toExponential(2));
  return withMinus(size >= 100 ? Math.round(value).toString() : value.toPrecision(3));
}

function withMinus(text: string): string {
  return text.replace("-", "−");
}
