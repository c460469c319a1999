// The instrument that measures nothing: the workload alone, to compare the others with.
import { startWorkload } from "../lib/dist/measure/workload.js";

export async function run(target, parameters, port) {
  const workload = await startWorkload(target, port, parameters.cycles);
  await workload.runTo(parameters.cycles);
  return { cycles: workload.cycles, validity: await workload.finish() };
}
