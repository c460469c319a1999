/**
 * The four functions on which particle swarms are usually compared, all with minimum 0.
 * Definitions after Bratton & Kennedy 2007.
 *
 * @module
 */

/** A function to minimise, in any number of dimensions. */
export type BenchmarkFunction = (x: ArrayLike<number>) => number;

/** Returns Σ x². Minimum 0 at the origin; convex. */
export function sphere(x: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < x.length; d++) sum += x[d]! ** 2;
  return sum;
}

/** Returns Σ 100 (x₊ − x²)² + (1 − x)². Minimum 0 at (1, …, 1); a long curved valley. */
export function rosenbrock(x: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d + 1 < x.length; d++) {
    sum += 100 * (x[d + 1]! - x[d]! ** 2) ** 2 + (1 - x[d]!) ** 2;
  }
  return sum;
}

/** Returns Σ x² − 10 cos 2πx + 10. Minimum 0 at the origin; many regular local minima. */
export function rastrigin(x: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < x.length; d++) {
    sum += x[d]! ** 2 - 10 * Math.cos(2 * Math.PI * x[d]!) + 10;
  }
  return sum;
}

/** Returns Ackley's function. Minimum 0 at the origin; a nearly flat plain around a deep hole. */
export function ackley(x: ArrayLike<number>): number {
  let squares = 0;
  let cosines = 0;
  for (let d = 0; d < x.length; d++) {
    squares += x[d]! ** 2 / x.length;
    cosines += Math.cos(2 * Math.PI * x[d]!) / x.length;
  }
  return 20 + Math.E - 20 * Math.exp(-0.2 * Math.sqrt(squares)) - Math.exp(cosines);
}

/** The functions by name. */
export const benchmarkFunctions: Readonly<
  Record<"sphere" | "rosenbrock" | "rastrigin" | "ackley", BenchmarkFunction>
> = { sphere, rosenbrock, rastrigin, ackley };
