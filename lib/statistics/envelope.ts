/**
 * Growth of a sawing series by its envelope: blocks of samples, the median of each, and from the
 * end backwards the lowest level that is never undercut again. A resident set that only breathes
 * has an envelope that stands still.
 *
 * @module
 */

import { median } from "./quantile.ts";

/** What the envelope of a series did from block to block. */
export interface Envelope {
  /** How often the envelope rose by more than the resolution, of `blocks` − 1 chances. */
  readonly rises: number;
  readonly blocks: number;
  /** Rise from the first block to the last, unit of y per unit of x. */
  readonly rate: number;
  /** Lowest rise between neighbouring blocks, unit of y per unit of x. */
  readonly slowest: number;
  /** Level of the envelope in each block. */
  readonly levels: readonly number[];
}

/** Options for {@linkcode envelope}. */
export interface EnvelopeOptions {
  /** Number of blocks. Default 5. */
  readonly blocks?: number;
  /** Rises up to this size do not count, unit of y: one page for a resident set. Default 0. */
  readonly resolution?: number;
}

/**
 * Returns the envelope of y over ascending x.
 *
 * @throws RangeError if a block would be empty.
 */
export function envelope(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: EnvelopeOptions = {},
): Envelope {
  const { blocks = 5, resolution = 0 } = options;
  if (!(blocks >= 2) || x.length < blocks || x.length !== y.length) {
    throw new RangeError(
      `Cannot form an envelope as each of 2 or more blocks needs a sample: current value is ${x.length} samples, ${y.length} values and ${blocks} blocks`,
    );
  }
  const inBlock = (values: ArrayLike<number>, b: number) =>
    median(
      Float64Array.from(values).subarray(
        Math.floor(b * values.length / blocks),
        Math.floor((b + 1) * values.length / blocks),
      ),
    );
  const positions = Array.from({ length: blocks }, (_, b) => inBlock(x, b));
  const levels = Array.from({ length: blocks }, (_, b) => inBlock(y, b));
  for (let b = blocks - 2; b >= 0; b--) levels[b] = Math.min(levels[b]!, levels[b + 1]!);
  const steps = levels.slice(1).map((level, b) => level - levels[b]!);
  const rates = steps.map((step, b) => step / (positions[b + 1]! - positions[b]!));
  return {
    rises: steps.filter((step) => step > resolution).length,
    blocks,
    rate: (levels[blocks - 1]! - levels[0]!) / (positions[blocks - 1]! - positions[0]!),
    slowest: Math.min(...rates),
    levels,
  };
}
