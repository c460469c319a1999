/**
 * Checks the settings of a search once, at the door, and fills in the defaults.
 *
 * @module
 */
import { type BoundaryHandling, boundaryHandlings } from "./boundary.ts";
import type { MinimiseSwarmOptions } from "./search.ts";
import type { Bounds } from "./swarm.ts";

/** Settings with every default filled in. */
export interface CheckedSettings {
  readonly particles: number;
  readonly iterations: number;
  readonly seed: number;
  readonly inertia: readonly [first: number, last: number];
  readonly cognitive: number;
  readonly social: number;
  readonly velocityClamp: number;
  readonly boundary: BoundaryHandling;
  readonly patience: number;
  readonly tolerance: number;
  readonly start: readonly ArrayLike<number>[];
  readonly signal: AbortSignal | undefined;
}

/** Settings that are used where none are given: Clerc & Kennedy 2002, which contract. */
export const defaultSwarmSettings: Omit<CheckedSettings, "signal" | "start"> = {
  particles: 40,
  iterations: 200,
  seed: 42,
  inertia: [0.7298, 0.7298],
  cognitive: 1.49618,
  social: 1.49618,
  velocityClamp: 0.2,
  boundary: "reflective",
  patience: 0,
  tolerance: 0,
};

/**
 * Returns the settings with defaults.
 *
 * @throws RangeError naming the setting, its rule and the value found.
 */
export function checkMinimiseOptions(options: MinimiseSwarmOptions): CheckedSettings {
  const defaults = defaultSwarmSettings;
  const inertia = options.inertia ?? defaults.inertia;
  const settings: CheckedSettings = {
    particles: options.particles ?? defaults.particles,
    iterations: options.iterations ?? defaults.iterations,
    seed: options.seed ?? defaults.seed,
    inertia: typeof inertia === "number" ? [inertia, inertia] : inertia,
    cognitive: options.cognitive ?? defaults.cognitive,
    social: options.social ?? defaults.social,
    velocityClamp: options.velocityClamp ?? defaults.velocityClamp,
    boundary: options.boundary ?? defaults.boundary,
    patience: options.patience ?? defaults.patience,
    tolerance: options.tolerance ?? defaults.tolerance,
    start: options.start ?? [],
    signal: options.signal,
  };
  demand("particles", settings.particles, isCount(settings.particles), "an integer ≥ 1");
  demand("iterations", settings.iterations, isCount(settings.iterations), "an integer ≥ 1");
  demand("seed", settings.seed, Number.isFinite(settings.seed), "finite");
  for (const w of settings.inertia) demand("inertia", w, w >= 0 && w < Infinity, "finite and ≥ 0");
  for (const name of ["cognitive", "social", "tolerance"] as const) {
    const value = settings[name];
    demand(name, value, value >= 0 && value < Infinity, "finite and ≥ 0");
  }
  demand("velocity clamp", settings.velocityClamp, settings.velocityClamp > 0, "> 0");
  const { boundary, patience } = settings;
  demand("boundary", boundary, boundaryHandlings.includes(boundary), boundaryHandlings.join(", "));
  demand("patience", patience, patience === 0 || isCount(patience), "an integer ≥ 0");
  checkBounds(options.bounds);
  checkStart(settings, options.bounds);
  return settings;
}

/**
 * Checks the box that is searched.
 *
 * @throws RangeError if a limit is not finite or a lower limit lies above its upper limit.
 */
export function checkBounds({ lower, upper }: Bounds): void {
  if (lower.length === 0 || lower.length !== upper.length) {
    throw new RangeError(
      "Cannot search as bounds need as many lower as upper limits, at least one: " +
        `current value is ${lower.length} lower and ${upper.length} upper`,
    );
  }
  for (let d = 0; d < lower.length; d++) {
    const low = lower[d]!, high = upper[d]!;
    if (Number.isFinite(high - low) && low <= high) continue;
    throw new RangeError(
      `Cannot search as bounds must be finite with lower ≤ upper: current value of dimension ${d} ` +
        `is [${low}, ${high}]`,
    );
  }
}

function checkStart({ start, particles }: CheckedSettings, { lower, upper }: Bounds): void {
  demand("start", start.length, start.length <= particles, `at most ${particles} places`);
  for (const place of start) {
    const inside = place.length === lower.length &&
      lower.every((low, d) => place[d]! >= low && place[d]! <= upper[d]!);
    demand("start", `[${Array.from(place).join(", ")}]`, inside, "inside the bounds");
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function demand(name: string, value: unknown, holds: boolean, rule: string): void {
  if (holds) return;
  throw new RangeError(`Cannot search as ${name} must be ${rule}: current value is ${value}`);
}
