/**
 * Judges the instrument by its controls: a planted leak must be found where it was planted and at
 * about its rate, a planted innocent must not be accused.
 *
 * @module
 */

import type { TargetSpec } from "../measure/mod.ts";
import type { Channel, ControlResult, LeakResult } from "./results.ts";

/** A target whose true rate is known. */
export interface PlantedTarget extends TargetSpec {
  readonly kind: "positive" | "negative";
  readonly channel: Channel;
  /** True rate, bytes per cycle; 0 for an innocent. */
  readonly plantedBytesPerCycle: number;
}

/** A rate is right within these factors: what stores the bytes takes some of its own. */
const LEAST_SHARE = 0.5;
const MOST_SHARE = 2;
/** Bytes per cycle of bookkeeping around a planted object, whatever its size. */
const BOOKKEEPING = 64;

/** Compares what was measured with what was planted. */
export function judgeControl(control: PlantedTarget, result: LeakResult): ControlResult {
  const { name, kind, channel, plantedBytesPerCycle: planted } = control;
  const isRight = kind === "negative"
    ? result.verdict === "clean"
    : result.verdict === "leak" && result.channel === channel &&
      result.bytesPerCycle >= LEAST_SHARE * planted &&
      result.bytesPerCycle <= MOST_SHARE * planted + BOOKKEEPING;
  return {
    name,
    kind,
    channel,
    plantedBytesPerCycle: planted,
    measuredBytesPerCycle: result.bytesPerCycle,
    interval: result.interval,
    verdict: result.verdict,
    passed: isRight,
    seconds: result.seconds,
    message: isRight ? "" : `Planted ${planted} bytes per cycle; ${result.message}`,
  };
}
