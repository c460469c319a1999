/**
 * The swarm: positions, velocities and memories of all particles, moved by
 * v ← w v + c1 r1 (pbest − x) + c2 r2 (gbest − x),  x ← x + v   (Kennedy & Eberhart 1995; inertia
 * of Shi & Eberhart 1998; the default coefficients are Clerc & Kennedy 2002's constriction).
 *
 * @module
 */
import { createRandom, type Random } from "../statistics/mod.ts";
import { type BoundaryHandling, confine } from "./boundary.ts";

/** The box that is searched, one lower and one upper limit per dimension. */
export interface Bounds {
  /** Lower limits. */
  readonly lower: readonly number[];
  /** Upper limits. */
  readonly upper: readonly number[];
}

/** Coefficients of one move of the swarm. */
export interface Move {
  /** Inertia weight w. */
  readonly inertia: number;
  /** Weight c1 of the pull to a particle's own best place. */
  readonly cognitive: number;
  /** Weight c2 of the pull to the best place of all. */
  readonly social: number;
}

/** How a swarm starts and what limits it. */
export interface SwarmOptions {
  readonly particles: number;
  readonly seed: number;
  /** Largest velocity as a fraction of the range of each dimension; Infinity for no limit. */
  readonly velocityClamp: number;
  readonly boundary: BoundaryHandling;
  /** Positions that the first particles start from instead of drawn ones. */
  readonly start: readonly ArrayLike<number>[];
}

/**
 * A swarm in a box. Each particle draws from its own random sub-stream, so what one particle does
 * never shifts the draws of another. `move` and `remember` allocate nothing.
 */
export class Swarm {
  /** Present place of every particle. */
  readonly positions: readonly Float64Array[];
  /** Cost at the best place of each particle so far. */
  readonly bestCosts: Float64Array;
  /** Best place of all so far. */
  readonly best: Float64Array;
  /** Cost at the best place of all; Infinity before anything was remembered. */
  bestCost: number = Infinity;

  readonly #velocities: readonly Float64Array[];
  readonly #bestPositions: readonly Float64Array[];
  readonly #random: readonly Random[];
  readonly #lower: Float64Array;
  readonly #upper: Float64Array;
  readonly #fastest: Float64Array;
  readonly #boundary: BoundaryHandling;

  /** Draws positions uniformly in the box and velocities uniformly within the clamp. */
  constructor(bounds: Bounds, options: SwarmOptions) {
    const particles = Array.from({ length: options.particles }, (_, i) => i);
    this.#lower = Float64Array.from(bounds.lower);
    this.#upper = Float64Array.from(bounds.upper);
    const reach = Math.min(options.velocityClamp, 1); // no start faster than once across the box
    this.#fastest = this.#lower.map((low, d) => options.velocityClamp * (this.#upper[d]! - low));
    this.#boundary = options.boundary;
    const root = createRandom(options.seed);
    this.#random = particles.map((i) => root.split(i));
    this.positions = particles.map((i) => this.#drawPosition(i, options.start[i]));
    this.#velocities = particles.map((i) => this.#drawVelocity(i, reach));
    this.#bestPositions = this.positions.map((position) => position.slice());
    this.bestCosts = new Float64Array(options.particles).fill(Infinity);
    this.best = this.positions[0]!.slice();
  }

  /** Takes in the costs at the present positions. A cost that is not a number is never the best. */
  remember(costs: ArrayLike<number>): void {
    for (let i = 0; i < this.positions.length; i++) {
      const cost = costs[i]!;
      if (!(cost < this.bestCosts[i]!)) continue;
      this.bestCosts[i] = cost;
      this.#bestPositions[i]!.set(this.positions[i]!);
      if (cost >= this.bestCost) continue;
      this.bestCost = cost;
      this.best.set(this.positions[i]!);
    }
  }

  /** Moves every particle once. */
  move(by: Move): void {
    for (let i = 0; i < this.positions.length; i++) {
      const x = this.positions[i]!, v = this.#velocities[i]!, own = this.#bestPositions[i]!;
      const random = this.#random[i]!;
      for (let d = 0; d < x.length; d++) {
        const toOwn = by.cognitive * random.next() * (own[d]! - x[d]!);
        const toBest = by.social * random.next() * (this.best[d]! - x[d]!);
        v[d] = clampSpeed(by.inertia * v[d]! + toOwn + toBest, this.#fastest[d]!);
        x[d] = x[d]! + v[d]!;
      }
      confine(x, v, this.#lower, this.#upper, this.#boundary);
    }
  }

  /**
   * Returns how far apart the particles are: the root mean square distance from their centre, as a
   * fraction of the range and averaged over dimensions (0.29 for a uniform swarm, 0 for a point).
   */
  spread(): number {
    const n = this.positions.length, dimensions = this.best.length;
    let total = 0;
    for (let d = 0; d < dimensions; d++) {
      const range = this.#upper[d]! - this.#lower[d]!;
      if (range === 0) continue;
      let mean = 0;
      for (let i = 0; i < n; i++) mean += this.positions[i]![d]! / n;
      for (let i = 0; i < n; i++) total += ((this.positions[i]![d]! - mean) / range) ** 2;
    }
    return Math.sqrt(total / (n * dimensions));
  }

  #drawPosition(i: number, start: ArrayLike<number> | undefined): Float64Array {
    const drawn = this.#lower.map((low, d) =>
      low + (this.#upper[d]! - low) * this.#random[i]!.next()
    );
    return start === undefined ? drawn : Float64Array.from(start);
  }

  #drawVelocity(i: number, reach: number): Float64Array {
    return this.#lower.map((low, d) =>
      reach * (this.#upper[d]! - low) * (2 * this.#random[i]!.next() - 1)
    );
  }
}

/**
 * Returns a velocity component limited to ±fastest.
 *
 * @param fastest Largest magnitude, ≥ 0; Infinity for no limit.
 */
export function clampSpeed(v: number, fastest: number): number {
  return v > fastest ? fastest : v < -fastest ? -fastest : v;
}
