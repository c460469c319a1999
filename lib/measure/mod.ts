/**
 * Runs a target in a process of its own: sampling, profiles, snapshots, retainers. Knows nothing
 * of the laboratory.
 *
 * @module
 */

// The target contract
export * from "./target.ts";
export { CountedCycle } from "./counted_cycle.ts";
// Running a target in a process of its own
export {
  runInSandbox,
  type SandboxCompleted,
  type SandboxFailure,
  type SandboxFailureStatus,
  type SandboxOutcome,
  type SandboxRequest,
} from "./sandbox.ts";
export { forgetChild, guardChild, killGroup } from "./guardian.ts";
export type { CleanupContract, ConcurrencyContract } from "./cleanup_contract.ts";
export type { LoadedTarget } from "./load_target.ts";
export type { SandboxPort } from "./sandbox_port.ts";
export { exposeGc } from "./collect.ts";
export { ownPeakRssBytes, type ProcessMemory, readMemory } from "./process_memory.ts";
export { type DescribedTarget, type DescribeOptions, describeTarget } from "./describe_target.ts";
export { nodeProgram, type NodeVersions, nodeVersions, probeVersions } from "./node_program.ts";
export { usableFlags } from "./usable_flags.ts";
// Instruments: what they ask for and what they return
export type { SampleColumns } from "./sample_log.ts";
export { TREND_ENVIRONMENT, TREND_FLAGS, type TrendParameters, type TrendResult } from "./trend.ts";
export {
  isUserCode,
  type StackFrame,
  SURVIVOR_FLAGS,
  type SurvivorGroup,
  type SurvivorParameters,
  type SurvivorResult,
} from "./survivors.ts";
export {
  HEAP_GROWTH_FLAGS,
  type HeapGrowthParameters,
  type HeapGrowthResult,
} from "./heap_growth.ts";
export {
  type CoverageParameters,
  type CoverageResult,
  idleParts,
  type ScriptCoverage,
  type TextPoint,
} from "./coverage.ts";
export type {
  GrowthPlace,
  GrowthPlacesParameters,
  GrowthPlacesResult,
  ProbedGauge,
} from "./growth_places.ts";
export type { GrowingHolder, GrownClass } from "./heap_holders.ts";
export type { RetainerStep, ScriptPlace } from "./retainer_steps.ts";
export { envelopeRise, stepNoise } from "./flatness.ts";
export { type Gauge, GAUGES } from "./gauges.ts";
export { sampleWeight } from "./sample_weight.ts";
export type { SourceMaps } from "./source_maps.ts";
export { toPath } from "./source_maps.ts";
export type { WorkloadValidity } from "./workload.ts";
