import assert from "node:assert/strict";
import { test } from "node:test";
import { watchResizing } from "./resizable_buffers.ts";

interface Buffers {
  readonly byteLength: number;
  resize(length: number): void;
  grow(length: number): void;
}
type Maker = new (length: number, options: { maxByteLength: number }) => Buffers;

test("watchResizing() and V8's own counter together see a buffer grow in place, and shrink", () => {
  const watch = watchResizing();
  const seen = () => process.memoryUsage().arrayBuffers + watch.size();
  const buffer = new (ArrayBuffer as unknown as Maker)(64, { maxByteLength: 2 ** 22 });
  buffer.resize(128);
  const before = seen();
  buffer.resize(128 + 2 ** 20);
  assert.ok(Math.abs(seen() - before - 2 ** 20) < 4096, `${seen() - before}`);
  buffer.resize(128);
  assert.ok(Math.abs(seen() - before) < 4096);
  assert.equal(buffer.byteLength, 128);
});

test("watchResizing() sees a shared buffer grow", () => {
  const watch = watchResizing();
  const seen = () => process.memoryUsage().arrayBuffers + watch.size();
  const shared = new (SharedArrayBuffer as unknown as Maker)(0, { maxByteLength: 2 ** 21 });
  shared.grow(1024);
  const before = seen();
  shared.grow(2 ** 20);
  assert.ok(seen() - before >= 2 ** 20 - 4096);
});
