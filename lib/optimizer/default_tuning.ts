/**
 * How the default gains of the laboratory were found, so that they can be found again.
 *
 * @module
 */
import { byController, type ControllerName } from "../controllers/mod.ts";
import type { TuneOptions } from "./tune.ts";

/** Digits that the default gains keep of what the tuner found. */
export const DEFAULT_GAIN_DIGITS = 5;

/**
 * Options of `tuneGains` that find the default gains of each controller, which are its result
 * rounded to `DEFAULT_GAIN_DIGITS`: four plants, fifteen initial states on each. From the shell:
 * `heapbook tune CONTROLLER --defaults`.
 */
export const defaultTuning: Readonly<Record<ControllerName, Omit<TuneOptions, "controller">>> =
  byController(() => ({
    particles: 30,
    iterations: 50,
    seed: 42,
    robust: { plants: 4, scenarios: 15 },
  }));
