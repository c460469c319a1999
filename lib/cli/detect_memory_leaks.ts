/**
 * `heapbook detect-memory-leaks`: phase 2 on its own.
 *
 * @module
 */
import process from "node:process";
import { leakOptionsOf, type LeakPhase, type LeakResult, measureLeaks } from "../audit/mod.ts";
import { exitCodeOf, formatBytes } from "../formats/mod.ts";
import { plantedControls } from "../targets/mod.ts";
import { type CommandSpec, parseArguments } from "./arguments.ts";
import { renderColumns } from "./columns.ts";
import { type ControllerRun, controllerRunOptions, runControllers } from "./controller_run.ts";

const spec: CommandSpec = {
  name: "detect-memory-leaks",
  summary: "Measure what controllers leave behind per cycle",
  details:
    "Forced full collections, in a process of its own per target and scenario, with planted " +
    "leaks and innocents beside them. The state of the process is recorded at the snapshots of " +
    "config.yaml.",
  options: {
    ...controllerRunOptions,
    "no-controls": { kind: "flag", description: "Leave the planted leaks and innocents out" },
  },
  examples: [
    "heapbook detect-memory-leaks",
    "heapbook detect-memory-leaks --target sta_smc --cycles 500",
  ],
};

/** Runs `heapbook detect-memory-leaks`. */
export async function detectMemoryLeaksCommand(argv: readonly string[]): Promise<number> {
  const given = await parseArguments(argv, spec);
  return await runControllers(spec.name, given, async (run) => {
    const rates = run.config.audit.controls;
    const controls = given.flag("no-controls") ? [] : plantedControls(rates);
    const phase = await measureLeaks(run.targets, { ...options(run), controls });
    run.store.write("leaks", phase);
    process.stdout.write(
      given.flag("json") ? `${JSON.stringify(phase)}\n` : `${describe(phase)}\n`,
    );
    return phase.controlsValid ? exitCodeOf(phase.results) : 2;
  });
}

function options({ config: { audit }, store, signal, onProgress }: ControllerRun) {
  return { ...leakOptionsOf(audit), store, signal, onProgress };
}

const NAMES = ["target", "scenario", "verdict", "growth", "B per cycle", "from", "to", "cycles"];

function describe({ results, controls, controlsValid, limitOfDetection }: LeakPhase): string {
  const passed = controls.filter((control) => control.passed).length;
  const missed = controls.filter((control) => !control.passed);
  return [
    renderColumns(NAMES, results.map(row)),
    ...results.flatMap(snapshotLines),
    "",
    `limit of detection: ${formatBytes(limitOfDetection)} B per cycle`,
    `controls: ${passed} of ${controls.length} passed`,
    ...missed.map(({ name, message }) => `  ${name}: ${message}`),
    ...(controlsValid ? [] : ["NOT ESTABLISHED: the instrument failed its controls"]),
    ...results.filter(({ verdict }) => verdict !== "clean").map(({ target, message }) =>
      `${target}: ${message}`
    ),
  ].join("\n");
}

function row(result: LeakResult): readonly string[] {
  const { interval: [low, high] } = result;
  return [
    result.target,
    result.scenario,
    result.verdict,
    result.growth,
    formatBytes(result.bytesPerCycle),
    formatBytes(low),
    formatBytes(high),
    String(result.cycles),
  ];
}

/** Used heap at each snapshot, as the plan asks for it. */
function snapshotLines({ target, scenario, snapshots }: LeakResult): readonly string[] {
  if (snapshots.length === 0) return [];
  const states = snapshots.map(({ cycle, heapBytes }) =>
    `${cycle}: ${(heapBytes / 1e6).toFixed(3)} MB`
  );
  return [`${target} ${scenario}, heap at cycle ${states.join(", ")}`];
}
