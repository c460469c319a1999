// The plainest instrument: runs cycles and reports their number.
export async function run(target, parameters, port) {
  port.stage = "setup";
  const context = await target.contract.setup?.(target.options);
  port.stage = "cycle";
  for (let i = 0; i < parameters.cycles; i++) {
    port.cycle = i;
    port.progress(i, parameters.cycles);
    await target.contract.cycle(context, i);
  }
  return { cycles: parameters.cycles, scenario: target.scenario, classes: target.meta.classes ?? [], context };
}
