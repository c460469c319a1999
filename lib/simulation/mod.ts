/**
 * Simulation: integrators, closed-loop runs, guards, batches and engines.
 *
 * @module
 */

// One run
export { runSimulation } from "./run_simulation.ts";
export { readState, stepsOf } from "./simulation_options.ts";
export type { SimulatedController, SimulationOptions } from "./simulation_options.ts";
export { SimulationRun } from "./simulation_run.ts";
export { SimulationFailed } from "./trajectory.ts";
export type { RunStatus, Trajectory, Validity } from "./trajectory.ts";
export type { Guards } from "./guards.ts";
export { simulationSchema } from "./schema.ts";

// Integrators
export { createIntegrator } from "./integrators.ts";
export { integratorNames } from "./integrator.ts";
export type { Dynamics, Integrator, IntegratorName, Tolerances } from "./integrator.ts";

// Many runs
export { simulateBatch } from "./simulate_batch.ts";
export type { BatchOptions, BatchResult, BatchSums } from "./batch.ts";
export type { BatchInput } from "./batch_members.ts";
export { openTask, simulateTask, taskModule } from "./task.ts";
export type { SimulationTask } from "./task.ts";
export { createEngine, engineNames } from "./engines.ts";
export type { Engine, EngineName, EngineOptions, EngineResult } from "./engines.ts";
export { monteCarlo } from "./monte_carlo.ts";
export type { MonteCarloOptions, Spread } from "./monte_carlo.ts";
export { SimulationContext } from "./context.ts";
export type { LaboratoryConfig, Releasable } from "./context.ts";

// Judging a response
export { responseMetrics, SETTLED_ANGLE } from "./metrics.ts";
export type { Response, ResponseMetrics } from "./metrics.ts";
export { stateColumn, trajectoryColumns } from "./columns.ts";
