import assert from "node:assert/strict";
import { test } from "node:test";
import { watchWasm } from "./wasm_extent.ts";

interface Size {
  readonly initial: number;
  readonly maximum?: number;
  readonly shared?: boolean;
}

// Declared here, since the standard library without a browser's types does not know it.
const space = globalThis as unknown as {
  WebAssembly: {
    Memory: new (size: Size) => { readonly buffer: ArrayBuffer; grow(pages: number): number };
  };
};

test("watchWasm() sees how far a memory is used, and how much of it is filled", () => {
  const watch = watchWasm();
  const memory = new space.WebAssembly.Memory({ initial: 4 });
  const bytes = new Uint8Array(memory.buffer);
  assert.deepEqual([watch.extent(), watch.filled(), watch.size()], [0, 0, 4 * 65536]);
  bytes[100] = 1;
  assert.deepEqual([watch.extent(), watch.filled()], [128, 64]);
  // A stack at the end of memory: from now on the extent cannot move, and what is filled does.
  bytes.fill(7, bytes.length - 4096);
  assert.deepEqual([watch.extent(), watch.filled()], [4 * 65536, 64 + 4096]);
  for (let k = 0; k < 10; k++) bytes.fill(1, 1024 + 200 * k, 1024 + 200 * k + 200);
  // 2000 bytes reach into 32 lines.
  assert.equal(watch.filled(), 64 + 4096 + 32 * 64);
  bytes[100] = 0;
  assert.equal(watch.filled(), 4096 + 32 * 64);
});

test("watchWasm() sums over memories, also those that threads share", () => {
  const watch = watchWasm();
  const shared = new space.WebAssembly.Memory({ initial: 2, maximum: 8, shared: true });
  const own = new space.WebAssembly.Memory({ initial: 1, maximum: 2 });
  new Uint8Array(shared.buffer)[65536] = 1;
  new Uint8Array(own.buffer).fill(1, 0, 640);
  assert.equal(watch.filled(), 64 + 640);
  assert.equal(watch.extent(), 65536 + 64 + 640);
  assert.equal(watch.size(), 3 * 65536);
});

test("watchWasm() takes the poison of unused memory for empty, as it takes zeros", () => {
  const watch = watchWasm();
  const memory = new space.WebAssembly.Memory({ initial: 4 });
  const bytes = new Uint8Array(memory.buffer).fill(0xcd);
  assert.equal(watch.filled(), 0);
  bytes.fill(7, 1000, 1100);
  assert.equal(watch.filled(), 3 * 64);
  bytes.fill(0xcd, 1000, 1100);
  assert.equal(watch.filled(), 0, "given back");
  memory.grow(1);
  assert.equal(watch.filled(), 0, "new pages are zero");
});

test("watchWasm() tells where a memory was made, and stops when it is asked to", () => {
  const before = space.WebAssembly.Memory;
  const here = { function: "f", url: "file:///a.mjs", line: 3, column: 1 };
  const watch = watchWasm(() => [here]);
  const memory = new space.WebAssembly.Memory({ initial: 1 });
  const [watched] = watch.memories();
  assert.equal(watched?.memory, memory);
  assert.deepEqual(watched.made, [here]);
  new Uint8Array(memory.buffer)[100] = 1;
  assert.deepEqual([watched.filled(65536), watched.filled(65536, 128)], [64, 0]);
  watch.release();
  assert.equal(space.WebAssembly.Memory, before);
  assert.deepEqual(watch.memories(), []);
});
