/**
 * What happens to a particle that leaves the search box: it re-enters on the other side
 * (periodic), stops at the wall (nearest) or bounces off it (reflective).
 *
 * @module
 */

/** How a particle outside its bounds is brought back. */
export type BoundaryHandling = "periodic" | "nearest" | "reflective";

/** Every way of handling a boundary, for schemas and messages. */
export const boundaryHandlings: readonly BoundaryHandling[] = ["periodic", "nearest", "reflective"];

/**
 * Brings one particle back inside [lower, upper], in place. A reflected particle also turns its
 * velocity, and one stopped at a wall loses the velocity that carried it there; a periodic one
 * keeps it. Allocates nothing.
 *
 * @param position Position of the particle, one component per dimension.
 * @param velocity Velocity of the particle, same length.
 */
export function confine(
  position: Float64Array,
  velocity: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  boundary: BoundaryHandling,
): void {
  for (let d = 0; d < position.length; d++) {
    const x = position[d]!, low = lower[d]!, high = upper[d]!;
    if (x >= low && x <= high) continue;
    const outside = x < low ? low : high;
    if (boundary === "nearest" || low === high || !Number.isFinite(x)) {
      position[d] = outside;
      velocity[d] = 0;
    } else if (boundary === "periodic") {
      position[d] = wrap(x, low, high);
    } else {
      const turns = reflect(x, low, high, position, d);
      if (turns % 2 !== 0) velocity[d] = -velocity[d]!;
    }
  }
}

/** Returns x moved by whole widths of the box until it lies in [low, high). */
function wrap(x: number, low: number, high: number): number {
  const width = high - low;
  const wrapped = low + (((x - low) % width) + width) % width;
  return Math.min(Math.max(wrapped, low), high);
}

/** Folds x back and forth between the walls and returns the number of walls it met. */
function reflect(x: number, low: number, high: number, out: Float64Array, d: number): number {
  const width = high - low;
  const turns = Math.floor((x - low) / width);
  const inside = x - low - turns * width;
  const folded = turns % 2 === 0 ? low + inside : high - inside;
  out[d] = Math.min(Math.max(folded, low), high);
  return turns;
}
