/**
 * `heapbook simulate`: one closed loop of the laboratory, from the shell.
 *
 * @module
 */
import process from "node:process";
import { createController, resolveControllerName } from "../controllers/mod.ts";
import { createPlant, stateNames, stateUnits, THETA1, THETA2 } from "../plant/mod.ts";
import { type Config, loadConfig } from "../config/mod.ts";
import { isLost } from "../optimizer/mod.ts";
import {
  type ResponseMetrics,
  responseMetrics,
  runSimulation,
  type Trajectory,
  trajectoryColumns,
} from "../simulation/mod.ts";
import { type CommandSpec, parseArguments, type ParsedArguments } from "./arguments.ts";
import { readNumbers, readSettings } from "./number_list.ts";
import { checkResultFile, writeResult } from "./result_file.ts";

const spec: CommandSpec = {
  name: "simulate",
  summary: "Simulate a controller on the cart with two links",
  details:
    "Prints how the response was. Exit code 0: held upright; 1: it fell or ended early; 2: " +
    "could not run. What is not given comes from config.yaml.",
  positionals: {
    name: "CONTROLLER",
    description: "Name or alias; simulation.controller of config.yaml where absent",
    minimum: 0,
    maximum: 1,
  },
  options: {
    controller: { kind: "text", value: "NAME", description: "The same as the word" },
    gains: { kind: "text", value: "A,B,…", description: "Gains instead of config.yaml's" },
    state: {
      kind: "text",
      value: "X,T1,T2,V,W1,W2",
      description: "Initial state: m, rad, rad, m/s, rad/s, rad/s",
    },
    duration: { kind: "number", value: "S", description: "Length of the run, s" },
    dt: { kind: "number", value: "S", description: "Step and period of the controller, s" },
    model: { kind: "text", description: "Plant model", choices: ["full", "simplified"] },
    integrator: {
      kind: "text",
      description: "Integrator",
      choices: ["euler", "rk2", "rk4", "rk45"],
    },
    set: {
      kind: "text",
      value: "KEY=VALUE",
      description: "An option of the controller, for example cart_gain=2",
      multiple: true,
    },
    decimate: { kind: "integer", description: "Keep every how many steps", minimum: 1 },
    output: {
      kind: "text",
      value: "FILE",
      short: "o",
      description: "Write the trajectory: .csv, or .json with the metrics",
    },
    json: { kind: "flag", description: "Print one JSON object instead of text" },
    config: { kind: "text", value: "FILE", description: "Configuration to read" },
  },
  examples: [
    "heapbook simulate sta_smc",
    "heapbook simulate classical --state 0,0.1,0.1,0,0,0 --output run.csv",
    "heapbook simulate adaptive_smc --set cart_gain=2 --set cart_lambda=0.5 --json",
  ],
};

/** Runs `heapbook simulate`; returns 0 if held, 1 if not. */
export async function simulateCommand(argv: readonly string[]): Promise<number> {
  const given = await parseArguments(argv, spec);
  const config = loadConfig(given.text("config"), { optional: true });
  const output = given.text("output");
  if (output !== undefined) checkResultFile(output);
  const run = simulate(given, config);
  const summary = summarise(run);
  if (output !== undefined) writeResult(output, trajectoryColumns(run.trajectory), summary);
  process.stdout.write(
    given.flag("json") ? `${JSON.stringify(summary)}\n` : `${describe(run, output)}\n`,
  );
  return summary.held ? 0 : 1;
}

interface Run {
  readonly controller: string;
  readonly gains: readonly number[];
  readonly initialState: readonly number[];
  readonly trajectory: Trajectory;
  /** Metrics, where at least one step was taken. */
  readonly metrics: ResponseMetrics | undefined;
  /** Time at which the state was lost, s. */
  readonly lostAt: number | undefined;
}

function simulate(given: ParsedArguments, config: Config): Run {
  const settings = config.simulation;
  const name = resolveControllerName(
    given.positionals[0] ?? given.text("controller") ?? settings.controller,
  );
  const dt = given.number("dt") ?? settings.dt;
  const model = (given.text("model") ?? settings.model) as Config["simulation"]["model"];
  const plant = createPlant(model, config.physics);
  const gains = given.text("gains");
  const state = given.text("state");
  const controller = createController(name, {
    config: { ...config.controllers[name], dt, ...readSettings(given.texts("set")) },
    ...(gains === undefined ? {} : { gains: readNumbers("gains", gains) }),
    plant,
  });
  const initialState = state === undefined ? settings.initialState : readNumbers("state", state);
  let lostAt: number | undefined;
  const trajectory = runSimulation({
    controller,
    plant,
    dt,
    initialState,
    duration: given.number("duration") ?? settings.duration,
    integrator: (given.text("integrator") ?? settings.integrator) as "rk4",
    decimate: given.number("decimate") ?? settings.decimate,
    guards: {
      ...(settings.maxEnergy === undefined ? {} : { maxEnergy: settings.maxEnergy }),
      ...(settings.limits === undefined ? {} : { limits: settings.limits }),
    },
    onStep: (_step, time, s) => {
      if (!isLost(s)) return true;
      lostAt = time;
      return false;
    },
  });
  const metrics = trajectory.time.length > 1 ? responseMetrics(trajectory) : undefined;
  controller.cleanup();
  return { controller: name, gains: controller.gains, initialState, trajectory, metrics, lostAt };
}

function summarise({ controller, gains, initialState, trajectory, metrics, lostAt }: Run) {
  const { status, message, steps, finalState } = trajectory;
  return {
    controller,
    gains,
    initial_state: Array.from(initialState),
    held: status === "completed",
    status: lostAt === undefined ? status : "fell",
    message: lostAt === undefined ? message : fellMessage(trajectory, lostAt),
    steps,
    final_state: Array.from(finalState),
    metrics: metrics === undefined ? null : Object.fromEntries(
      Object.entries(metrics).map((
        [key, value],
      ) => [key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), finite(value)]),
    ),
  };
}

function fellMessage({ finalState }: Trajectory, time: number): string {
  const degrees = (angle: number) => `${(angle * 180 / Math.PI).toFixed(0)}°`;
  return `it fell after ${time.toFixed(3)} s: link 1 at ${degrees(finalState[THETA1]!)}, ` +
    `link 2 at ${degrees(finalState[THETA2]!)}`;
}

/** JSON has no Infinity: what never happens is null. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function describe(run: Run, output: string | undefined): string {
  const { trajectory, metrics, lostAt, controller, gains } = run;
  const held = trajectory.status === "completed";
  const seconds = `${trajectory.time.at(-1)!.toFixed(trajectory.time.at(-1)! < 1 ? 3 : 1)} s`;
  const head = held
    ? `${controller} held the plant upright for ${seconds}`
    : lostAt === undefined
    ? `${controller} ended early: ${trajectory.message}`
    : `${controller}: ${fellMessage(trajectory, lostAt)}`;
  const lines = [head, `  gains            [${gains.join(", ")}]`];
  lines.push(`  initial state    ${stateText(run.initialState)}`);
  if (metrics !== undefined) lines.push(...metricLines(metrics));
  if (output !== undefined) lines.push(`  trajectory       ${output}`);
  return lines.join("\n");
}

function stateText(state: ArrayLike<number>): string {
  return Array.from(state, (value, i) => `${stateNames[i]} ${value} ${stateUnits[i]}`).join(", ");
}

function metricLines(metrics: ResponseMetrics): string[] {
  const settled = metrics.settlingTime === Infinity
    ? "never within 0.02 rad"
    : `${metrics.settlingTime.toFixed(3)} s (both angles within 0.02 rad from then on)`;
  const overshoot = Number.isNaN(metrics.overshoot)
    ? "link 1 starts upright"
    : `${(100 * metrics.overshoot).toFixed(1)} % of link 1's initial angle`;
  return [
    `  settling time    ${settled}`,
    `  overshoot        ${overshoot}`,
    `  RMS force        ${metrics.rmsForce.toPrecision(4)} N, peak ${
      metrics.peakForce.toPrecision(4)
    } N`,
    `  chattering       ${metrics.chattering.toPrecision(4)} N/s`,
    `  final angle      ${metrics.finalAngle.toPrecision(3)} rad at most in the last tenth`,
    `  cart             ${metrics.drift.toPrecision(4)} m from its start`,
  ];
}
