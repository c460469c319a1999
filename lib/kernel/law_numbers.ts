/**
 * The numbers that a kernel's law reads, from a controller's gains and options.
 *
 * @module
 */

import { type Controller, controllerDefinitions, type ControllerName } from "../controllers/mod.ts";

/** Returns the numbers of a controller's law by the names that the kernel loads them under. */
export function lawNumbers(controller: Controller): Readonly<Record<string, number>> {
  const { gainNames } = controllerDefinitions[controller.name as ControllerName];
  const isHybrid = controller.name === "hybrid_adaptive_sta_smc";
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(controller.options)) {
    if (typeof value === "number") numbers[name === "dt" ? "controlDt" : name] = value;
  }
  gainNames.forEach((name, i) => numbers[gainKey(name)] = controller.gains[i]!);
  return isHybrid ? { ...numbers, ...hybridNumbers(numbers) } : numbers;
}

/** Returns the name that a kernel loads a gain under; the plant's constants are c1 and c2 too. */
export function gainKey(name: string): string {
  return name.startsWith("c") ? `${name} gain` : name;
}

/** What the hybrid law computes from its options at each call, computed once. */
function hybridNumbers(o: Readonly<Record<string, number>>): Record<string, number> {
  const fallback = (init: number, max: number) => Math.max(0, Math.min(0.05 * init, 0.05 * max));
  return {
    width: Math.max(o["satSoftWidth"]!, o["deadZone"]!),
    saturatedForce: o["maxForce"]! + 1e-12,
    tenDt: 10 * o["controlDt"]!,
    fallRate: -2 * o["gainLeak"]!,
    recenterSpan: o["recenterHigh"]! - o["recenterLow"]!,
    k1Guard: 0.8 * o["k1Max"]!,
    k2Guard: 0.8 * o["k2Max"]!,
    k1Emergency: 1.5 * o["k1Max"]!,
    k2Emergency: 1.5 * o["k2Max"]!,
    uIntEmergency: 2 * o["uIntMax"]!,
    k1Fallback: fallback(o["k1Init"]!, o["k1Max"]!),
    k2Fallback: fallback(o["k2Init"]!, o["k2Max"]!),
  };
}
