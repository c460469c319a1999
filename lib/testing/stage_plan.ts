/**
 * Fits the stages of a measurement into the time that a test has: the trend is followed for as long
 * as there is time, and what keeps the memory is looked for with as many heap snapshots as there
 * is time for: four, one, or none.
 *
 * @module
 */

import { getHeapStatistics } from "node:v8";
import type { SandboxRequest } from "../measure/mod.ts";
import type { TimeBudget } from "./time_budget.ts";

/** Fits one stage after the other. */
export interface StagePlan {
  /** Returns the stage as there is time for it; null where there is none. */
  fit(request: SandboxRequest): SandboxRequest | null;
  /** Learns from a stage that ended how long cycles take, and how busy the machine is. */
  note(result: unknown, costs: { readonly seconds: number; readonly cpuSeconds: number }): void;
  /** Names of the stages that there was no time for. */
  readonly skipped: ReadonlySet<string>;
}

interface Parameters {
  readonly cycles: number;
  readonly warmupCycles: number;
}

const TREND_SHARE = 0.4; // of the time, for the trend; the rest finds witnesses and reasons
const SURVIVOR_SHARE = 0.6; // of what is left then
const LEAST_CYCLES = 40; // that survivors can be told from
// A snapshot taken, read and searched: measured on Node 20, later ones are faster.
const SNAPSHOT_SECONDS = 0.4;
const SNAPSHOT_SECONDS_PER_BYTE = 10e-9;
const SNAPSHOTS = 4;
const AGEING_SECONDS = 0.3; // V8 tells of ids every 50 ms

/** Returns a plan within `budget`. */
export function planStages(budget: TimeBudget): StagePlan {
  const skipped = new Set<string>();
  let cycleSeconds = 0;
  let load = 1; // time by the clock against processor time
  return {
    skipped,
    note: (result, { seconds, cpuSeconds }) => {
      const trend = result as { cycles: number; cycleSeconds?: number };
      if (trend.cycleSeconds === undefined) return;
      cycleSeconds = trend.cycleSeconds / Math.max(1, trend.cycles);
      const waited = trend.cycleSeconds; // a cycle may wait for others, which is no load
      load = Math.max(1, (seconds - waited) / Math.max(1e-3, cpuSeconds));
    },
    fit: (request) => {
      switch (/(\w+)\.[jt]s$/.exec(request.instrument)?.[1]) {
        case "trend":
          return fitTrend(request, budget);
        case "survivors": {
          const fitted = budget.isHard ? fitSurvivors(request, budget, cycleSeconds) : request;
          if (fitted === null) skipped.add("survivors");
          return fitted;
        }
        case "heap_growth": {
          const fitted = fitSnapshots(request, budget, cycleSeconds, load);
          if (fitted === null) skipped.add("snapshots");
          return fitted;
        }
        default:
          return request;
      }
    },
  };
}

function fitTrend(request: SandboxRequest, budget: TimeBudget): SandboxRequest {
  const share = TREND_SHARE * budget.seconds;
  const { user, system } = process.cpuUsage();
  const parameters = request.parameters as object;
  return {
    ...request,
    parameters: {
      ...parameters,
      // The process has used time before; the instrument counts all of it.
      budgetSeconds: (user + system) / 1e6 + share,
      ...(budget.isHard ? { limitSeconds: share } : {}),
    },
  };
}

function fitSurvivors(
  request: SandboxRequest,
  budget: TimeBudget,
  cycleSeconds: number,
): SandboxRequest | null {
  const { cycles, warmupCycles } = request.parameters as Parameters;
  const most = Math.floor(SURVIVOR_SHARE * budget.left() / Math.max(cycleSeconds, 1e-7));
  if (most >= cycles + warmupCycles) return request;
  const half = Math.floor(most / 2);
  if (half < LEAST_CYCLES) return null;
  const parameters = {
    ...request.parameters as object,
    cycles: Math.min(cycles, half),
    warmupCycles: Math.min(warmupCycles, half),
  };
  return { ...request, parameters };
}

function fitSnapshots(
  request: SandboxRequest,
  budget: TimeBudget,
  cycleSeconds: number,
  load: number,
): SandboxRequest | null {
  const { cycles, warmupCycles } = request.parameters as Parameters;
  const running = (cycles + warmupCycles) * cycleSeconds;
  const bytes = getHeapStatistics().used_heap_size;
  const one = load * (SNAPSHOT_SECONDS + SNAPSHOT_SECONDS_PER_BYTE * bytes);
  if (running + SNAPSHOTS * one < budget.left()) return request;
  if (running + one + load * AGEING_SECONDS > budget.left()) return null;
  return { ...request, instrument: request.instrument.replace("heap_growth", "aged_growth") };
}
