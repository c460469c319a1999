/**
 * Counts the lines of a WebAssembly memory that are filled: neither zero nor, where an allocator
 * poisons what it has not given out, that poison. An allocator that fills holes, or works below a
 * stack at the end of memory, leaks without moving the last used address; but a line once written
 * seldom becomes empty again, so what leaks is always more lines than there were.
 *
 * @module
 */

/** Length of a line, bytes. */
export const LINE_BYTES = 64;

/**
 * Returns the bytes in lines of a memory that are filled, up to `end` and from `start`, which is 0
 * where absent; both are multiples of 64.
 */
export type CountFilled = (end: number, start?: number) => number;

// The memory is read by WebAssembly itself, some 25 GB/s also where JavaScript is interpreted:
//   (import "m" "m" (memory 0))
//   (func (export "f") (param $at i32) (param $lines i32) (param $blank i32) (result i32)
//     (local $count i32) (local $word i64)
//     $word = $blank, twice
//     loop while $lines > 0:
//       $count += (or of the eight i64 from $at on) != 0 and (or of their xors with $word) != 0
//       $at += 64; $lines -= 1
//     $count)
const HEAD = "0061736d0100000001080160037f7f7f017f";
const BODY =
  "03020100070501016600000ab50101b20102017f017e2002ad4281808080107e2104024003402001450d0120" +
  "0342002000290300200029030884200029031084200029031884200029032084200029032884200029033084" +
  "2000290338845242002004200029030085200420002903088584200420002903108584200420002903188584" +
  "20042000290320858420042000290328858420042000290330858420042000290338858452716a2103200041" +
  "c0006a2100200141016b21010c000b0b20030b";
/** The import of a memory, and of one that threads share, which is another type. */
const IMPORTS = ["020801016d016d020000", "020b01016d016d020300808004"];

/** As much of WebAssembly's names as is used here. */
export interface WasmSpace {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}

interface WasmMemory {
  readonly buffer: ArrayBufferLike;
}

/** Returns a counter for a memory, or null where its kind cannot be read. */
export function openFilled(space: WasmSpace, memory: object): CountFilled | null {
  for (const kind of IMPORTS) {
    try {
      const module = new space.Module(Buffer.from(HEAD + kind + BODY, "hex"));
      const { exports } = new space.Instance(module, { m: { m: memory } });
      const count = exports["f"] as (at: number, lines: number, blank: number) => number;
      const blank = blankOf(memory as WasmMemory, count);
      return (end, start = 0) => LINE_BYTES * count(start, (end - start) / LINE_BYTES, blank);
    } catch {
      // Shared, or with addresses of 64 bits: the next kind, or none.
    }
  }
  return null;
}

/**
 * Returns the word that unused memory is filled with: zero, unless most of the memory is seen to hold
 * another, as after `fill(0xcd)`.
 */
function blankOf(
  { buffer }: WasmMemory,
  count: (at: number, lines: number, blank: number) => number,
): number {
  const lines = Math.floor(buffer.byteLength / LINE_BYTES);
  if (lines === 0) return 0;
  const [word = 0] = new Int32Array(buffer, LINE_BYTES * (lines - 1), 1);
  const poisoned = count(0, lines, 0) - count(0, lines, word);
  return poisoned > lines / 2 ? word : 0;
}
