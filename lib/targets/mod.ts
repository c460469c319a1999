/**
 * What an audit runs: the laboratory, part by part, and the planted controls.
 *
 * @module
 */

// The laboratory
export { builtInTargets, cleanupTargets } from "./built_in_targets.ts";
export type { Laboratory } from "./configured.ts";

// From configuration to targets
export { type SelectOptions, selectTargets } from "./select_targets.ts";

export { findModuleSources, targetSources } from "./module_sources.ts";

// Planted controls
export { type PlantedControl, plantedControls, quickControls } from "./planted_controls.ts";
