// The instrument of the stress phase without what it notes: the cycles and the turns of the event
// loop. It can be run by itself too.
import { readFileSync } from "node:fs";

const TURN_MS = 5;

export async function run({ contract, options }, { cycles }) {
  const context = await contract.setup(options);
  const cpu = process.cpuUsage();
  let turned = performance.now();
  for (let i = 0; i < cycles; i++) {
    const pending = contract.cycle(context, i);
    if (pending instanceof Promise) await pending;
    if (performance.now() - turned > TURN_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      turned = performance.now();
    }
  }
  const { user, system } = process.cpuUsage(cpu);
  // resourceUsage() would start from the peak of the process that spawned this one.
  const status = readFileSync("/proc/self/status", "utf8");
  const peakRssBytes = Number(status.match(/VmHWM:\s+(\d+)/)[1]) * 1024;
  contract.validate(context);
  await contract.teardown(context);
  return { cpuSeconds: (user + system) / 1e6, peakRssBytes };
}
