/**
 * What a module says of itself (name, scenarios, classes, sources), asked in a process of its own,
 * since loading a module runs it.
 *
 * @module
 */
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { runInSandbox, type SandboxFailure } from "./sandbox.ts";
import type { TargetMeta, TargetSpec } from "./target.ts";

/** How the module is loaded. */
export interface DescribeOptions {
  /** Time limit, ms. Default 60 000. */
  readonly timeoutMs?: number;
  /** Another Node binary to load it on. */
  readonly execPath?: string;
  readonly signal?: AbortSignal;
}

/** A target with its own description, or why it cannot be loaded. */
export type DescribedTarget =
  | { readonly ok: true; readonly spec: TargetSpec }
  | { readonly ok: false; readonly failure: SandboxFailure };

/**
 * Returns the target under the name that its module gives it, with the module's description; what
 * `spec.meta` says already wins.
 */
export async function describeTarget(
  spec: TargetSpec,
  options: DescribeOptions = {},
): Promise<DescribedTarget> {
  const { timeoutMs = 60_000, ...others } = options;
  const file = new URL(`./describe_run${extname(import.meta.url)}`, import.meta.url);
  const outcome = await runInSandbox<TargetMeta>({
    instrument: fileURLToPath(file),
    target: spec,
    scenario: "default",
    timeoutMs,
    ...others,
  });
  if (outcome.status !== "completed") return { ok: false, failure: outcome };
  const meta = outcome.result;
  return { ok: true, spec: { ...spec, name: meta.name ?? spec.name, meta } };
}
