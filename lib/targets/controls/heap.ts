/**
 * Planted leak on the JS heap: a linked list that gains exactly `bytes` per cycle on average.
 *
 * Sizes follow from V8's 64-bit layout without pointer compression: an object literal is three
 * words and one per property, a plain array four words, its elements two words and one per slot.
 * The test beside `planted_controls.ts` measures that they hold.
 *
 * @module
 */
import type { TargetMeta, TargetOptions } from "../../measure/target.ts";

/** One retained object; `block` is absent in the small sizes. */
interface Node {
  readonly next: Node | null;
}

/** State of the planted leak. */
export interface HeapLeak {
  /** Planted rate, bytes per cycle. */
  readonly bytes: number;
  /** What leaks: the newest node of a list that nobody ever cuts. */
  head: Node | null;
  cycles: number;
  nodes: number;
}

/** Names the control. */
export const meta: TargetMeta = {
  name: "planted_heap",
  description: "Keeps a planted number of bytes per cycle on the JS heap",
};

/**
 * Prepares the leak of `options.bytes` per cycle: 8, 16, 64 or a multiple of 8 from 96.
 *
 * @throws {RangeError} If no object of that size can be planted.
 */
export function setup(options: TargetOptions): HeapLeak {
  const bytes = Number(options.bytes);
  if (bytes === 8 || bytes === 16 || bytes === 64 || (bytes >= 96 && bytes % 8 === 0)) {
    return { bytes, head: null, cycles: 0, nodes: 0 };
  }
  throw new RangeError(
    `Cannot plant a heap leak as bytes must be 8, 16, 64 or a multiple of 8 from 96: current value is ${options.bytes}`,
  );
}

/** Leaks one node, or one every few cycles where the rate is below the size of an object. */
export function cycle(leak: HeapLeak): void {
  if (leak.bytes >= 96) plant(leak, blockNode(leak.head, (leak.bytes - 88) / 8));
  else if (leak.bytes === 64) plant(leak, { next: leak.head, a: 0, b: 0, c: 0, d: 0 } as Node);
  else if (leak.cycles % (32 / leak.bytes) === 0) plant(leak, { next: leak.head });
  leak.cycles++;
}

/** Throws unless the list holds what the rate promises. */
export function validate(leak: HeapLeak): void {
  const nodes = leak.bytes >= 64 ? leak.cycles : Math.ceil(leak.cycles * leak.bytes / 32);
  let held = 0;
  for (let node = leak.head; node !== null; node = node.next) held++;
  if (leak.cycles === 0 || held !== nodes) {
    throw new Error(`Cannot trust the planted leak as it must hold ${nodes} nodes: it has ${held}`);
  }
}

function plant(leak: HeapLeak, node: Node): void {
  leak.head = node;
  leak.nodes++;
}

// 40 bytes for the literal, 32 for the array, 16 and 8 per slot for its elements.
function blockNode(next: Node | null, slots: number): Node {
  return { next, block: new Array(slots) } as Node;
}
