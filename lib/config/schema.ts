/**
 * The schema of config.yaml: each room's own schema under its key, nothing of its own.
 *
 * @module
 */
import { auditSchema } from "../audit/mod.ts";
import { controllerNames, controllerSchemas } from "../controllers/mod.ts";
import { psoSchema } from "../optimizer/mod.ts";
import { physicsSchema } from "../plant/mod.ts";
import { simulationSchema } from "../simulation/mod.ts";
import type { JsonSchema } from "./keys.ts";

/** JSON Schema (draft 7) of config.yaml as a whole; editors read it as `config.schema.json`. */
export const configSchema: JsonSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Heapbook config.yaml",
  description: "Plant, controllers, simulation, tuner and audit. SI units and bytes.",
  type: "object",
  additionalProperties: false,
  properties: {
    physics: physicsSchema,
    controllers: {
      type: "object",
      description: "The control laws and their gains",
      additionalProperties: false,
      properties: controllerSchemas,
    },
    simulation: simulationSchema,
    pso: psoSchema,
    audit: auditSchema,
  },
};

/** Keys that are names of things, not of settings: they stay as they are in code. */
export const verbatimKeys: ReadonlySet<string> = new Set(controllerNames);
