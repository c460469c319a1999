/**
 * Runs a target in a process of its own: sampling, profiles, snapshots, retainers. Knows nothing
 * of the laboratory.
 *
 * @module
 */

// The target contract
export * from "./target.ts";
// Running a target in a process of its own
export {
  runInSandbox,
  type SandboxCompleted,
  type SandboxFailure,
  type SandboxFailureStatus,
  type SandboxOutcome,
  type SandboxRequest,
} from "./sandbox.ts";
export type { LoadedTarget } from "./load_target.ts";
export type { SandboxPort } from "./sandbox_port.ts";
export { type ProcessMemory, readMemory } from "./process_memory.ts";
export { type DescribedTarget, type DescribeOptions, describeTarget } from "./describe_target.ts";
