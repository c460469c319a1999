/**
 * The planted leaks and innocents that run beside every audit: an instrument that misses one or
 * accuses the other is not believed.
 *
 * @module
 */
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Channel } from "../audit/results.ts";
import type { TargetSpec } from "../measure/target.ts";

/** A target whose true rate is known. */
export interface PlantedControl extends TargetSpec {
  readonly kind: "positive" | "negative";
  /** Where the planted bytes show; `heap` for the innocents. */
  readonly channel: Channel;
  /** True rate, bytes per cycle; 0 for an innocent. */
  readonly plantedBytesPerCycle: number;
}

/** Planted rates, bytes per cycle, where config.yaml is not asked. */
const RATES: readonly number[] = [8, 64, 1024];

/** Native growth is seen in whole pages, so it starts at 1 KiB whatever the other rates are. */
const NATIVE_RATES: readonly number[] = [1024, 4096];

/** Inside a reserved memory, B/cycle: what is promised to be found there. */
const WASM_RATE = 64;

const MODULES = {
  heap: "heap",
  arrayBuffers: "array_buffer",
  wasm: "wasm",
  native: "native",
} as const;

const INNOCENTS = ["one_time", "ring", "lru", "sawtooth", "pool"] as const;

/** The innocents that look most like a leak in a run of a few hundred cycles. */
const HARDEST_INNOCENTS: readonly string[] = ["lru", "sawtooth", "pool"];

/**
 * Returns the controls of a run: leaks of known rates in four channels, and five innocents.
 *
 * @param rates Planted rates on the heap and in ArrayBuffers, bytes per cycle.
 */
export function plantedControls(rates: readonly number[] = RATES): readonly PlantedControl[] {
  return [
    ...(["heap", "arrayBuffers"] as const).flatMap((channel) =>
      rates.map((bytes) => leak(channel, bytes))
    ),
    leak("wasm", WASM_RATE),
    ...NATIVE_RATES.map((bytes) => leak("native", bytes)),
    ...INNOCENTS.map(innocent),
  ];
}

/**
 * Returns the controls of a quick run: in each channel the smallest leak that so few cycles can
 * show, and the innocents that are hardest to tell from one.
 *
 * @param rates as for `plantedControls`.
 */
export function quickControls(rates: readonly number[] = RATES): readonly PlantedControl[] {
  const least = rates.length === 0 ? [] : [Math.min(...rates)];
  return [
    ...(["heap", "arrayBuffers"] as const).flatMap((channel) =>
      least.map((bytes) => leak(channel, bytes))
    ),
    leak("native", Math.max(...NATIVE_RATES)),
    ...INNOCENTS.filter((name) => HARDEST_INNOCENTS.includes(name)).map(innocent),
  ];
}

function leak(channel: keyof typeof MODULES, bytes: number): PlantedControl {
  return {
    name: `planted_${MODULES[channel]}_${bytes}`,
    module: controlModule(MODULES[channel]),
    options: { bytes },
    kind: "positive",
    channel,
    plantedBytesPerCycle: bytes,
  };
}

function innocent(name: typeof INNOCENTS[number]): PlantedControl {
  return {
    name: `innocent_${name}`,
    module: controlModule(name),
    kind: "negative",
    channel: "heap",
    plantedBytesPerCycle: 0,
  };
}

// The module beside this one, compiled or source, whichever is running.
function controlModule(name: string): string {
  return fileURLToPath(
    new URL(`./controls/${name}${extname(import.meta.url)}`, import.meta.url),
  );
}
