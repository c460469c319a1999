/**
 * The targets that ship with Heapbook: the laboratory, part by part.
 *
 * @module
 */

import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { controllerNames } from "../controllers/mod.ts";
import type { TargetMeta, TargetSpec } from "../measure/target.ts";
import { meta as batchSimulation } from "./batch_simulation.ts";
import { meta as laboratory } from "./cleanup_subjects.ts";
import type { Laboratory } from "./configured.ts";
import { meta as controller } from "./controller.ts";
import { meta as controllerFactory } from "./controller_factory.ts";
import { meta as orchestrator } from "./orchestrator.ts";
import { meta as psoTuner } from "./pso_tuner.ts";
import { meta as simulationContext } from "./simulation_context.ts";
import { meta as simulationRunner } from "./simulation_runner.ts";

const SINGLE: readonly TargetMeta[] = [
  simulationRunner,
  simulationContext,
  batchSimulation,
  controllerFactory,
  psoTuner,
  orchestrator,
];

/**
 * Returns the built-in targets, controllers first, with the plant and the controllers of a
 * configuration. Their modules prove their work.
 */
export function builtInTargets(laboratory: Laboratory = {}): readonly TargetSpec[] {
  return [
    ...controllerNames.map((name) => ({
      name,
      module: targetModule("controller"),
      options: { ...laboratory, controller: name },
      meta: { ...controller, name },
    })),
    ...SINGLE.map((meta) => ({
      name: meta.name!,
      module: targetModule(meta.name!),
      options: { ...laboratory },
      meta,
    })),
  ];
}

/** Returns the targets whose classes phase 4 verifies: every class of the laboratory with state. */
export function cleanupTargets(): readonly TargetSpec[] {
  return [{ name: laboratory.name!, module: targetModule("cleanup_subjects"), meta: laboratory }];
}

// The module beside this one, compiled or source, whichever is running.
function targetModule(name: string): string {
  return fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url));
}
