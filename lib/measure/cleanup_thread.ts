/**
 * Entry of a worker thread that lives through a few cycles of a target, for the checks of
 * `cleanup_threads.ts`. It answers with a digest of what the cycles returned.
 *
 * @module
 */

import { parentPort, workerData } from "node:worker_threads";
import { digestOfCycles, type ThreadOrder } from "./cleanup_threads.ts";
import { loadTarget } from "./load_target.ts";

const { spec, scenario, cycles } = workerData as ThreadOrder;
parentPort?.postMessage(await digestOfCycles(await loadTarget(spec, scenario), cycles));
