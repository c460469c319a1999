/**
 * `heapbook stress-test-memory`: phase 3 on its own.
 *
 * @module
 */
import process from "node:process";
import { BYTES_PER_MB, type StressPhase, type StressResult, stressTest } from "../audit/mod.ts";
import { exitCodeOf } from "../formats/mod.ts";
import { type CommandSpec, parseArguments } from "./arguments.ts";
import { renderColumns } from "./columns.ts";
import { type ControllerRun, controllerRunOptions, runControllers } from "./controller_run.ts";

const spec: CommandSpec = {
  name: "stress-test-memory",
  summary: "Run controllers for long, and watch their memory from outside",
  details:
    "Natural behaviour: no forced collection. Prints peak, growth and rate of the resident " +
    "set, garbage collection and allocation, and ranks the targets.",
  options: controllerRunOptions,
  examples: [
    "heapbook stress-test-memory",
    "heapbook stress-test-memory --target sta_smc --cycles 5000",
  ],
};

/** Runs `heapbook stress-test-memory`. */
export async function stressTestMemoryCommand(argv: readonly string[]): Promise<number> {
  const given = await parseArguments(argv, spec);
  return await runControllers(spec.name, given, async (run) => {
    const phase = await stressTest(run.targets, options(run));
    run.store.write("stress", phase);
    process.stdout.write(
      given.flag("json") ? `${JSON.stringify(phase)}\n` : `${describe(phase)}\n`,
    );
    return exitCodeOf(phase.results);
  });
}

function options({ config: { audit }, store, signal, onProgress }: ControllerRun) {
  return {
    cycles: audit.stress.cycles,
    seed: audit.seed,
    samplePeriodMs: audit.stress.sampleInterval * 1000,
    majorMb: audit.limits.majorMb,
    criticalMb: audit.limits.criticalMb,
    timeoutSeconds: audit.timeout,
    memoryLimitMb: audit.memoryLimitMb,
    store,
    signal,
    onProgress,
  };
}

const NAMES = [
  "target",
  "verdict",
  "peak MB",
  "growth",
  "B per cycle",
  "collections",
  "longest pause ms",
  "B per step",
];

function describe({ results, ranking }: StressPhase): string {
  return [
    renderColumns(NAMES, results.map(row)),
    "",
    `least peak memory:  ${ranking.byPeak.join(", ")}`,
    `least allocation:   ${ranking.byAllocation.join(", ")}`,
    ...results.filter(({ verdict }) => verdict !== "clean").map(({ target, message }) =>
      `${target}: ${message}`
    ),
  ].join("\n");
}

function row(result: StressResult): readonly string[] {
  return [
    result.target,
    result.verdict,
    (result.peakRssBytes / BYTES_PER_MB).toFixed(1),
    result.rss.growth,
    result.rss.bytesPerCycle.toFixed(0),
    String(result.gc.count),
    result.gc.maxPauseMs.toFixed(1),
    result.allocatedBytesPerStep.toFixed(1),
  ];
}
