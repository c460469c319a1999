/**
 * The growth rate of a series that rises in large steps: a table that doubles when it is full, a
 * store that is extended now and then, a leak in one of many cycles.
 *
 * Just before each step the store was full, so what it was given by then is known: where these
 * corners lie on one line, the steps follow from steady growth, and the rate is that line's, to
 * within the time between two samples. Where they do not, the steps come by chance, and their
 * number is Poisson distributed: the effective number of steps of unequal sizes is (Σs)² ÷ Σs².
 *
 * @module
 */

import { poissonInterval } from "./distributions.ts";
import { theilSen } from "./theil_sen.ts";

/** Rate of a staircase with its interval, unit of y per unit of x. */
export interface StaircaseInterval {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  /** Whether the steps follow from steady growth; they came by chance where not. */
  readonly isRegular: boolean;
  /** Median rise from sample to sample, between the steps, unit of y. */
  readonly usualRise: number;
}

type Rate = Pick<StaircaseInterval, "slope" | "low" | "high">;

/** A step is larger than so many usual rises from sample to sample. */
const LARGE = 4;
/** Steps must make up this share of all growth; else a line with a little noise fits better. */
const LEAST_SHARE = 0.2;
const LEAST_CORNERS = 3;
/** Corners may stand aside by so much of what they rise in all, besides the time between samples. */
const ASIDE = 0.01;

/**
 * Returns the rate of y over ascending x if y is a staircase of three steps or more, else null.
 */
export function staircaseInterval(
  x: readonly number[],
  y: readonly number[],
  confidence: number,
): StaircaseInterval | null {
  const rises = y.slice(1).map((value, k) => value - (y[k] as number));
  const usual = Math.max(0, middle(rises));
  const steps = rises.flatMap((rise, k) => rise > LARGE * usual && rise > 0 ? [k] : []);
  const sizes = steps.map((k) => (rises[k] as number) - usual);
  const stepped = sum(sizes);
  const risen = (y.at(-1) as number) - (y[0] as number);
  if (steps.length < LEAST_CORNERS || stepped < LEAST_SHARE * risen) return null;
  if (rises.some((rise) => rise < -LARGE * usual && rise < -0.02 * risen)) return null;
  const span = (x.at(-1) as number) - (x[0] as number);
  const line = cornerLine(x, y, steps);
  return {
    ...line ?? byChance(sizes, usual * rises.length, span, confidence),
    isRegular: line !== null,
    usualRise: usual,
  };
}

/** The line through the corners, or null where they lie on none. */
function cornerLine(
  x: readonly number[],
  y: readonly number[],
  steps: readonly number[],
): Rate | null {
  // The store filled up somewhere between its last low sample and the first high one.
  const time = (k: number): number => ((x[k] as number) + (x[k + 1] as number)) / 2;
  const between = (k: number): number => (x[k + 1] as number) - (x[k] as number);
  const times = steps.map(time);
  const levels = steps.map((k) => y[k] as number);
  const { slope } = theilSen(times, levels);
  if (!(slope > 0)) return null;
  const offset = middle(levels.map((level, k) => level - slope * (times[k] as number)));
  const allowed = ASIDE * ((levels.at(-1) as number) - (levels[0] as number));
  const isLine = steps.every((k, index) => {
    const aside = (levels[index] as number) - offset - slope * (times[index] as number);
    return Math.abs(aside) <= allowed + slope * between(k);
  });
  if (!isLine) return null;
  const [first, last] = [steps[0] as number, steps.at(-1) as number];
  const rise = (y[last] as number) - (y[first] as number);
  const [run, unsure] = [time(last) - time(first), (between(first) + between(last)) / 2];
  const [low, high] = [(rise - allowed) / (run + unsure), (rise + allowed) / (run - unsure)];
  return { slope: Math.min(high, Math.max(low, slope)), low, high };
}

function byChance(
  sizes: readonly number[],
  steady: number,
  span: number,
  confidence: number,
): Rate {
  const all = sum(sizes);
  const effective = all ** 2 / sum(sizes.map((size) => size ** 2));
  const count = Math.floor(effective);
  const [fewest, most] = poissonInterval(count, confidence);
  const rate = (share: number): number => (steady + all * share) / span;
  return { slope: rate(1), low: rate(fewest / count), high: rate(most / count) };
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
