// A swarm: 40 gain vectors on 10 perturbed plants, 10 s each, on all cores.
import { controllerNames, createController } from "heapbook/controllers";
import { closeWorkers, map, valuesOf } from "heapbook/parallel";
import { createPlant, defaultParameters } from "heapbook/plant";
import { runSimulation, simulateBatch } from "heapbook/simulation";
import { createRandom } from "heapbook/statistics";
import { cpuNanoseconds, interleave, median, ratioOf } from "./median.mjs";

const VECTORS = 40, PLANTS = 10, TASKS = 10, STEPS = 10_000;
const initialState = [0, 0.05, -0.03, 0, 0, 0];
const worker = { module: import.meta.resolve("heapbook/simulation"), export: "simulateBatch" };

/** Returns one row per controller. */
export async function measureBatches(peer, rounds, workers) {
  const rows = [];
  for (const name of controllerNames) rows.push(await measureOne(name, peer, rounds, workers));
  await closeWorkers();
  return rows;
}

async function measureOne(name, peer, rounds, workers) {
  const { gains } = createController(name), tasks = swarm(name, gains);
  const perStep = (nanoseconds) => nanoseconds / (VECTORS * PLANTS * STEPS);
  const spread = () => map(tasks, worker, { workers }).then(valuesOf);
  const alone = () => tasks.map((task) => simulateBatch(task));
  await spread();
  await spread();
  alone();
  const times = await interleave(rounds, {
    c: () => peer.run(name, gains, VECTORS),
    spread: async () => {
      const start = process.hrtime.bigint(), used = process.cpuUsage();
      await spread();
      const { user, system } = process.cpuUsage(used);
      return {
        wall: perStep(Number(process.hrtime.bigint() - start)),
        cpu: perStep(1000 * (user + system)),
      };
    },
    alone: () => perStep(cpuNanoseconds(alone)),
  });
  const wall = times.spread.map((run) => run.wall), cpu = times.spread.map((run) => run.cpu);
  const cWall = times.c.map((run) => run.wall), cCpu = times.c.map((run) => run.cpu);
  const first = await spread(), second = alone();
  return {
    controller: name,
    ratio: ratioOf(cWall, wall),
    freeRatio: workers * ratioOf(cCpu, cpu),
    aloneRatio: ratioOf(cCpu, times.alone),
    c: median(cCpu),
    cWall: median(cWall),
    spread: median(wall),
    alone: median(times.alone),
    completed: first.reduce((n, b) => n + b.status.filter((s) => s === "completed").length, 0),
    isRepeatable: first.every((batch, i) =>
      batch.finalStates.every((value, k) => Object.is(value, second[i].finalStates[k]))
    ),
    largestDifference: differenceToSingleRuns(name, tasks[0], first[0]),
  };
}

/** Tasks of 4 gain vectors on all plants, near gains that hold, so that all run to the end. */
function swarm(name, gains) {
  const random = createRandom(`batch of ${name}`), spread = () => 1 + 0.02 * (random.next() - 0.5);
  const plants = Array.from({ length: PLANTS }, () => ({
    ...defaultParameters,
    cartMass: defaultParameters.cartMass * spread(),
    pendulum1Mass: defaultParameters.pendulum1Mass * spread(),
    joint1Friction: defaultParameters.joint1Friction * spread(),
  }));
  const perTask = VECTORS / TASKS;
  return Array.from({ length: TASKS }, () => {
    const vectors = Array.from({ length: perTask }, () => gains.map((gain) => gain * spread()));
    return {
      controller: name,
      gains: vectors.flatMap((vector) => plants.flatMap(() => vector)),
      parameters: vectors.flatMap(() => plants),
      initialStates: initialState,
      duration: STEPS / 1000,
      dt: 0.001,
    };
  });
}

function differenceToSingleRuns(name, task, batch) {
  let largest = 0;
  const width = task.gains.length / batch.size;
  for (let b = 0; b < batch.size; b++) {
    const { finalState } = runSimulation({
      controller: createController(name, { gains: task.gains.slice(b * width, (b + 1) * width) }),
      plant: createPlant("full", task.parameters[b]),
      duration: task.duration,
      dt: task.dt,
      initialState,
      decimate: Infinity,
    });
    finalState.forEach((value, i) => {
      largest = Math.max(largest, Math.abs(value - batch.finalStates[6 * b + i]));
    });
  }
  return largest;
}
