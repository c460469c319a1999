/**
 * Runs the members of a batch: by kernels two at a time where those know the loop, else one by one.
 *
 * @module
 */

import {
  type Controller,
  controllerDefinitions,
  createController,
  readGains,
  resolveControllerName,
} from "../controllers/mod.ts";
import { PairLoops, type PairMember, SUMS_SIZE } from "../kernel/mod.ts";
import {
  type Coefficients,
  coefficientsOf,
  createPlant,
  type PlantParameters,
  readParameters,
  STATE_SIZE,
} from "../plant/mod.ts";
import type { BatchMembers } from "./batch_members.ts";
import type { BatchStore } from "./batch_store.ts";
import { readGuards } from "./guards.ts";
import type { BatchOptions } from "./batch.ts";
import { readState, stepsOf } from "./simulation_options.ts";
import { SimulationRun } from "./simulation_run.ts";

/** Runs one member by itself and keeps its trajectory where that is asked for. */
export function runMember(
  options: BatchOptions,
  members: BatchMembers,
  b: number,
  store: BatchStore,
): void {
  try {
    const state = readState(members.initialState(b));
    finish(options, members, b, store, { state, kept: {}, steps: 0, sums: freshSums() });
  } catch (error) {
    store.fail(b, error);
  }
}

/** Runs the members that it takes by kernels; returns false where those do not know the loop. */
export function runPaired(
  options: BatchOptions,
  members: BatchMembers,
  store: BatchStore,
  take: () => number,
): boolean {
  const { dt, duration, model = "full", integrator = "rk4", maxForce = Infinity } = options;
  const { maxEnergy, limits } = readGuards(options.guards);
  const isPlain = options.decimate !== undefined || model !== "full" || integrator !== "rk4" ||
    maxEnergy !== undefined || !(maxForce > 0) || options.options?.["enableEquivalent"] === true;
  if (isPlain) return false;
  const controller = memberController(options, undefined, undefined);
  try {
    const steps = stepsOf(duration, dt);
    const loops = PairLoops.of({ controller, dt, steps, maxForce, limits });
    if (loops === undefined) return false;
    const read = memberReader(options, members);
    loops.run({
      next: () => nextMember(options, members, read, store, take),
      end: (member) => {
        const { index: b } = member;
        if (member.steps < steps) return finish(options, members, b, store, member);
        store.reach(b, steps, member.state);
        store.add(b, member.sums);
      },
    });
    return true;
  } finally {
    controller.cleanup();
  }
}

function nextMember(
  { signal }: BatchOptions,
  { size }: BatchMembers,
  read: (b: number) => PairMember,
  store: BatchStore,
  take: () => number,
): PairMember | undefined {
  for (let b = take(); b < size; b = take()) {
    if (signal?.aborted) store.end(b, "stopped", "the signal was aborted");
    else {
      try {
        return read(b);
      } catch (error) {
        store.fail(b, error);
      }
    }
  }
  return undefined;
}

/** Returns what reads members; a plant that several of them share is read once. */
function memberReader(options: BatchOptions, members: BatchMembers): (b: number) => PairMember {
  const definition = controllerDefinitions[resolveControllerName(options.controller)];
  const { default: own } = definition.schema.properties["gains"]!;
  const plants = new Map<Partial<PlantParameters>, Coefficients>();
  const coefficientsFor = (parameters: Partial<PlantParameters>): Coefficients => {
    const known = plants.get(parameters);
    if (known !== undefined) return known;
    const coefficients = coefficientsOf(readParameters(parameters));
    plants.set(parameters, coefficients);
    return coefficients;
  };
  return (b) => ({
    index: b,
    gains: readGains(definition, members.gains(b) ?? options.options?.gains ?? own),
    coefficients: coefficientsFor(members.parameters(b)),
    state: readState(members.initialState(b)),
    kept: {},
    steps: 0,
    sums: freshSums(),
  });
}

/** Takes a member's remaining steps with a run of its own. */
function finish(
  options: BatchOptions,
  members: BatchMembers,
  b: number,
  store: BatchStore,
  member: Pick<PairMember, "state" | "kept" | "steps" | "sums">,
): void {
  const { dt, duration, decimate } = options, done = member.steps;
  let controller: Controller | undefined;
  try {
    const plant = createPlant(options.model ?? "full", members.parameters(b));
    controller = memberController(options, members.gains(b), plant);
    controller.restore(member.kept);
    const run = new SimulationRun({
      controller,
      plant,
      duration: (stepsOf(duration, dt) - done) * dt,
      dt,
      initialState: member.state,
      integrator: options.integrator ?? "rk4",
      decimate: decimate ?? Infinity,
      continues: true,
      firstStep: done,
      onStep: summer(controller, member.state, dt, member.sums),
      ...(options.maxForce === undefined ? {} : { maxForce: options.maxForce }),
      ...(options.guards === undefined ? {} : { guards: options.guards }),
    });
    run.advance();
    const trajectory = run.result();
    store.reach(b, done + trajectory.steps, trajectory.finalState);
    store.add(b, member.sums);
    store.end(b, trajectory.status, trajectory.message);
    if (decimate !== undefined) store.trajectories[b] = trajectory;
  } finally {
    controller?.cleanup();
  }
}

function memberController(
  { controller, options }: BatchOptions,
  gains: number[] | undefined,
  plant: ReturnType<typeof createPlant> | undefined,
): Controller {
  return createController(controller, {
    telemetryLength: 0,
    ...options,
    ...(gains === undefined ? {} : { gains }),
    ...(plant === undefined ? {} : { plant }),
  });
}

function freshSums(): Float64Array {
  const sums = new Float64Array(SUMS_SIZE);
  sums[SUMS_SIZE - 1] = NaN;
  return sums;
}

/** Returns an `onStep` that adds up a member's sums, in the order of `BatchSums`, then the force. */
function summer(
  controller: Controller,
  initialState: Float64Array,
  dt: number,
  sums: Float64Array,
): (step: number, time: number, state: Float64Array, force: number) => void {
  const before = initialState.slice();
  return (_step, _time, state, force) => {
    const sigma = controller.sigma, previous = sums[4]!;
    const change = previous !== previous ? 0 : force - previous;
    let square = 0;
    for (let i = 0; i < STATE_SIZE; i++) square += before[i]! * before[i]!;
    sums[0]! += square * dt;
    sums[1]! += force * force * dt;
    sums[2]! += change * change * dt;
    sums[3]! += sigma * sigma * dt;
    sums[4] = force;
    before.set(state);
  };
}
