/**
 * Sine and cosine together, to 1 ulp, by operations that every engine and WebAssembly round alike,
 * so that results are the same bits everywhere and on every version of a runtime.
 *
 * x = k π/2 + (r + tail), |r| <= π/4, with π/2 in three parts (Cody & Waite); then the polynomials
 * of FreeBSD's k_sin.c and k_cos.c (Sun Microsystems, 1993) and a turn by k quadrants.
 *
 * @module
 */

/** 1.5 × 2⁵²: adding and taking it away rounds to the nearest whole number. */
export const ROUND = 6755399441055744;
/** 2 / π. */
export const TWO_OVER_PI = 6.36619772367581382433e-01;
/** π/2 in parts of 33, 33 and 53 bits: products with a small whole number are exact. */
export const HALF_PI: readonly [number, number, number] = [
  1.57079632673412561417e+00,
  6.07710050630396597660e-11,
  2.02226624879595063154e-21,
];
/** Coefficients of x³ … x¹³ of the sine. */
export const SINE: readonly number[] = [
  -1.66666666666666324348e-01,
  8.33333333332248946124e-03,
  -1.98412698298579493134e-04,
  2.75573137070700676789e-06,
  -2.50507602534068634195e-08,
  1.58969099521155010221e-10,
];
/** Coefficients of x⁴ … x¹⁴ of the cosine. */
export const COSINE: readonly number[] = [
  4.16666666666666019037e-02,
  -1.38888888888741095749e-03,
  2.48015872894767294178e-05,
  -2.75573143513906633035e-07,
  2.08757232129817482790e-09,
  -1.13596475577881948265e-11,
];
/** |x| beyond which k is too large for an exact product; the built-in functions take over. */
export const LARGEST_ANGLE = 1e6;

const [P1, P2, P3] = HALF_PI;
const [S1, S2, S3, S4, S5, S6] = SINE as [number, number, number, number, number, number];
const [C1, C2, C3, C4, C5, C6] = COSINE as [number, number, number, number, number, number];

/**
 * Reads an angle x (rad) from `io[at]` and writes sin x and cos x to `io[at + 1]` and `io[at + 2]`.
 * Numbers pass through an array since one returned from a call may be boxed on the heap.
 */
export function sineCosine(io: Float64Array, at: number): void {
  const x = io[at]!;
  if (!(Math.abs(x) <= LARGEST_ANGLE)) {
    io[at + 1] = Math.sin(x);
    io[at + 2] = Math.cos(x);
    return;
  }
  const k = (x * TWO_OVER_PI + ROUND) - ROUND;
  const r1 = x - k * P1, w = k * P2, r2 = r1 - w;
  const y = k * P3 - ((r1 - r2) - w);
  const r = r2 - y, tail = (r2 - r) - y;

  const z = r * r, zz = z * z, v = z * r, half = 0.5 * z;
  const s = S2 + z * (S3 + z * S4) + z * zz * (S5 + z * S6);
  const sine = r - ((z * (0.5 * tail - v * s) - tail) - v * S1);
  const c = z * (C1 + z * (C2 + z * C3)) + zz * zz * (C4 + z * (C5 + z * C6));
  const one = 1 - half;
  const cosine = one + (((1 - one) - half) + (z * c - r * tail));

  const quadrant = k & 3, isOdd = (quadrant & 1) === 1;
  const a = isOdd ? cosine : sine, b = isOdd ? sine : cosine;
  io[at + 1] = (quadrant & 2) === 0 ? a : -a;
  io[at + 2] = ((quadrant + 1) & 2) === 0 ? b : -b;
}
