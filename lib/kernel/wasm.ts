/**
 * A small WebAssembly assembler: just what a numeric kernel on one memory needs, as bytes.
 * (WebAssembly core specification 2.0, section 5.)
 *
 * @module
 */

/** Names of the instructions. */
export type Instruction =
  | "block"
  | "loop"
  | "end"
  | "br"
  | "brIf"
  | "localGet"
  | "localSet"
  | "localTee"
  | "i32Store"
  | "i32Const"
  | "i32Eqz"
  | "i32LtS"
  | "i32GeS"
  | "i32Add"
  | "load"
  | "store"
  | "shuffle"
  | "lt"
  | "gt"
  | "le"
  | "ge"
  | "ne"
  | "not"
  | "and"
  | "or"
  | "xor"
  | "select"
  | "storeLane"
  | "bitmask"
  | "shiftLeft"
  | "negInt"
  | "addInt"
  | "abs"
  | "neg"
  | "sqrt"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pmin"
  | "pmax";

/** Instructions by name; vector ones carry their prefix. */
export const OP: Readonly<Record<Instruction, readonly number[]>> = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  end: [0x0b],
  br: [0x0c],
  brIf: [0x0d],
  localGet: [0x20],
  localSet: [0x21],
  localTee: [0x22],
  i32Store: [0x36],
  i32Const: [0x41],
  i32Eqz: [0x45],
  i32LtS: [0x48],
  i32GeS: [0x4e],
  i32Add: [0x6a],
  load: [0xfd, 0x00],
  store: [0xfd, 0x0b],
  shuffle: [0xfd, 0x0d],
  lt: [0xfd, 0x49],
  gt: [0xfd, 0x4a],
  le: [0xfd, 0x4b],
  ge: [0xfd, 0x4c],
  ne: [0xfd, 0x48],
  not: [0xfd, 0x4d],
  and: [0xfd, 0x4e],
  or: [0xfd, 0x50],
  xor: [0xfd, 0x51],
  select: [0xfd, 0x52],
  storeLane: [0xfd, 0x5b],
  bitmask: [0xfd, 0xc4, 0x01],
  shiftLeft: [0xfd, 0xcb, 0x01],
  negInt: [0xfd, 0xc1, 0x01],
  addInt: [0xfd, 0xce, 0x01],
  abs: [0xfd, 0xec, 0x01],
  neg: [0xfd, 0xed, 0x01],
  sqrt: [0xfd, 0xef, 0x01],
  add: [0xfd, 0xf0, 0x01],
  sub: [0xfd, 0xf1, 0x01],
  mul: [0xfd, 0xf2, 0x01],
  div: [0xfd, 0xf3, 0x01],
  pmin: [0xfd, 0xf6, 0x01],
  pmax: [0xfd, 0xf7, 0x01],
};

/** Types of locals. */
export const I32 = 0x7f, V128 = 0x7b;

// The part of the WebAssembly interface that is used; the DOM's types are not loaded.
declare const WebAssembly: {
  Memory: new (limits: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  Module: new (code: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
};

/** Returns the unsigned LEB128 bytes of a whole number. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value & 0x7f;
    value >>>= 7;
    bytes.push(value === 0 ? low : low | 0x80);
  } while (value !== 0);
  return bytes;
}

/** Returns the signed LEB128 bytes of a 32-bit whole number. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    const isLast = (value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

/**
 * Returns the bytes of a module that imports one memory (`env.memory`) and exports one function
 * `run` of i32 parameters with an i32 result.
 *
 * @param parameters Number of the function's parameters.
 * @param locals Types of the further locals, in order of their indices.
 * @param body Instructions, without the final `end`.
 */
export function encodeModule(
  parameters: number,
  locals: Iterable<number>,
  body: Iterable<number>,
): Uint8Array {
  const groups = Array.from(locals, (type) => [1, type]);
  const code = [...vector(groups), ...body, ...OP.end];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [[0x60, ...vector(Array.from({ length: parameters }, () => [I32])), 1, I32]]),
    ...section(2, [[...text("env"), ...text("memory"), 0x02, 0x00, ...unsigned(1)]]),
    ...section(3, [[0]]),
    ...section(7, [[...text("run"), 0x00, 0x00]]),
    ...section(10, [[...unsigned(code.length), ...code]]),
  ]);
}

/** Whether this runtime has WebAssembly; one without a just-in-time compiler has not. */
export const hasWebAssembly: boolean = "WebAssembly" in globalThis;

/** A memory of 64 KB. */
export interface Memory {
  readonly buffer: ArrayBuffer;
}

/** Returns a memory that modules can share. */
export function createMemory(): Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: 1 });
}

/** Returns the function of a module, from its bytes, on a memory. */
export function instantiate(code: Uint8Array, memory: Memory): (parameter: number) => number {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
  return instance.exports["run"] as (parameter: number) => number;
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const content = vector(items);
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}
