/**
 * Entry of a measuring process: loads the target and the instrument, runs it, and reports on the
 * fourth descriptor. It opens no handle of its own, so an event loop that runs dry means that the
 * target waits for something that will never come.
 *
 * @module
 */

import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { loadTarget } from "./load_target.ts";
import { createPort, describeError, type SandboxPort } from "./sandbox_port.ts";
import type { LoadedTarget } from "./load_target.ts";
import type { TargetSpec } from "./target.ts";

interface Order {
  readonly instrument: string;
  readonly target: TargetSpec;
  readonly scenario: string;
  readonly parameters: unknown;
}

interface Instrument {
  /** Called before the target is loaded, so that it can watch what loading does. */
  prepare?(parameters: unknown): void;
  run(target: LoadedTarget, parameters: unknown, port: SandboxPort): Promise<unknown>;
}

const order = JSON.parse(process.argv[2] ?? "null") as Order;
// The target sees the command line it would have if it were run by itself.
process.argv.splice(1, 2, order.target.module);
const port = createPort(order.target.name);

process.on("uncaughtException", (error) => port.fail("threw", error));
process.on("beforeExit", () => port.noResult());
process.on("exit", (code) => port.exited(code));
await main();

async function main(): Promise<void> {
  const instrument = await import(pathToFileURL(order.instrument).href) as Instrument;
  instrument.prepare?.(order.parameters);
  const { module } = order.target;
  const found = statSync(module, { throwIfNoEntry: false });
  if (!found?.isFile() && !found?.isCharacterDevice()) {
    const rule = found === undefined ? "it does not exist" : "it must be a file";
    return port.end({ status: "load_failed", message: `Cannot load target ${module} as ${rule}` });
  }
  let target: LoadedTarget;
  try {
    target = await loadTarget(order.target, order.scenario);
  } catch (error) {
    const why = describeError(error, module);
    return port.end({ status: "load_failed", message: `Cannot load target ${why}` });
  }
  try {
    const result = await instrument.run(target, order.parameters, port);
    port.end({ status: "completed", result });
  } catch (error) {
    port.fail("threw", error);
  }
}
