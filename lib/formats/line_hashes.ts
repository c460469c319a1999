/**
 * The fingerprint by which GitHub's code scanning knows a result again after lines have moved: a
 * rolling hash over the 100 characters from the start of a line, white space left out. Uploads
 * through its action get it computed there; uploads through its API must bring it.
 *
 * h ← 37 h + c − 37¹⁰⁰ c₁₀₀ (mod 2⁶⁴), after github/codeql-action, src/fingerprints.ts.
 *
 * @module
 */

const WINDOW = 100; // characters
const FACTOR = 37n;
const END_OF_FILE = 65535;
const [TAB, LINE_FEED, CARRIAGE_RETURN, SPACE] = [9, 10, 13, 32];

/**
 * Returns the fingerprint of each line of a text, the first line first. Lines that hash alike are
 * told apart by a count.
 *
 * @example
 * ```ts
 * import { lineHashes } from "heapbook/formats";
 * import { strict as assert } from "node:assert";
 *
 * const [first] = lineHashes("entries.set(1, value);\n");
 * const [, second] = lineHashes("// a comment\n  entries.set(1, value);\n");
 * assert.equal(first, second); // moved and indented, but the same
 * ```
 */
export function lineHashes(text: string): readonly string[] {
  const codes = significantCodes(text);
  const starts = lineStarts(codes);
  const oldest = BigInt.asUintN(64, FACTOR ** BigInt(WINDOW));
  const at = (i: number) => BigInt(i < 0 ? 0 : codes[i] ?? 0);
  const hashes: string[] = [];
  const seen = new Map<string, number>();
  let hash = 0n;
  for (let end = 1, next = 0; next < starts.length; end++) {
    hash = BigInt.asUintN(64, FACTOR * hash + at(end - 1) - oldest * at(end - 1 - WINDOW));
    if (end - WINDOW !== starts[next]) continue;
    next++;
    const text = hash.toString(16);
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    hashes.push(`${text}:${count}`);
  }
  return hashes;
}

/** White space goes, every line ending becomes a line feed, and the end of the file is marked. */
function significantCodes(text: string): readonly number[] {
  const codes: number[] = [];
  let previous = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isSecondHalf = code === LINE_FEED && previous === CARRIAGE_RETURN;
    previous = code;
    if (code === SPACE || code === TAB || isSecondHalf) continue;
    codes.push(code === CARRIAGE_RETURN ? LINE_FEED : code);
  }
  return [...codes, END_OF_FILE];
}

function lineStarts(codes: readonly number[]): readonly number[] {
  return codes.flatMap((_, i) => i === 0 || codes[i - 1] === LINE_FEED ? [i] : []);
}
