let open: () => void = () => {};
const ready = new Promise<void>((resolve) => open = resolve); // HOLDER
export function cycle(_context: unknown, i: number): void {
  const job = { i, inputs: [i, i + 1] };
  ready.then(() => job.inputs.length); // LEAK
}
export async function teardown(): Promise<void> {
  open();
  await ready;
}
