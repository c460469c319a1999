/**
 * Rules that tie several keys of config.yaml together, which a schema of single keys cannot say.
 *
 * @module
 */
import {
  controllerDefinitions,
  controllerNames,
  resolveControllerName,
} from "../controllers/mod.ts";
import type { KeyPath } from "./positions.ts";
import { type RawProblem, show } from "./problems.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * Returns every broken rule. Keys that are missing or of the wrong type break none here.
 *
 * @param config Values with defaults filled in.
 * @param given What the file itself says: default snapshots beyond the cycles are no mistake.
 */
export function brokenRules(config: Values, given: unknown): readonly RuleProblem[] {
  const snapshots = valueAt(given, ["audit", "snapshots"]);
  const cycles = valueAt(config, ["audit", "cycles"]);
  return [
    ...orderedRules(config),
    ...gainRules(config),
    ...boundsRules(config),
    ...controllerRules(config),
    ...(Array.isArray(snapshots) ? snapshotRules(snapshots, cycles) : []),
    ...targetRules(config),
  ];
}

/** A broken rule, with the other key that it was compared with. */
export interface RuleProblem extends RawProblem {
  readonly other?: string;
}

/** Pairs of keys in order: the first must be less than (or not above) the second. */
const ORDERED: readonly (readonly [string, "<" | "≤", string])[] = [
  ["physics.pendulum1_com", "<", "physics.pendulum1_length"],
  ["physics.pendulum2_com", "<", "physics.pendulum2_length"],
  ["controllers.adaptive_smc.K_min", "≤", "controllers.adaptive_smc.K_init"],
  ["controllers.adaptive_smc.K_init", "≤", "controllers.adaptive_smc.K_max"],
  [
    "controllers.hybrid_adaptive_sta_smc.k1_init",
    "≤",
    "controllers.hybrid_adaptive_sta_smc.k1_max",
  ],
  [
    "controllers.hybrid_adaptive_sta_smc.k2_init",
    "≤",
    "controllers.hybrid_adaptive_sta_smc.k2_max",
  ],
  [
    "controllers.hybrid_adaptive_sta_smc.recenter_low",
    "<",
    "controllers.hybrid_adaptive_sta_smc.recenter_high",
  ],
  ["simulation.dt", "≤", "simulation.duration"],
  ["audit.cycles", "≤", "audit.max_cycles"],
  ["audit.limits.acceptable_mb", "<", "audit.limits.major_mb"],
  ["audit.limits.major_mb", "<", "audit.limits.critical_mb"],
];

function* orderedRules(config: Values): Iterable<RuleProblem> {
  for (const [lowKey, relation, highKey] of ORDERED) {
    const low = valueAt(config, lowKey.split("."));
    const high = valueAt(config, highKey.split("."));
    if (typeof low !== "number" || typeof high !== "number") continue;
    if (relation === "<" ? low < high : low <= high) continue;
    yield {
      path: lowKey.split("."),
      part: "value",
      message: `must be ${relation} ${highKey} (${show(high)}): current value is ${show(low)}`,
      other: highKey,
    };
  }
}

function* gainRules(config: Values): Iterable<RuleProblem> {
  for (const name of controllerNames) {
    const { gainNames, mayBeZero = [] } = controllerDefinitions[name];
    const gains = valueAt(config, ["controllers", name, "gains"]);
    if (!Array.isArray(gains)) continue;
    for (const [i, gain] of gains.entries()) {
      const gainName = gainNames[i];
      if (gainName === undefined || typeof gain !== "number" || gain > 0) continue;
      const isZeroAllowed = mayBeZero.includes(gainName);
      if (isZeroAllowed && gain === 0) continue;
      const message = `(${gainName}) must be ${
        isZeroAllowed ? "≥" : ">"
      } 0: current value is ${gain}`;
      yield { path: ["controllers", name, "gains", i], part: "value", message };
    }
  }
}

function* boundsRules(config: Values): Iterable<RuleProblem> {
  for (const name of controllerNames) {
    const path = ["pso", "bounds", name];
    const lower = valueAt(config, [...path, "lower"]);
    const upper = valueAt(config, [...path, "upper"]);
    if (!Array.isArray(lower) || !Array.isArray(upper)) continue;
    for (const [i, low] of lower.entries()) {
      if (i >= upper.length || low < upper[i]) continue;
      const gain = controllerDefinitions[name].gainNames[i] ?? "";
      const message = `(${gain}) must be < its upper limit (${show(upper[i])}): ` +
        `current value is ${show(low)}`;
      yield { path: [...path, "lower", i], part: "value", message };
    }
  }
}

function* controllerRules(config: Values): Iterable<RuleProblem> {
  const path = ["simulation", "controller"];
  const name = valueAt(config, path);
  if (typeof name !== "string") return;
  try {
    resolveControllerName(name);
  } catch {
    const message = `must be one of ${controllerNames.join(", ")}: current value is ${show(name)}`;
    yield { path, part: "value", message };
  }
}

function* targetRules(config: Values): Iterable<RuleProblem> {
  const seen = new Set<string>();
  const targets = valueAt(config, ["audit", "targets"]);
  for (const [i, target] of (Array.isArray(targets) ? targets : []).entries()) {
    const name = typeof target === "string" ? target : target?.name;
    if (seen.has(name)) {
      const message = `must have a name of its own: "${name}" stands above already`;
      yield { path: ["audit", "targets", i], part: "value", message };
    }
    seen.add(name);
  }
}

function* snapshotRules(snapshots: readonly unknown[], cycles: unknown): Iterable<RuleProblem> {
  for (const [i, cycle] of snapshots.entries()) {
    if (typeof cycle !== "number") continue;
    const path: KeyPath = ["audit", "snapshots", i];
    if (typeof cycles === "number" && cycle > cycles) {
      const message = `must be ≤ audit.cycles (${cycles}): current value is ${cycle}`;
      yield { path, part: "value", message, other: "audit.cycles" };
    }
    const before = snapshots[i - 1];
    if (typeof before === "number" && before >= cycle) {
      const message = `must be above the one before it (${before}): current value is ${cycle}`;
      yield { path, part: "value", message };
    }
  }
}

function valueAt(config: unknown, path: readonly string[]): unknown {
  let value = config;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Values)[key];
  }
  return value;
}
