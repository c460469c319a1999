/**
 * Least squares for a handful of columns under first-order autoregressive noise: each column and
 * the series are whitened (Prais & Winsten 1954), then the normal equations are solved.
 *
 * @module
 */

/** Coefficients, in the order of the columns, and the whitened sum of squared residuals. */
export interface LeastSquaresFit {
  readonly coefficients: Float64Array;
  readonly residualSquares: number;
}

/** Returns the fit of y by the columns under noise with lag-one correlation `phi`, 0 ≤ phi < 1. */
export function leastSquares(
  columns: readonly Float64Array[],
  y: Float64Array,
  phi: number,
): LeastSquaresFit {
  const k = columns.length;
  const all = [...columns, y];
  const gram = new Float64Array((k + 1) * (k + 1));
  for (let a = 0; a <= k; a++) {
    for (let b = a; b <= k; b++) {
      gram[a * (k + 1) + b] = gram[b * (k + 1) + a] = whitenedProduct(all[a]!, all[b]!, phi);
    }
  }
  const squares = gram[k * (k + 1) + k]!;
  eliminate(gram, k);
  const coefficients = Float64Array.from({ length: k }, (_, a) => gram[a * (k + 1) + k]!);
  // The last pivot is what elimination leaves of y'y; rounding may leave it below zero.
  return { coefficients, residualSquares: Math.max(gram[k * (k + 1) + k]!, 1e-20 * squares) };
}

/** Returns Σ coefficient × column. */
export function combine(
  columns: readonly Float64Array[],
  coefficients: Float64Array,
): Float64Array {
  return columns[0]!.map((_, i) =>
    columns.reduce((sum, column, a) => sum + coefficients[a]! * column[i]!, 0)
  );
}

function whitenedProduct(a: Float64Array, b: Float64Array, phi: number): number {
  let sum = (1 - phi * phi) * a[0]! * b[0]!;
  for (let i = 1; i < a.length; i++) {
    sum += (a[i]! - phi * a[i - 1]!) * (b[i]! - phi * b[i - 1]!);
  }
  return sum;
}

/** Gauss–Jordan on the k × k block of a positive semidefinite Gram matrix, border included. */
function eliminate(gram: Float64Array, k: number): void {
  const width = k + 1;
  for (let p = 0; p < k; p++) {
    const pivot = gram[p * width + p]!;
    // A column that depends on earlier ones gets coefficient zero.
    const usable = pivot > 1e-12 * Math.abs(gram[p * width + p]! + 1);
    for (let b = 0; b < width; b++) {
      gram[p * width + b] = usable ? gram[p * width + b]! / pivot : 0;
    }
    if (!usable) continue;
    for (let a = 0; a < width; a++) {
      if (a === p) continue;
      const factor = gram[a * width + p]!;
      if (factor === 0) continue;
      for (let b = 0; b < width; b++) gram[a * width + b]! -= factor * gram[p * width + b]!;
    }
  }
}
