/**
 * Runs the instruments of the audit in the calling process, since a closure cannot be sent to
 * another one. What belongs to the test runner rather than to the closure is left out of the
 * picture: the resident set, threads and open files.
 *
 * @module
 */
import { setFlagsFromString } from "node:v8";
import {
  type CountedCycle,
  exposeGc,
  type LoadedTarget,
  ownPeakRssBytes,
  type runInSandbox,
  type SandboxOutcome,
  type SandboxPort,
  type SandboxRequest,
} from "../measure/mod.ts";
import { addScriptMaps } from "./script_maps.ts";
import { planStages } from "./stage_plan.ts";
import type { TimeBudget } from "./time_budget.ts";

/** Flags that can be set in a running process, with what undoes them. */
const REVERSIBLE: Readonly<Record<string, string>> = {
  "--no-opt": "--opt",
  "--no-sparkplug": "--sparkplug",
  "--no-maglev": "--maglev",
  "--no-lazy-feedback-allocation": "--lazy-feedback-allocation",
  "--no-flush-bytecode": "--flush-bytecode",
  "--no-turbo-inlining": "--turbo-inlining",
};

/** Gauges of what only the work can move; the others belong to the whole process. */
const OWN_GAUGES: ReadonlySet<string> = new Set([
  "cycle",
  "heap",
  "external",
  "arrayBuffers",
  "wasm",
  "wasmSize",
]);

/** A quarter of what a process of its own takes: a test runner's timeout is short. */
const SAMPLES = 10;

interface Instrument {
  run(target: LoadedTarget, parameters: unknown, port: SandboxPort): Promise<unknown>;
}

interface Columns {
  readonly samples?: Readonly<Record<string, readonly number[]>>;
}

/** Runs stages here, as `runInSandbox` does in a child. */
export interface InProcess {
  readonly run: typeof runInSandbox;
  /** Names of the stages that there was no time for. */
  readonly skipped: ReadonlySet<string>;
}

/** Returns what runs stages on `cycle` within a budget of time. */
export function inProcess(cycle: CountedCycle, budget: TimeBudget): InProcess {
  const plan = planStages(budget);
  const run = async <T>(asked: SandboxRequest): Promise<SandboxOutcome<T>> => {
    const request = plan.fit(asked);
    const startedAt = performance.now();
    const cpu = process.cpuUsage();
    const costs = () => ({
      seconds: (performance.now() - startedAt) / 1000,
      cpuSeconds: cpuSeconds(cpu),
      peakRssBytes: ownPeakRssBytes(),
    });
    if (request === null) {
      const message = "there was no time left";
      return { status: "no_result", message, cycle: -1, ...costs() };
    }
    const restore = setFlags(request.nodeFlags ?? []);
    const port = quietPort();
    try {
      const instrument = await import(request.instrument) as Instrument;
      const target = asTarget(cycle, request);
      const result = await instrument.run(target, ownParameters(request.parameters), port);
      plan.note(result, costs());
      return {
        status: "completed",
        result: await addScriptMaps(ownColumns(result)) as T,
        ...costs(),
      };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `the function threw in cycle ${cycle.last}: ${reason}`;
      return { status: "threw", message, cycle: cycle.last, ...costs() };
    } finally {
      restore();
    }
  };
  return { run, skipped: plan.skipped };
}

function asTarget(
  cycle: CountedCycle,
  { target, scenario }: SandboxRequest,
): LoadedTarget {
  return {
    spec: target,
    name: target.name,
    scenario,
    meta: {},
    contract: cycle.asTarget(),
    options: { scenario },
    exports: {},
  };
}

/** Sets the flags that a running engine takes; returns what undoes them. */
function setFlags(flags: readonly string[]): () => void {
  globalThis.gc ??= exposeGc();
  const set = flags.filter((flag) => REVERSIBLE[flag] !== undefined);
  for (const flag of set) setFlagsFromString(flag);
  return () => {
    for (const flag of set) setFlagsFromString(REVERSIBLE[flag]!);
  };
}

function quietPort(): SandboxPort {
  return {
    stage: "load",
    cycle: -1,
    progress: () => {},
    end: () => {},
    fail: () => {},
    noResult: () => {},
    exited: () => {},
  };
}

function ownParameters(parameters: unknown): unknown {
  const { tolerances, ...rest } = parameters as { tolerances?: Record<string, number> };
  if (tolerances === undefined) return rest;
  const own = Object.entries(tolerances).filter(([gauge]) => OWN_GAUGES.has(gauge));
  return { ...rest, samples: SAMPLES, tolerances: Object.fromEntries(own) };
}

/** Holds the gauges of the whole process still. */
function ownColumns(result: unknown): unknown {
  const { samples } = result as Columns;
  if (samples === undefined) return result;
  const own = Object.entries(samples).map(([gauge, values]) =>
    [gauge, OWN_GAUGES.has(gauge) ? values : values.map(() => 0)] as const
  );
  return { ...result as object, samples: Object.fromEntries(own) };
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}
