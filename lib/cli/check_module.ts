/**
 * Judges one module on one runtime, in all of its scenarios.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { basename, extname, relative, resolve } from "node:path";
import process from "node:process";
import {
  type AuditSettings,
  checkTarget,
  type LeakOptions,
  leakOptionsOf,
  type LeakResult,
  type ProgressListener,
  type RuntimeEntry,
} from "../audit/mod.ts";
import {
  type Allowance,
  type CheckedTarget,
  failedCheck,
  gravest,
  toCheckResult,
} from "../formats/mod.ts";
import { describeTarget, type TargetSpec } from "../measure/mod.ts";

/** What a check is judged by. */
export interface CheckSettings {
  readonly audit: AuditSettings;
  readonly allowance: Allowance | undefined;
}

/** Where it runs and who listens. */
export interface CheckSurroundings {
  /** A node executable; the name is empty where only the caller's own is used. */
  readonly runtime: RuntimeEntry;
  readonly signal: AbortSignal;
  readonly onProgress: ProgressListener;
}

/** Judges the module at `path`. What goes wrong with it becomes a verdict, not an exception. */
export async function checkModule(
  path: string,
  settings: CheckSettings,
  surroundings: CheckSurroundings,
): Promise<CheckedTarget> {
  const startedAt = performance.now();
  const { runtime, signal } = surroundings;
  const module = resolve(path);
  const shown = { module: relative(process.cwd(), module) };
  const measuredOn = runtime.name === "" ? {} : { runtime: runtime.name };
  const given: TargetSpec = { name: basename(path, extname(path)), module };
  const fail = (message: string): CheckedTarget => {
    const seconds = (performance.now() - startedAt) / 1000;
    const result = { ...failedCheck(given.name, message, seconds), ...measuredOn };
    return { ...shown, result, story: [], scenario: "" };
  };
  if (!existsSync(module)) return fail(`Cannot check ${path} as there is no such file`);
  const described = await describeTarget(given, { execPath: runtime.path, signal });
  if (!described.ok) return fail(described.failure.message);
  const results: LeakResult[] = [];
  for (const scenario of described.spec.meta?.scenarios ?? ["default"]) {
    if (signal.aborted) break;
    const options = leakOptions(settings, surroundings);
    results.push(await checkTarget(described.spec, { ...options, scenario }));
  }
  const worst = gravest(results);
  if (worst === undefined) return fail("Cannot check a target without scenarios");
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  const result = toCheckResult({ ...worst, seconds }, settings.allowance);
  const scenario = results.length > 1 ? worst.scenario : "";
  const message = scenario === "" ? result.message : `In ${scenario}: ${result.message}`;
  return {
    ...shown,
    result: { ...result, message, ...measuredOn },
    story: worst.retainers,
    scenario,
  };
}

function leakOptions(
  { audit }: CheckSettings,
  { runtime, signal, onProgress }: CheckSurroundings,
): LeakOptions {
  return {
    ...leakOptionsOf(audit),
    alwaysProfile: false,
    execPath: runtime.path,
    signal,
    onProgress,
  };
}
