/**
 * The controllers: four sliding-mode laws behind one interface, and the factory that makes them.
 *
 * @module
 */

// Making one
export {
  byController,
  controllerDefinitions,
  controllerNames,
  controllerSchemas,
  createController,
  readControllerOptions,
  readGains,
  resolveControllerName,
} from "./factory.ts";
export type { ControllerName, ControllerOptions } from "./factory.ts";

// Using one
export { Controller } from "./controller.ts";
export type { Activity } from "./controller.ts";
export { Telemetry } from "./telemetry.ts";
export { liveControllers, registrySize } from "./live_controllers.ts";

// What laws are made of
export { CHANGED, commonSignals, DUE, FIRST_OWN, FORCE, SIGMA, U_EQ, U_SWITCH } from "./law.ts";
export type { ControllerDefinition, Law, LawOptions } from "./law.ts";
export { clip, saturate } from "./saturate.ts";
export type { SwitchMethod } from "./saturate.ts";
export { hyperbolicTangent, LN2, LOG2_E, SATURATED, SERIES, SPLIT } from "./hyperbolic_tangent.ts";
