/**
 * Simulation: integrators, closed-loop runs, guards, batches and engines.
 *
 * @module
 */

// One run
export { readState, runSimulation, stepsOf } from "./run_simulation.ts";
export type { SimulatedController, SimulationOptions } from "./run_simulation.ts";
export { SimulationFailed } from "./trajectory.ts";
export type { RunStatus, Trajectory, Validity } from "./trajectory.ts";
export type { Guards } from "./guards.ts";
export { simulationSchema } from "./schema.ts";

// Integrators
export { createIntegrator } from "./integrators.ts";
export { integratorNames } from "./integrator.ts";
export type { Dynamics, Integrator, IntegratorName, Tolerances } from "./integrator.ts";
