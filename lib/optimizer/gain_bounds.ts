/**
 * Where gains are searched. Stabilising gains lie decades apart and are rare (3 % of draws for the
 * classical law, 10 % and 11 % for super-twisting and adaptive, below 0.1 % for the hybrid), so the
 * boxes span three decades and are searched on a logarithmic scale.
 *
 * @module
 */
import { byController, controllerDefinitions, type ControllerName } from "../controllers/mod.ts";
import type { Bounds } from "./swarm.ts";

/** Boxes of the gains of each controller, in the order of its gains. */
export const gainBounds: Readonly<Record<ControllerName, Bounds>> = byController(
  ({ gainBounds }) => gainBounds,
);

/** How a box is searched: evenly in the gains, or evenly in their logarithms. */
export type Scale = "linear" | "logarithmic";

/**
 * Checks that a box fits a controller and a scale.
 *
 * @throws {RangeError} Where the number of limits is wrong, or a logarithm would not exist.
 */
export function checkGainBounds(name: ControllerName, bounds: Bounds, scale: Scale): void {
  const { gainNames } = controllerDefinitions[name];
  for (const [side, limits] of Object.entries(bounds) as [string, readonly number[]][]) {
    if (limits.length !== gainNames.length) {
      throw new RangeError(
        `Cannot tune ${name} as ${side} bounds must be ${gainNames.length} numbers ` +
          `[${gainNames.join(", ")}]: current value is [${limits.join(", ")}]`,
      );
    }
    const bad = limits.findIndex((limit) =>
      !Number.isFinite(limit) || (scale === "logarithmic" ? limit <= 0 : limit < 0)
    );
    if (bad < 0) continue;
    const rule = scale === "logarithmic" ? "> 0 for a logarithmic scale" : ">= 0";
    throw new RangeError(
      `Cannot tune ${name} as the ${side} bound of ${gainNames[bad]} must be ${rule}: ` +
        `current value is ${limits[bad]}`,
    );
  }
}
