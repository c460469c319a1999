import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { idleParts } from "./coverage.ts";

test("idleParts() lets the innermost range decide, and joins neighbours", () => {
  const range = (startOffset: number, endOffset: number, count: number) => ({
    startOffset,
    endOffset,
    count,
  });
  assert.deepEqual(idleParts([range(0, 100, 1), range(10, 40, 0), range(20, 30, 5)]), [
    [10, 20],
    [30, 40],
  ]);
  assert.deepEqual(idleParts([range(0, 9, 1), range(1, 3, 0), range(3, 5, 0)]), [[1, 5]]);
  assert.deepEqual(idleParts([range(0, 9, 1)]), []);
});

test("idleParts() agrees with the innermost count of every offset", () => {
  // Nested ranges, as V8 gives them: each splits a part of its parent.
  const nested = fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(1)), { maxLength: 8 }).map(
    (cuts) => {
      const ranges = [{ startOffset: 0, endOffset: 64, count: 1 }];
      for (const [from, size, count] of cuts) {
        const parent = ranges.at(-1)!;
        const startOffset = parent.startOffset + from;
        const endOffset = Math.min(parent.endOffset, startOffset + 8 * size + 1);
        if (startOffset < endOffset) ranges.push({ startOffset, endOffset, count });
      }
      return ranges;
    },
  );
  fc.assert(fc.property(nested, (ranges) => {
    const idle = idleParts(ranges);
    for (let offset = 0; offset < 64; offset++) {
      const inner = ranges.filter(({ startOffset, endOffset }) =>
        startOffset <= offset && offset < endOffset
      ).at(-1)!;
      const isIdle = idle.some(([from, to]) => from <= offset && offset < to);
      assert.equal(isIdle, inner.count === 0);
    }
  }));
});
