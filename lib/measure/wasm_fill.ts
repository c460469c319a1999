/**
 * Counts the lines of a WebAssembly memory that are not all zero. An allocator that fills holes, or
 * works below a stack at the end of memory, leaks without moving the last used address; but a line
 * once written seldom becomes zero again, so what leaks is always more lines than there were.
 *
 * @module
 */

/** Length of a line, bytes. */
export const LINE_BYTES = 64;

/** Returns the bytes in lines of a memory that are not all zero; `end` is a multiple of 64. */
export type CountFilled = (end: number) => number;

// The memory is read by WebAssembly itself, some 25 GB/s also where JavaScript is interpreted:
//   (import "m" "m" (memory 0))
//   (func (export "f") (param $at i32) (param $lines i32) (result i32) (local $count i32)
//     loop while $lines > 0:
//       $count += (or of the eight i64 from $at on) != 0; $at += 64; $lines -= 1
//     $count)
const HEAD = "0061736d0100000001070160027f7f017f";
const BODY = "03020100070501016600000a5b015901017f024003402001450d0120022000290300200029030884" +
  "2000290310842000290318842000290320842000290328842000290330842000290338844200526a2102" +
  "200041c0006a2100200141016b21010c000b0b20020b";
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

/** Returns a counter for a memory, or null where its kind cannot be read. */
export function openFilled(space: WasmSpace, memory: object): CountFilled | null {
  for (const kind of IMPORTS) {
    try {
      const module = new space.Module(Buffer.from(HEAD + kind + BODY, "hex"));
      const { exports } = new space.Instance(module, { m: { m: memory } });
      const count = exports["f"] as (at: number, lines: number) => number;
      return (end) => LINE_BYTES * count(0, end / LINE_BYTES);
    } catch {
      // Shared, or with addresses of 64 bits: the next kind, or none.
    }
  }
  return null;
}
