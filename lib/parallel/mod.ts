/**
 * Parallel work: one seam, `map(tasks, worker)`, with a worker-thread engine behind it.
 *
 * @module
 */

export { map, valuesOf } from "./map.ts";
export type { MapOptions, Outcome, Worker } from "./map.ts";
export { closeWorkers } from "./pool.ts";
export type { ModuleWorker } from "./pool.ts";
