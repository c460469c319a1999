/**
 * Tells how often a site grows, from the function it stands in, and how bad that is.
 *
 * @module
 */
import type { PatternFinding, PatternGrowth } from "./finding.ts";
import { methodAround } from "./model.ts";
import type { Operation } from "./operations.ts";
import { registers } from "./registration.ts";

/** Tells how often a site grows, from the function it stands in. */
export function growthOf(operation: Operation): PatternGrowth {
  const unit = methodAround(operation.fn);
  const name = unit.name;
  const owner = unit.owner?.name ?? "";
  if (registers(unit)) return "per_registration";
  const isLoop = operation.around.some((outer) => outer.type === "loop");
  const isInner = operation.fn !== unit && /iteration|generation|epoch/i.test(operation.fn.name);
  if (isInner || /iteration|generation|epoch|statistic|convergence/i.test(name)) {
    return "per_iteration";
  }
  if (
    isLoop &&
    /optimi|search|solve|fit|train|evolve|tune|iterate|minimi|initialize_simplex|_initialize_optim/i
      .test(name)
  ) {
    return "per_iteration";
  }
  if (
    /Optimi|Swarm|PSO|Genetic|Evolution|Convergence|BFGS|NelderMead|Simplex/.test(owner) &&
    !/^(get|add)/.test(name)
  ) {
    return "per_iteration";
  }
  if (/^_?#?(run|simulate|execute|process_batch)/i.test(name)) {
    return isLoop ? "per_step" : "per_run";
  }
  if (
    /^_?#?(on|handle|emit|dispatch|notify|log|warn|alert|report|raise|check|trigger|receive)(_|[A-Z]|$)|violation|alert|event|error/
      .test(name)
  ) {
    return "per_event";
  }
  if (
    /(^|_|[a-z])(step|tick|update|control|integrate|advance|compute_control|observe|sample|measure|record|propagate)(_|[A-Z]|$)/i
      .test(name)
  ) {
    return "per_step";
  }
  return "per_call";
}

/** Returns how bad unbounded growth of that rate is. */
export function severityOf(growth: PatternGrowth): PatternFinding["severity"] {
  return growth === "per_step" || growth === "per_event" ? "major" : "minor";
}
