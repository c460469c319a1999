/**
 * config.yaml → typed values, or every problem at once.
 *
 * @module
 */

// Reading a configuration
export { type ConfigOrigin, loadConfig, type LoadOptions, parseConfig } from "./load_config.ts";
export type { Config, ControllerSettings, PsoSettings, SimulationSettings } from "./config.ts";
export { ConfigError, type ConfigProblem } from "./problems.ts";

// Its schema and its names
export { configSchema } from "./schema.ts";
export { renderDefaultConfig } from "./default_config.ts";
export { type JsonSchema, toConfigKey } from "./keys.ts";

// Suggesting what was meant
export { nearest } from "./nearest.ts";
