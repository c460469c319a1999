import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Layout, MAX_PLACES } from "./layout.ts";
import { Emitter, type Vector } from "./vector.ts";
import { createMemory, encodeModule, instantiate, OP, signed, unsigned } from "./wasm.ts";

type Binary = (a: Vector, b: Vector) => Vector;
type Plain = (a: number, b: number) => number;

/** Each instruction beside what it means. */
const meanings: Record<string, [Binary, Plain]> = {
  add: [(a, b) => a.add(b), (a, b) => a + b],
  sub: [(a, b) => a.sub(b), (a, b) => a - b],
  mul: [(a, b) => a.mul(b), (a, b) => a * b],
  div: [(a, b) => a.div(b), (a, b) => a / b],
  sqrt: [(a) => a.abs().sqrt(), (a) => Math.sqrt(Math.abs(a))],
  abs: [(a) => a.abs(), (a) => Math.abs(a)],
  neg: [(a) => a.neg(), (a) => -a],
  min: [(a, b) => a.min(b), (a, b) => b < a ? b : a],
  max: [(a, b) => a.max(b), (a, b) => a < b ? b : a],
  lt: [(a, b) => a.lt(b).select(a, b), (a, b) => a < b ? a : b],
  gt: [(a, b) => a.gt(b).select(a, b), (a, b) => a > b ? a : b],
  le: [(a, b) => a.le(b).select(a, b), (a, b) => a <= b ? a : b],
  ge: [(a, b) => a.ge(b).select(a, b), (a, b) => a >= b ? a : b],
  ne: [(a, b) => a.ne(b).select(a, b), (a, b) => a !== b ? a : b],
  "not, and, or": [
    (a, b) => a.lt(b).not().and(a.le(b)).or(a.gt(b)).select(a, b),
    (a, b) => (!(a < b) && a <= b) || a > b ? a : b,
  ],
  "a shared part": [(a, b) => a.add(b).mul(a.add(b)), (a, b) => (a + b) * (a + b)],
};

/** Returns a function of two pairs of numbers that runs an expression in WebAssembly. */
function compile(expression: (a: Vector, b: Vector, m: Layout) => Vector) {
  const layout = new Layout(), emitter = new Emitter(1), memory = createMemory();
  const [a, b] = [layout.load("a"), layout.load("b")];
  emitter.store(16 * layout.place("out"), expression(a, b, layout));
  emitter.emit(...OP.i32Const, 0);
  const run = instantiate(encodeModule(1, emitter.locals, emitter.bytes), memory);
  const numbers = new Float64Array(memory.buffer);
  layout.writeConstants(memory.buffer);
  return (a0: number, a1: number, b0: number, b1: number): [number, number] => {
    numbers.set([a0, a1, b0, b1]);
    run(0);
    return [numbers[4]!, numbers[5]!];
  };
}

const number = fc.double();

for (const [name, [expression, plain]] of Object.entries(meanings)) {
  test(`Vector means what JavaScript means: ${name}`, () => {
    const run = compile(expression);
    fc.assert(fc.property(number, number, number, number, (a0, a1, b0, b1) => {
      assert.deepEqual(run(a0, a1, b0, b1), [plain(a0, b0), plain(a1, b1)]);
    }));
  });
}

test("Vector pairs lanes and loads constants and bits", () => {
  const swap = compile((a, b) => a.pair(1, b, 0));
  assert.deepEqual(swap(1, 2, 3, 4), [2, 3]);
  const lines = compile((a, _b, m) => a.mul(m.constant(-0.5)).add(m.constant(-0)));
  assert.deepEqual(lines(3, -8, 0, 0), [-1.5, 4]);
  const turned = compile((a, _b, m) => a.xor(m.bits(-(2n ** 63n))));
  assert.deepEqual(turned(3, -8, 0, 0), [-3, 8]);
});

test("Layout refuses more places than a kernel has", () => {
  const layout = new Layout();
  for (let i = 0; i < MAX_PLACES; i++) assert.equal(layout.place(`number ${i}`), i);
  assert.equal(layout.place("number 7"), 7);
  assert.throws(() => layout.place("one more"), /at most 320 places/);
});

test("unsigned() and signed() are read back by the rules of LEB128", () => {
  const read = (bytes: number[], isSigned: boolean) => {
    const value = bytes.reduce((sum, byte, i) => sum + BigInt(byte & 0x7f) * 128n ** BigInt(i), 0n);
    const isNegative = isSigned && (bytes.at(-1)! & 0x40) !== 0;
    return Number(isNegative ? value - 128n ** BigInt(bytes.length) : value);
  };
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (n) => {
    assert.equal(read(unsigned(n), false), n);
  }));
  fc.assert(fc.property(fc.integer(), (n) => assert.equal(read(signed(n), true), n)));
});
